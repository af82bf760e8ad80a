import type { Command } from 'commander';
import pc from 'picocolors';
import { InputError } from '../../errors.js';
import { findServer, type WayReport } from '../../server/find.js';
import { currentOwner } from '../../server/homeRecord.js';
import { homeFolder } from '../../store/home.js';
import { findPrograms, type ProgramCheck } from '../doctor/codes.js';
import { inspectMachine, type Machine } from '../doctor/machine.js';

interface DoctorOptions {
  readonly home?: string;
  readonly json?: boolean;
}

interface Diagnosis {
  /** Whether campaigns with the built-in potentials can run here. */
  readonly ready: boolean;
  readonly machine: Machine;
  readonly server: {
    readonly ways: readonly WayReport[];
    /** The address of a server that another process runs in this home now. */
    readonly running?: string;
  };
  readonly programs: readonly ProgramCheck[];
}

/** `anharmony doctor`: what this machine has, and what to install for what is missing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what this machine has: Node, server, cores, memory, reference codes')
    .option('--home <folder>', 'folder of database, locks and store (ANHARMONY_HOME; .anharmony)')
    .option('--json', 'the same for machines')
    .action(async (options: DoctorOptions) => {
      const diagnosis = await diagnose(homeFolder(options.home));
      console.log(options.json ? JSON.stringify(diagnosis, null, 2) : describe(diagnosis));
      process.exitCode = diagnosis.ready ? 0 : 1;
    });
}

/** Everything that `doctor` finds; installs and starts nothing. */
export async function diagnose(home: string): Promise<Diagnosis> {
  const [machine, ways, owner, programs] = await Promise.all([
    inspectMachine(home),
    findWays(),
    currentOwner(home).catch(() => undefined),
    findPrograms(),
  ]);
  const running = owner === undefined ? {} : { running: owner.address };
  return { ready: machine.node.suffices && serves(ways), machine, server: { ways, ...running }, programs };
}

/** Settings that cannot be read are a finding here, not the end. */
async function findWays(): Promise<readonly WayReport[]> {
  try {
    return (await findServer({ install: false })).reports;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ way: 'settings', verdict: 'failed', line: error.message }];
  }
}

function describe({ ready, machine, server, programs }: Diagnosis): string {
  const { node, cores, memory, disk } = machine;
  const limit = memory.limit === undefined ? '' : `, ${gib(memory.limit)} of it for this process`;
  const lines = [
    pc.bold('Machine'),
    line(node.suffices, 'Node', node.version, `needs ${node.wanted}: https://nodejs.org`),
    line(true, 'cores', `${cores.usable} of ${cores.all} (${cores.model}, ${machine.platform})`),
    line(true, 'memory', `${gib(memory.total)}${limit}`),
    line(
      disk.free !== undefined,
      'disk',
      `${disk.free === undefined ? disk.problem : `${gib(disk.free)} free`} at ${disk.home}`,
    ),
    '',
    pc.bold('Temporal server') + pc.dim(' (the first way that works is taken)'),
    ...(server.running === undefined
      ? []
      : [line(true, 'running', `${server.running}, by another process in this home`)]),
    ...server.ways.map((way) => line(markOf(way, serves(server.ways)), way.way, way.line, way.hint)),
    '',
    pc.bold('Reference codes') + pc.dim(' (none is needed for the built-in potentials)'),
    ...programs.map((found) =>
      line(found.path !== undefined || undefined, found.name, programText(found), found.install),
    ),
    '',
    ready
      ? pc.green('Ready: campaigns with the built-in potentials run here.')
      : pc.red('Not ready: what is marked with ✗ above is missing.'),
  ];
  return lines.join('\n');
}

/** A way that fails matters only where no other one works. */
function markOf(way: WayReport, served: boolean): boolean | undefined {
  if (way.verdict === 'taken' || way.verdict === 'possible') return true;
  return way.verdict === 'failed' && !served ? false : undefined;
}

function serves(ways: readonly WayReport[]): boolean {
  return ways.some((way) => way.verdict === 'taken' || way.verdict === 'possible');
}

function programText({ path, version, purpose }: ProgramCheck): string {
  if (path === undefined) return `not found (${purpose})`;
  return version === undefined ? path : `${version} (${path})`;
}

/** One finding: a tick, a cross with what to do, or a dash where it does not matter. */
function line(good: boolean | undefined, name: string, text: string, hint?: string): string {
  const mark = good === true ? pc.green('✓') : good === false ? pc.red('✗') : pc.dim('–');
  const first = `  ${mark} ${name.padEnd(17)} ${text}`;
  return good === true || hint === undefined ? first : `${first}\n${' '.repeat(22)}${pc.dim(`→ ${hint}`)}`;
}

function gib(bytes: number): string {
  return `${(bytes / 1_073_741_824).toFixed(1)} GiB`;
}
