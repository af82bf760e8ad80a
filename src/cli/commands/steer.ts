import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { changedSettings, parseChange, requireSteerable } from '../../campaign/changes.js';
import { parseDuration } from '../../campaign/duration.js';
import type { CampaignState, SettingChange } from '../../campaign/state.js';
import type { Answer, Order } from '../../campaign/steering.js';
import { inputError } from '../../errors.js';
import { openFolderStore } from '../../store/folderStore.js';
import { requireCampaign, withClient } from '../campaigns/client.js';
import { findBundle } from '../campaigns/registry.js';
import { changedReference, referenceChanges } from '../campaigns/resolution.js';
import { setOrder, steerable, tell, wake } from '../campaigns/steer.js';
import { type Home, taskQueues } from '../home.js';
import { homeOption } from './options.js';

interface HomeOption {
  readonly home?: string;
}

/** `anharmony pause | resume | set | sample | extend | resolve | stop`: a person's word to a campaign, answered and kept in its ledger. */
export function registerSteer(program: Command): void {
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<name>', 'name of the campaign')
      .addOption(homeOption());

  command('pause', 'let a campaign rest: MD at its next checkpoint, nothing new is begun').action(
    (name: string, options: HomeOption) => order(options, name, { kind: 'pause' }),
  );
  command('resume', 'let a paused campaign go on').action((name: string, options: HomeOption) =>
    order(options, name, { kind: 'resume' }),
  );
  command('stop', 'end a campaign in good order when its round is over').action(
    (name: string, options: HomeOption) => order(options, name, { kind: 'stop' }),
  );
  command('set', 'change settings of a running campaign from its next round on')
    .argument('<key=value...>', 'keys of the campaign file, e.g. acquisition.criterion.n=2.5')
    .action((name: string, texts: string[], options: HomeOption) => set(options, name, texts));
  command('sample', 'take the present structure of its walkers into training')
    .option('--walker <number>', 'this walker alone', wholeNumber)
    .action((name: string, options: HomeOption & { walker?: number }) => sample(options, name));
  command('extend', 'give a campaign more time or structures, also when it has ended')
    .option('--time <time>', 'more MD time of each walker, e.g. 200ps')
    .option('--structures <number>', 'more structures from MD', wholeNumber)
    .action((name: string, options: HomeOption & Extension) => extend(options, name));
  command('resolve', 'say what becomes of a quarantined structure')
    .argument('<structure>', 'its number, as `anharmony status` lists it', wholeNumber)
    .option('--retry', 'try its reference calculation again')
    .option('--set <key=value...>', 'with other settings of the reference, for this structure alone')
    .option('--skip', 'leave it out for good')
    .option('--abort', 'end the campaign')
    .action((name: string, structure: number, options: HomeOption & Resolution) =>
      resolve(options, name, structure),
    );
}

function order(options: HomeOption, name: string, what: Order): Promise<void> {
  return withClient(options, async (client) => {
    await requireCampaign(client, name);
    say(name, await tell(client, name, what));
  });
}

function set(options: HomeOption, name: string, texts: readonly string[]): Promise<void> {
  const changes = texts.map(parseChange);
  requireSteerable(changes);
  return withClient(options, async (client, home) => {
    const { state } = await standing(client, name);
    say(name, await tell(client, name, setOrder('set', await bundleOf(home, name), state, changes)));
  });
}

function sample(options: HomeOption & { walker?: number }, name: string): Promise<void> {
  return withClient(options, async (client) => {
    const { state } = await standing(client, name);
    const moving = state.walkers.filter((w) => w.step < state.rules.limits.steps).map((w) => w.walker);
    const walkers = options.walker === undefined ? moving : [options.walker];
    say(name, await tell(client, name, { kind: 'sample', walkers }));
  });
}

interface Extension {
  readonly time?: string;
  readonly structures?: number;
}

