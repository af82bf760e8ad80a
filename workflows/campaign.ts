import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  isCancellation,
  log,
  proxyActivities,
  rootCause,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { FitActivities, MdActivities, ReferenceActivities } from '../activities/types.js';
import { outstanding } from '../src/campaign/commands.js';
import { decide } from '../src/campaign/decide.js';
import type { LedgerEntryBody } from '../src/campaign/ledger.js';
import type { CampaignEvent, Command } from '../src/campaign/messages.js';
import type { CampaignState, Verdict } from '../src/campaign/state.js';
import {
  type CampaignStatus,
  type CampaignWorkflowInput,
  describeState,
  type TaskQueues,
} from '../src/campaign/status.js';

export const statusQuery = defineQuery<CampaignStatus>('status');

const MATERIAL = defineSearchAttributeKey('AnharmonyMaterial', SearchAttributeType.KEYWORD);
const STAGE = defineSearchAttributeKey('AnharmonyStage', SearchAttributeType.KEYWORD);
const STRUCTURES = defineSearchAttributeKey('AnharmonyStructures', SearchAttributeType.INT);
const FITTING_ERROR = defineSearchAttributeKey('AnharmonyFittingError', SearchAttributeType.DOUBLE);
const BAYESIAN_ERROR = defineSearchAttributeKey('AnharmonyBayesianError', SearchAttributeType.DOUBLE);
const VERDICT = defineSearchAttributeKey('AnharmonyVerdict', SearchAttributeType.KEYWORD);

/** Ledger entries that the status query shows. */
const RECENT = 64;

/**
 * A campaign: the paper's Fig. 1 as a durable loop. All decisions are `decide`'s; this function turns commands into
 * activities and their results into events, and carries the state through continue-as-new, cancellation and failure.
 * Its result is the final state, from which a cancelled or failed campaign can be resumed.
 */
export async function campaign(input: CampaignWorkflowInput): Promise<CampaignState> {
  let state = input.state;
  let recent: readonly LedgerEntryBody[] = state.journal;
  setHandler(statusQuery, () => ({ state, recent }));

  const run = commandRunner(input.queues, () => state);
  const underWay = new Set<string>();
  const inbox: CampaignEvent[] = [];
  let work = new CancellationScope();
  let advertised = '';

  const start = (command: Command): void => {
    underWay.add(command.id);
    work
      .run(() => run(command))
      .then(
        (event) => inbox.push({ ...event, command: command.id }),
        (error: unknown) => {
          // A cancelled command has no event of its own: the campaign's cancellation ends it.
          if (!isCancellation(error))
            inbox.push({ type: 'ended', command: command.id, verdict: failure(command, error) });
        },
      )
      .finally(() => underWay.delete(command.id));
  };

  const take = (event: CampaignEvent): void => {
    const before = state.ledger.sequence;
    state = decide(state, event).state;
    recent = [...recent, ...state.journal.filter((entry) => entry.sequence >= before)].slice(-RECENT);
    advertised = publishAttributes(state, advertised);
  };

  /** Runs commands and takes events until the campaign is done or, between two commands, its history has grown long. */
  const drive = async (): Promise<'done' | 'long'> => {
    while (state.stage !== 'done') {
      const long = workflowInfo().continueAsNewSuggested;
      if (!long) for (const command of outstanding(state)) if (!underWay.has(command.id)) start(command);
      if (long && underWay.size === 0) return 'long';
      // A command that was cancelled together with others may still be wanted (a batch of the ledger): it is given again.
      const idle = () =>
        long ? underWay.size === 0 : outstanding(state).some((command) => !underWay.has(command.id));
      await condition(() => inbox.length > 0 || idle());
      for (let event = inbox.shift(); event; event = inbox.shift()) {
        if (event.type === 'ended') {
          // What fails after the campaign has ended has nobody waiting for it.
          if (!isWanted(state, event.command)) continue;
          if (state.stage === 'publish') {
            // The result is safe in the store; its pages or the ledger's last entries are written when it is run again.
            state = { ...state, publishProblem: event.verdict.reason };
            return over();
          }
          log.error('campaign failed', { campaign: state.name, reason: event.verdict.reason });
          work.cancel();
          work = new CancellationScope({ cancellable: false });
        }
        take(event);
      }
    }
    return over();
  };

  /** Nothing goes on working behind the back of a campaign that has ended: it may be run again at once. */
  const over = async (): Promise<'done'> => {
    await condition(() => underWay.size === 0);
    return 'done';
  };

  const end = async (): Promise<'done' | 'long'> => {
    try {
      return await drive();
    } catch (error) {
      if (!isCancellation(error)) throw error;
      work.cancel();
      return CancellationScope.nonCancellable(async () => {
        await condition(() => underWay.size === 0);
        // What came in before the end still counts, but for faults: the person's word goes before them.
        for (const event of inbox.splice(0)) if (event.type !== 'ended') take(event);
        work = new CancellationScope({ cancellable: false });
        take({
          type: 'ended',
          command: 'cancel',
          verdict: { kind: 'cancelled', reason: 'cancelled by a person' },
        });
        return drive();
      });
    }
  };

  if ((await end()) === 'long') await continueAsNew<typeof campaign>({ ...input, state });
  return state;
}

