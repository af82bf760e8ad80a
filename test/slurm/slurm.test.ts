import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelAnswer } from '../../src/reference/attempts.js';
import { quantumEspresso } from '../../src/reference/calculators/quantumEspresso.js';
import { ReferenceFailure } from '../../src/reference/failures.js';
import type { ProgramEnd } from '../../src/reference/launchers/process.js';
import { slurmLauncher } from '../../src/reference/launchers/slurm/launcher.js';
import { Detached, type Job } from '../../src/reference/launchers/types.js';
import { largestDifference } from '../reference/fixture.js';
import { hasPw, PW_SKIP, silicon8, siliconSettings } from '../reference/pw.js';
import { inScratch } from '../reference/scratch.js';
import { type Cluster, startCluster, until, whySkipped } from './cluster.js';
import { code, label, SCRIPT, SLURM, structure } from './labels.js';

const said = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' }).stdout;
/** Ids of all jobs that Slurm remembers, or of those in one state. */
const jobs = (...options: string[]) =>
  said('squeue', '-h', '-o', '%A', ...options)
    .split('\n')
    .filter((id) => id !== '');
const all = () => jobs('--states=all');
/** Slurm forgets the oldest meanwhile. */
const since = (before: readonly string[]) => all().filter((id) => !before.includes(id));
const running = () => jobs('--states=running');

async function failureOf(work: Promise<unknown>): Promise<ReferenceFailure> {
  const error = await work.catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ReferenceFailure);
  return error as ReferenceFailure;
}

