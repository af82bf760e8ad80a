import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
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
import { answerTo } from '../src/campaign/answers.js';
import { outstanding, wanted } from '../src/campaign/commands.js';
import { decide } from '../src/campaign/decide.js';
import { type JournalEntry, totalOf } from '../src/campaign/ledger.js';
import type { CampaignEvent, Command } from '../src/campaign/messages.js';
import type { CampaignState, Verdict } from '../src/campaign/state.js';
import {
  type CampaignStatus,
  type CampaignWorkflowInput,
  type ConvergenceHistory,
  convergenceHistory,
  describeState,
  type TaskQueues,
  type TrajectorySegment,
  trajectory,
} from '../src/campaign/status.js';
import { refusal, type Steering } from '../src/campaign/steering.js';
import type { Ref } from '../src/store/types.js';

export const statusQuery = defineQuery<CampaignStatus>('status');
export const convergenceQuery = defineQuery<ConvergenceHistory>('convergence');
export const trajectoryQuery = defineQuery<readonly TrajectorySegment[]>('trajectory');
/** A person's word: answered with what follows from it, or refused with the reason. */
export const steerUpdate = defineUpdate<string, [Steering]>('steer');

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
  let recent: readonly JournalEntry[] = state.journal;
  setHandler(statusQuery, () => ({ state, recent }));
  setHandler(convergenceQuery, () => convergenceHistory(state));
  setHandler(trajectoryQuery, () => trajectory(recent));

  const run = commandRunner(input.queues, () => state);
  const underWay = new Map<string, UnderWay>();
  const inbox: CampaignEvent[] = [];
  let work = new CancellationScope();
  let advertised = '';
  let archived = false;

  const start = (command: Command): void => {
    const scope = new CancellationScope({ cancellable: true, parent: work });
    underWay.set(command.id, { command, scope });
    scope
      .run(() => run(command))
      .then(
        (event) => inbox.push({ ...event, command: command.id }),
        (error: unknown) => {
          // A cancelled command has no event of its own: who cancelled it knows what follows.
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

  setHandler(
    steerUpdate,
    (steering) => {
      take({ type: 'steered', command: '', ...steering });
      // MD goes on from its checkpoint after a pause; reference calculations, which could not, are let run to their end.
      for (const [id, { command, scope }] of underWay)
        if (!isWanted(state, id) || (state.paused && command.type === 'explore')) scope.cancel();
      return answerTo(state, steering.order);
    },
    {
      validator: ({ order }) => {
        const reason = refusal(state, order);
        if (reason !== null) throw ApplicationFailure.nonRetryable(reason, 'refused');
      },
    },
  );

  /** The history has grown long: the campaign goes on in another, with what is decided on record, so that it need not be carried. */
  const isLong = (): boolean => workflowInfo().continueAsNewSuggested && state.stage !== 'publish';

  /** What is to be started now: labels only as far as there are slots. */
  const due = (): Command[] => {
    const labels = [...underWay.values()].filter(({ command }) => command.type === 'label').length;
    let slots = state.rules.slots - labels;
    return outstanding(state).filter(
      ({ id, type }) =>
        !underWay.has(id) && (type === 'record' || !isLong()) && (type !== 'label' || slots-- > 0),
    );
  };

  /** Runs commands and takes events until the campaign is done or, between two commands, its history has grown long. */
  const drive = async (): Promise<'done' | 'long'> => {
    while (state.stage !== 'done') {
      const long = isLong();
      for (const command of due()) start(command);
      if (long && underWay.size === 0) {
        if (archived) return 'long';
        start({ type: 'archive', id: 'archive', previous: state.histories.head });
      }
      // A command that was cancelled together with others may still be wanted (a batch of the ledger): it is given again.
      const idle = () => (long && underWay.size === 0) || due().length > 0;
      await condition(() => inbox.length > 0 || idle());
      for (let event = inbox.shift(); event; event = inbox.shift()) {
        if (long && event.command === 'archive') {
          archived = true;
          if (event.type === 'archived') state = withHistory(state, event.history);
          continue;
        }
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

  // Updates are answered at once: none can be in the middle of its work here.
  if ((await end()) === 'long') await continueAsNew<typeof campaign>({ ...input, state });
  return state;
}

interface UnderWay {
  readonly command: Command;
  readonly scope: CancellationScope;
}

function isWanted(state: CampaignState, id: string): boolean {
  return wanted(state).some((command) => command.id === id);
}

function withHistory(state: CampaignState, history: Ref | null): CampaignState {
  return { ...state, histories: { ...state.histories, head: history } };
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
    // A worker that has died is missed after this long. Its heartbeats come each second, from a thread without other work; a server
    // that was out of reach for longer costs nothing either: the next attempt takes hold of the task that still runs.
    heartbeatTimeout: '5s',
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
      case 'take':
        return fit.take({ ...common, command });
      case 'explore':
        return md.explore({ ...common, command });
      case 'screen':
        return fit.screen({ ...common, command });
      case 'refit':
        return fit.refit({ ...common, command });
      case 'archive':
        return fit.archive({ ...common, command });
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
  upsertSearchAttributes([
    ...(state.prepared ? [{ key: MATERIAL, value: state.prepared.formula }] : []),
    { key: STAGE, value: state.stage },
    { key: STRUCTURES, value: totalOf(state.training) },
    ...(state.forceField ? [{ key: FITTING_ERROR, value: state.forceField.fittingError }] : []),
    ...(state.assessment?.mean != null ? [{ key: BAYESIAN_ERROR, value: state.assessment.mean }] : []),
    ...(state.verdict ? [{ key: VERDICT, value: state.verdict.kind }] : []),
  ]);
  setCurrentDetails(details);
  return details;
}
