import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { rememberFolder } from '../../../activities/tasks/campaignFolder.js';
import { type CampaignBundle, rulesOf } from '../../campaign/bundle.js';
import type { ScriptedOrder } from '../../campaign/script.js';
import type { TaskQueues } from '../../campaign/status.js';
import { FailureError } from '../../errors.js';
import { openFolderStore } from '../../store/folderStore.js';
import type { Store } from '../../store/types.js';
import { checkCampaign } from '../campaigns/check.js';
import { conclude } from '../campaigns/conclude.js';
import { type LoadedCampaign, loadCampaign } from '../campaigns/file.js';
import { clientOf, launch, registerCampaign, requireFreeName, resultOf } from '../campaigns/registry.js';
import { watchCampaign } from '../campaigns/watch.js';
import { EXIT } from '../exit.js';
import { type Home, homeOf, taskQueues } from '../home.js';
import { createView, type ViewFormat } from '../live/view.js';
import { createLogger } from '../logging.js';
import { ROLES } from '../roles.js';
import { accessServer, hasGone, patienceWith, type ServerAccess } from '../serverAccess.js';
import { onInterrupt } from '../signals.js';
import type { RunningWorkers } from '../worker.js';
import { formatOption, homeOption } from './options.js';

interface RunOptions {
  readonly home?: string;
  readonly format: ViewFormat;
}

/** `anharmony run`: server, workers, campaign and live view in one command; the same command goes on after anything. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('run a campaign to its end, or go on with it, showing how it stands')
    .argument('<campaign>', 'campaign file (YAML)')
    .addOption(homeOption())
    .addOption(formatOption())
    .action(run);
}

async function run(path: string, options: RunOptions): Promise<void> {
  const campaign = loadCampaign(path);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  for (const line of checkCampaign(campaign.bundle)) say(line);
  await runCampaign({ campaign, home: homeOf(options), format: options.format, say });
}

/** Runs a campaign to its end, shows its result and sets the exit code; false where it was interrupted. */
export async function runCampaign(what: Omit<Session, 'store' | 'interrupted'>): Promise<boolean> {
  const { campaign, home, say } = what;
  const store = await openFolderStore(home.store);
  await requireFreeName(store, campaign);
  const interrupted = onInterrupt();
  const session = { ...what, store, interrupted };
  // The process whose server was used has ended: the next session has a server of its own, and goes on.
  while ((await runSession(session)) === 'server gone') say('that server has ended: starting one of our own');
  return !interrupted.aborted;
}

interface Session {
  readonly campaign: LoadedCampaign;
  readonly home: Home;
  readonly store: Store;
  readonly interrupted: AbortSignal;
  readonly format: ViewFormat;
  readonly say: (line: string) => void;
  /** What people told another run of this campaign. */
  readonly script?: readonly ScriptedOrder[];
}

async function runSession(session: Session): Promise<'over' | 'server gone'> {
  const { campaign, home, store, interrupted, say } = session;
  const { name } = campaign.bundle.settings;
  const access = await accessServer(home, say);
  let workers: RunningWorkers | undefined;
  try {
    const client = clientOf(access.server);
    const queues = await taskQueues(home);
    await rememberFolder(home.work, campaign.fingerprint, campaign.bundle.folder);
    const launched = await launch(
      client,
      queues,
      campaign,
      await registerCampaign(store, campaign),
      session.script,
    );
    if (launched.kind === 'running') {
      // Also beside another process that works for this home: it may end before this campaign does.
      workers = await startAll(access, home, queues, campaign.bundle);
      // Under a server of our own nobody else can have been running it.
      const how = access.own && launched.how === 'found running' ? 'goes on where it was' : launched.how;
      say(`campaign ${name}: ${how}; results go to ${join(home.runs, name)}`);
      await follow(session, access, workers, launched.how === 'found running');
    } else say(`campaign ${name} has ended before: this is its result`);
    if (interrupted.aborted) {
      say(`interrupted: campaign ${name} goes on where it was with the same command`);
      process.exitCode = EXIT.interrupted;
    } else conclude(await resultOf(client, name), join(home.runs, name), session.format);
    return 'over';
  } catch (error) {
    if (access.shared && (await hasGone(home, error))) return 'server gone';
    throw error;
  } finally {
    await workers?.stop();
    await access.close();
  }
}

/** Labels that may be computed here side by side; how many are, each campaign says by `reference.slots`, which can change. */
const MOST_LABELS = 64;

/** Loaded only here: a campaign that has ended is shown without the SDK's native part. */
async function startAll(
  { server }: ServerAccess,
  home: Home,
  queues: TaskQueues,
  bundle: CampaignBundle,
): Promise<RunningWorkers> {
  const { startWorkers } = await import('../worker.js');
  return startWorkers({
    server,
    home,
    queues,
    roles: ROLES,
    // Cores that have no walker of their own help with the error bars of those that are there.
    mdSlots: Math.min(availableParallelism(), rulesOf(bundle.settings).walkers.length),
    referenceSlots: MOST_LABELS,
    logger: createLogger({ file: home.log }),
  });
}

async function follow(
  { campaign, home, interrupted, format, say }: Session,
  access: ServerAccess,
  workers: RunningWorkers,
  joined: boolean,
): Promise<void> {
  const { name } = campaign.bundle.settings;
  const view = createView({ stream: process.stdout, format });
  try {
    const watching = watchCampaign(clientOf(access.server), name, view, {
      surroundings: { server: access.server.description, results: join(home.runs, name) },
      stop: interrupted,
      patience: patienceWith(access, home, say),
      joined,
    });
    const crash = workers.ended.then(() => {
      if (!interrupted.aborted)
        throw new FailureError('the workers ended before the campaign', `see ${home.log}`);
    });
    const seen = await Promise.race([watching, crash.then(() => watching)]);
    if (seen && !seen.running && seen.execution !== 'COMPLETED') {
      throw new FailureError(
        `the campaign's workflow is ${seen.execution}`,
        `see ${home.log}; the same command starts it again, labels are kept`,
      );
    }
  } finally {
    view.close();
  }
}