describe.skipIf(whySkipped !== '')(`a real Slurm${whySkipped}`, () => {
  let cluster: Cluster;
  let root: string;
  beforeAll(async () => {
    cluster = await startCluster();
    root = await mkdtemp(join(tmpdir(), 'anharmony-jobs-'));
  });
  afterAll(async () => {
    await cluster?.end();
    await rm(root, { recursive: true, force: true });
  });
  const folder = (name: string) => join(root, name);
  /** One job without a calculator. */
  const job = (scratch: string, shell: string, changes: Partial<Job<ProgramEnd>> = {}): Job<ProgramEnd> => ({
    argv: ['bash', '-c', shell],
    folder: scratch,
    stdout: join(scratch, 'out.txt'),
    stderr: join(scratch, 'err.txt'),
    timeout: 60,
    memory: 100 * 1_048_576,
    grace: 1,
    signal: new AbortController().signal,
    prepare: async () => undefined,
    read: async (end) => end,
    ...changes,
  });
  const times = { poll: 0.5, stuck: 2, silence: 4, lost: 4 };
  const launcher = (script = SCRIPT) => slurmLauncher({ kind: 'slurm', script }, '/', true, times);
  const run = (shell: string, changes: Partial<Job<ProgramEnd>> = {}, script = SCRIPT) =>
    inScratch(({ scratch }) => launcher(script).run(job(scratch, shell, changes)));

  it('has no accounting, and nothing here needs it', () => {
    const { status } = spawnSync('sacct', { encoding: 'utf8' });
    expect(status).not.toBe(0);
  });

  it('gives the forces that the same program gives here', async () => {
    const [there, here] = await Promise.all([
      label(code(), folder('there')),
      label(code('true', 'well', { launcher: undefined }), folder('here')),
    ]);
    expect(there).toMatchObject({ accepted: true });
    const forces = (answer: LabelAnswer) => (answer.accepted ? answer.result.forces : new Float64Array());
    expect(largestDifference(forces(there), forces(here))).toBe(0);
    expect(existsSync(folder('there'))).toBe(false);
  });

  it('tells how a program ended: exit 7, SIGSEGV, SIGKILL from outside', async () => {
    const ends = await Promise.all([
      run('exit 7'),
      run('kill -SEGV $$'),
      run('kill -KILL $$'),
      run('sleep 2; echo done'),
    ]);
    expect(ends).toMatchObject([
      { exitCode: 7, killedBy: null },
      { exitCode: null, killedBy: 'SIGSEGV' },
      { exitCode: null, killedBy: 'SIGKILL' },
      { exitCode: 0, killedBy: null },
    ]);
    expect(ends[3].seconds).toBeGreaterThanOrEqual(1);
  });

  it('gives the program its variables, its words as they are, and its folder', async () => {
    const shell = `test "$A" = "it's \\$HOME" && test "$1" = '{time} *' && test "$PWD" = "$0"`;
    const end = await inScratch(({ scratch }) =>
      launcher().run(
        job(scratch, '', {
          argv: ['bash', '-c', shell, scratch, '{time} *'],
          environment: { A: "it's $HOME" },
        }),
      ),
    );
    expect(end).toMatchObject({ exitCode: 0 });
  });

  it('cancelled by somebody: the machine’s failure, and not submitted by itself at once for ever', async () => {
    const failing = failureOf(run('sleep 50'));
    await until(() => running().length > 0, 'it does not run');
    said('scancel', ...running());
    expect(await failing).toMatchObject({ failureClass: 'machine', symptom: 'job-cancelled' });
  });

  it('too much memory: more is asked for, and the label is as good', async () => {
    const hungry = `[ -e ../tried ] || { touch ../tried; exec python3 -c "import time; x = b'a' * 400_000_000; time.sleep(20)"; }`;
    const answer = await label(code(hungry), folder('memory'));
    expect(answer).toMatchObject({
      accepted: true,
      attempts: [
        { outcome: 'failed', symptom: 'job-memory' },
        { outcome: 'accepted', corrections: ['more-memory'] },
      ],
    });
  });

  it.skipIf(!hasPw)(`pw.x with too little memory: the same forces as here${PW_SKIP}`, async () => {
    const script = SCRIPT.replace(
      '{command}',
      'mpirun --allow-run-as-root --bind-to none -np {tasks} {command}',
    );
    const { species } = silicon8;
    const pw = (changes: object) => quantumEspresso(siliconSettings(changes), { species, folder: '/' });
    const forces = async (changes: object, at: string) => {
      const answer = await label(
        pw({ system: { ecutwfc: 40 }, ...changes }),
        folder(at),
        undefined,
        silicon8,
      );
      if (!answer.accepted) throw new Error(answer.reason);
      return { forces: answer.result.forces, symptoms: answer.attempts.map(({ symptom }) => symptom) };
    };
    const there = await forces({ memory: 30, launcher: { ...SLURM, script } }, 'pw-there');
    const here = await forces({}, 'pw-here');
    expect(there.symptoms).toContain('job-memory');
    expect(largestDifference(there.forces, here.forces)).toBeLessThan(1e-6);
  });

  it('more memory than any node has is refused: the input’s fault at first, the structure’s after corrections', async () => {
    const refused = await failureOf(label(code('true', 'well', { memory: 5000 }), folder('large')));
    expect(refused).toMatchObject({ failureClass: 'input-wrong', symptom: 'job-refused' });
    const never = `exec python3 -c "import time; x = b'a' * 900_000_000; time.sleep(20)"`;
    const answer = await label(code(never, 'well', { memory: 300 }), folder('larger'));
    expect(answer).toMatchObject({ accepted: false, reason: expect.stringMatching(/sbatch refuses/) });
    expect(answer.attempts.map(({ symptom }) => symptom)).toEqual([
      'job-memory',
      'job-memory',
      'job-refused',
    ]);
  });

  it('what a partition never gives is told to a person and leaves the queue', async () => {
    const script = SCRIPT.replace('{tasks}', '64');
    const failure = await failureOf(run('true', {}, script));
    expect(failure).toMatchObject({ failureClass: 'input-wrong', symptom: 'job-policy' });
    expect(failure.message).toMatch(/would wait for ever.*PartitionConfig/);
    await until(() => jobs('--states=pending').length === 0, 'it waits still');
    const unknown = await failureOf(run('true', {}, SCRIPT.replace('{tasks}', '1 --partition=none')));
    expect(unknown).toMatchObject({ failureClass: 'input-wrong', symptom: 'job-refused' });
  });

  it('a cancelled label cancels its job; one handed over leaves it', async () => {
    for (const reason of [new Error('cancelled'), new Detached()]) {
      const abort = new AbortController();
      const scratch = folder(reason.message || 'handed-over');
      const ended = expect(label(code('sleep 20'), scratch, abort.signal)).rejects.toBe(reason);
      await until(() => running().length === 1, 'it does not run');
      abort.abort(reason);
      await ended;
      const stays = reason instanceof Detached;
      expect(running()).toHaveLength(stays ? 1 : 0);
      expect(existsSync(scratch)).toBe(stays);
    }
    said('scancel', ...running());
    await until(() => running().length === 0, 'it runs still');
  });

  it('a submitting program that is killed: the next one adopts its job', async () => {
    const before = all();
    const scratch = folder('killed');
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('submitter.mjs', import.meta.url)),
        scratch,
        JSON.stringify(SLURM),
        JSON.stringify([...structure.positions]),
      ],
      { stdio: 'inherit' },
    );
    await until(() => running().length === 1, 'it does not run');
    child.kill('SIGKILL');
    const [id] = running();
    const calculator = code('sleep 8');
    const answer = await label(calculator, scratch);
    expect(answer).toMatchObject({ accepted: true, attempts: [{ number: 1, outcome: 'accepted' }] });
    expect(since(before)).toEqual([id]);
  });

  it('killed between sbatch and its answer: found by its name', async () => {
    const before = all();
    await inScratch(async ({ scratch }) => {
      const abort = new AbortController();
      const first = launcher().run(job(scratch, 'sleep 5', { name: '1', signal: abort.signal }));
      await until(() => existsSync(join(scratch, 'job-1/started')), 'it does not run');
      abort.abort(new Detached());
      await expect(first).rejects.toBeInstanceOf(Detached);
      for (const note of ['id', 'started']) await rm(join(scratch, 'job-1', note));
      const end = await launcher().run(job(scratch, 'sleep 5', { name: '1' }));
      expect(end).toMatchObject({ exitCode: 0 });
      expect(since(before)).toHaveLength(1);
    });
  });

  it('two that ask for the same attempt at once: one job', async () => {
    const before = all();
    await inScratch(async ({ scratch }) => {
      const twice = () => launcher().run(job(scratch, 'sleep 2; echo x >> ran', { name: '1' }));
      expect(await Promise.all([twice(), twice()])).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
      expect(since(before)).toHaveLength(1);
    });
  });

  it('a job that is submitted twice all the same runs once', async () => {
    await inScratch(async ({ scratch }) => {
      const end = launcher().run(job(scratch, 'sleep 3; echo ran >> ran.txt', { name: '1' }));
      await until(() => running().length === 1, 'it does not run');
      const second = said(
        'sbatch',
        '--parsable',
        '--wait',
        '-o',
        '/dev/null',
        join(scratch, 'job-1/script.sh'),
      );
      expect(second).not.toBe('');
      await end;
      expect(said('cat', join(scratch, 'ran.txt'))).toBe('ran\n');
    });
  });

  it('slurmd killed and started again: the job goes on', async () => {
    const end = run('sleep 6');
    await until(() => running().length === 1, 'it does not run');
    await cluster.stop('slurmd', 'SIGKILL');
    await cluster.start('slurmd');
    expect(await end).toMatchObject({ exitCode: 0 });
  });

  it('slurmctld away for a while: waited for; what the script left is believed meanwhile', async () => {
    await inScratch(async ({ scratch }) => {
      const end = launcher().run(job(scratch, 'sleep 4', { name: '1' }));
      await until(() => running().length === 1, 'it does not run');
      await cluster.stop('slurmctld');
      expect(await end).toMatchObject({ exitCode: 0 });
      const silent = await failureOf(launcher().run(job(scratch, 'true', { name: '2' })));
      expect(silent).toMatchObject({ failureClass: 'machine', symptom: 'slurm-silent' });
      const late = launcher().run(job(scratch, 'exit 3', { name: '2' }));
      await cluster.start('slurmctld');
      expect(await late).toMatchObject({ exitCode: 3 });
    });
  });

  it('a node that is lost: submitted again when there is one, not counted', async () => {
    const answer = label(code('[ -e ../tried ] || { touch ../tried; sleep 60; }'), folder('node'));
    await until(() => existsSync(join(folder('node'), 'tried')), 'it does not run');
    await cluster.stop('slurmd', 'SIGKILL');
    said('scontrol', 'update', 'NodeName=node', 'State=DOWN', 'Reason=test');
    const back = cluster.start('slurmd');
    const resume = setInterval(() => said('scontrol', 'update', 'NodeName=node', 'State=RESUME'), 1000);
    await back.finally(() => clearInterval(resume));
    expect(await answer).toMatchObject({
      accepted: true,
      attempts: [{ outcome: 'interrupted', symptom: 'job-node-failure' }, { outcome: 'accepted' }],
    });
  });

  it('the time limit: more is asked for', async () => {
    const answer = await label(code('[ -e ../tried ] || { touch ../tried; sleep 200; }'), folder('time'));
    expect(answer).toMatchObject({
      accepted: true,
      attempts: [
        { outcome: 'failed', symptom: 'job-time-limit' },
        { outcome: 'accepted', corrections: ['more-time'] },
      ],
    });
  });
});