function extend(options: HomeOption & Extension, name: string): Promise<void> {
  const more = extension(options);
  return withClient(options, async (client, home) => {
    const { running, state } = await standing(client, name);
    const bundle = await bundleOf(home, name);
    const { limits } = changedSettings(bundle.source, state.changes);
    const changes = extendedLimits(state, limits, more);
    const asked = setOrder('extend', bundle, state, changes);
    if (running) return say(name, await tell(client, name, asked));
    say(name, await wake(client, await taskQueues(home), state, asked));
    process.stdout.write('it works as soon as `anharmony run` or `anharmony worker` does\n');
  });
}

function extension({ time, structures }: Extension): { time: number; structures: number } {
  if (time === undefined && structures === undefined) {
    throw inputError({
      field: '--time',
      message: 'nothing is extended',
      expected: '--time, --structures or both',
    });
  }
  const femtoseconds = time === undefined ? 0 : parseDuration(time);
  if (femtoseconds === undefined) {
    throw inputError({
      field: '--time',
      message: 'is no time',
      got: time,
      expected: 'a time with its unit (fs, ps or ns), e.g. 200ps',
    });
  }
  return { time: femtoseconds, structures: structures ?? 0 };
}

/** What has ended goes on from where it is; what runs has its limits moved. */
function extendedLimits(
  state: CampaignState,
  limits: { readonly time: number; readonly structures: number },
  more: { readonly time: number; readonly structures: number },
): SettingChange[] {
  const ended = state.verdict !== null;
  const run = Math.max(...state.walkers.map((w) => w.step)) * state.rules.timestep;
  const time = (ended && more.time > 0 ? run : limits.time) + more.time;
  return [
    ...(more.time > 0 ? [{ key: 'limits.time', value: `${time} fs` }] : []),
    ...(more.structures > 0
      ? [{ key: 'limits.structures', value: (ended ? state.picked : limits.structures) + more.structures }]
      : []),
    // What has converged would end again with its first look at that.
    ...(state.verdict?.kind === 'converged' ? [{ key: 'convergence.stopAtConvergence', value: false }] : []),
  ];
}

interface Resolution {
  readonly retry?: boolean;
  readonly set?: string[];
  readonly skip?: boolean;
  readonly abort?: boolean;
}

function resolve(options: HomeOption & Resolution, name: string, structure: number): Promise<void> {
  const kind = answerKind(options);
  const changes = referenceChanges((options.set ?? []).map(parseChange));
  return withClient(options, async (client, home) => {
    const { state } = await standing(client, name);
    const answer: Answer =
      kind === 'retry'
        ? {
            kind,
            changes,
            reference:
              changes.length === 0
                ? null
                : changedReference(await bundleOf(home, name), [...state.changes, ...changes]),
          }
        : { kind };
    say(name, await tell(client, name, { kind: 'resolve', structure, answer }));
  });
}

function answerKind({ retry, skip, abort, set: changes }: Resolution): Answer['kind'] {
  const given = [retry && 'retry', skip && 'skip', abort && 'abort'].filter((x) => typeof x === 'string');
  if (given.length === 1 && (changes === undefined || given[0] === 'retry'))
    return given[0] as Answer['kind'];
  throw inputError({
    field: 'resolve',
    message: given.length === 1 ? '--set goes with --retry' : 'one answer is needed',
    got: given.map((g) => `--${g}`).join(' ') || 'none',
    expected: '--retry (perhaps with --set reference.…=…), --skip or --abort',
  });
}

async function standing(client: Client, name: string) {
  await requireCampaign(client, name);
  return steerable(client, name);
}

async function bundleOf(home: Home, name: string) {
  return (await findBundle(await openFolderStore(home.store), name)).bundle;
}

function say(name: string, answer: string): void {
  process.stdout.write(`campaign ${name}: ${answer}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw inputError({
    field: 'argument',
    message: 'is no whole number',
    got: text,
    expected: 'a number, e.g. 17',
  });
}
