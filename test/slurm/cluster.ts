import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const has = (program: string) => spawnSync(program, ['-V'], { timeout: 20_000 }).error === undefined;

export const whySkipped = ['slurmctld', 'slurmd', 'munged', 'sbatch'].some((program) => !has(program))
  ? ' (SKIPPED: no Slurm here; npm run install:codes)'
  : process.getuid?.() !== 0
    ? ' (SKIPPED: only root can start a cluster here)'
    : '';

/** A cluster of one node on this machine: three daemons of its own, without systemd, in a folder of its own. */
export interface Cluster {
  readonly folder: string;
  start(daemon: Daemon): Promise<void>;
  /** Ends it by its process id. */
  stop(daemon: Daemon, signal?: NodeJS.Signals): Promise<void>;
  /** Ends all and forgets. */
  end(): Promise<void>;
}

export type Daemon = 'munged' | 'slurmctld' | 'slurmd';

/** Starts it and points this process's Slurm commands at it. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'anharmony-slurm-'));
  await mkdir(join(folder, 'state'));
  await mkdir(join(folder, 'spool'));
  await writeFile(join(folder, 'munge.key'), randomBytes(128), { mode: 0o400 });
  await writeFile(join(folder, 'slurm.conf'), await configuration(folder));
  process.env['SLURM_CONF'] = join(folder, 'slurm.conf');
  const running = new Map<Daemon, ChildProcess>();
  const start = async (daemon: Daemon): Promise<void> => {
    running.set(daemon, launch(daemon, folder));
    await until(READY[daemon], `${daemon} does not answer`, async () =>
      (await readFile(join(folder, `${daemon}.log`), 'utf8').catch(() => '')).slice(-2000),
    );
  };
  const stop = async (daemon: Daemon, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    const child = running.get(daemon);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  const end = async (): Promise<void> => {
    spawnSync('scancel', ['--user=0'], { timeout: 20_000 });
    await until(async () => (await stepds(folder)).length === 0, 'jobs remain').catch(() => undefined);
    for (const daemon of ['slurmd', 'slurmctld', 'munged'] as const) await stop(daemon);
    for (const pid of await stepds(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const daemon of ['munged', 'slurmctld', 'slurmd'] as const) await start(daemon);
  } catch (error) {
    await end();
    throw error;
  }
  return { folder, start, stop, end };
}

const READY: Readonly<Record<Daemon, () => Promise<boolean> | boolean>> = {
  munged: () => true,
  slurmctld: () => spawnSync('scontrol', ['ping'], { encoding: 'utf8' }).stdout.includes('UP'),
  slurmd: () => /idle|mix|alloc/.test(spawnSync('sinfo', ['-h', '-o', '%T'], { encoding: 'utf8' }).stdout),
};

function launch(daemon: Daemon, folder: string): ChildProcess {
  const log = openSync(join(folder, `${daemon}.log`), 'a');
  const at = (name: string) => join(folder, name);
  const argv = {
    munged: [
      '--foreground',
      '--force',
      `--key-file=${at('munge.key')}`,
      `--socket=${at('munge.socket')}`,
      `--pid-file=${at('munged.pid')}`,
      `--log-file=${at('munged.log')}`,
      `--seed-file=${at('munged.seed')}`,
      '--num-threads=2',
    ],
    slurmctld: ['-D', '-f', at('slurm.conf')],
    slurmd: ['-D', '-f', at('slurm.conf'), '-N', 'node'],
  }[daemon];
  return spawn(daemon, argv, { stdio: ['ignore', log, log], env: { ...process.env, LC_ALL: 'C' } });
}

async function configuration(folder: string): Promise<string> {
  const cpus = Math.min(2, Number(execFileSync('nproc', { encoding: 'utf8' })));
  const [controller, node] = [await freePort(), await freePort()];
  return `ClusterName=test
SlurmctldHost=${hostname().split('.')[0]}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${join(folder, 'munge.socket')}
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd.pid')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
KillWait=2
MessageTimeout=5
SlurmdTimeout=10
MinJobAge=30
NodeName=node NodeAddr=127.0.0.1 NodeHostname=${hostname().split('.')[0]} CPUs=${cpus} RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=node Default=YES MaxTime=60 State=UP OverSubscribe=YES:8
PartitionName=small Nodes=node MaxNodes=1 MaxTime=1 State=UP
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The step daemons that this cluster's slurmd left: they live on without it. */
async function stepds(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name.startsWith('slurmstepd') && environment.includes(folder)) found.push(Number(pid));
  }
  return found;
}

export async function until(
  condition: () => Promise<boolean> | boolean,
  otherwise: string,
  more: () => Promise<string> = async () => '',
  seconds = 40,
): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 1e3 * seconds; ) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${otherwise} ${await more()}`);
}