function isWanted(state: CampaignState, id: string): boolean {
  return outstanding(state).some((command) => command.id === id);
}

function failure(command: Command, error: unknown): Verdict {
  const cause = error instanceof ActivityFailure ? rootCause(error) : String(error);
  return { kind: 'failed', reason: `${command.type}: ${cause ?? String(error)}` };
}

/** One proxy for each class of failure, with its retry policy and the reason for it. */
function commandRunner(
  queues: TaskQueues,
  state: () => CampaignState,
): (command: Command) => Promise<CampaignEvent> {
  // Input errors, corrupt artifacts and bugs come as non-retryable failures; whatever else stops an activity (a killed
  // worker, a full disk, a lost machine) is retried for as long as it takes and never counts against the campaign.
  // Cancelled activities are waited for, so that a campaign that is run again at once meets none of them. The SDK's documentation
  // calls that the default, which it is not.
  const always = {
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    heartbeatTimeout: '10s',
  } as const;
  const fit = proxyActivities<FitActivities>({
    taskQueue: queues.fit,
    startToCloseTimeout: '1 day',
    ...always,
  });
  const md = proxyActivities<MdActivities>({
    taskQueue: queues.md,
    // A segment resumes from its own checkpoint, so a long one loses nothing; only the heartbeat tells a dead worker.
    startToCloseTimeout: '30 days',
    ...always,
  });
  const reference = proxyActivities<ReferenceActivities>({
    taskQueue: queues.reference,
    // Attempts at a label are counted inside the activity; a retry here means that the machine failed.
    startToCloseTimeout: '30 days',
    ...always,
  });
  return (command) => {
    const common = { campaign: state().campaign, name: state().name };
    switch (command.type) {
      case 'prepare':
        return fit.prepare({ ...common, command });
      case 'test-set':
        return reference.testSet({ ...common, command });
      case 'label':
        return reference.label({ ...common, command });
      case 'displace':
        return fit.displace({ ...common, command });
      case 'explore':
        return md.explore({ ...common, command });
      case 'screen':
        return fit.screen({ ...common, command });
      case 'refit':
        return fit.refit({ ...common, command });
      case 'record':
        return fit.record({ ...common, command });
      case 'publish':
        return fit.publish({ ...common, command });
    }
  };
}

/** Makes the campaign findable and readable in Temporal's own UI; says nothing twice, since every word is an event in the history. */
function publishAttributes(state: CampaignState, advertised: string): string {
  const details = describeState(state);
  if (details === advertised) return advertised;
  const { random, phonon, md } = state.training;
  upsertSearchAttributes([
    ...(state.prepared ? [{ key: MATERIAL, value: state.prepared.formula }] : []),
    { key: STAGE, value: state.stage },
    { key: STRUCTURES, value: random + phonon + md },
    ...(state.forceField ? [{ key: FITTING_ERROR, value: state.forceField.fittingError }] : []),
    ...(state.assessment?.mean != null ? [{ key: BAYESIAN_ERROR, value: state.assessment.mean }] : []),
    ...(state.verdict ? [{ key: VERDICT, value: state.verdict.kind }] : []),
  ]);
  setCurrentDetails(details);
  return details;
}
