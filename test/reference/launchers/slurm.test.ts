import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { commandCalculator } from '../../../src/reference/calculators/command.js';
import {
  type Correction,
  DEFAULT_CORRECTIONS,
  nextCorrection,
  resourcesOf,
} from '../../../src/reference/ladder.js';
import { isPassing, isPolicy } from '../../../src/reference/launchers/slurm/client.js';
import { SLURM_RULES } from '../../../src/reference/launchers/slurm/ladder.js';
import { slurmLauncher } from '../../../src/reference/launchers/slurm/launcher.js';
import { parseQueue } from '../../../src/reference/launchers/slurm/queue.js';
import { jobScript, quote, readTemplate, timeText } from '../../../src/reference/launchers/slurm/script.js';
import {
  batchEnd,
  jobNameIn,
  OVER_MEMORY,
  phaseOf,
  waitsForEver,
} from '../../../src/reference/launchers/slurm/states.js';

const SCRIPT =
  '#!/bin/bash\n#SBATCH --time={time}\n#SBATCH --mem={memory}\n\nmodule load qe\nsrun {command}\n';
const refusal = (script: string, hasMemory = true) => {
  try {
    readTemplate(script, tmpdir(), hasMemory);
  } catch (error) {
    if (error instanceof InputError) return error.problems[0];
    throw error;
  }
  return undefined;
};

describe('a job script', () => {
  it('is refused where it cannot work', () => {
    expect(refusal(SCRIPT)).toBeUndefined();
    expect(refusal('no-such-file.sh')).toMatchObject({ field: 'reference.launcher.script' });
    expect(refusal('#!/bin/bash\npw.x\n')?.message).toMatch(/\{command\}/);
    expect(refusal('#!/bin/csh\n{command}\n')?.message).toMatch(/shell/);
    expect(refusal('#!/bin/bash\n{command} {nodes}\n')?.message).toMatch(/\{nodes\}/);
    expect(refusal('#!/bin/bash\ntrap "rm -r x" EXIT\n{command}\n')?.message).toMatch(/trap/);
    expect(refusal(SCRIPT, false)).toMatchObject({ field: 'reference.memory' });
  });

  it('keeps the shell’s own braces', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell
    expect(refusal('#!/bin/sh\nexport T=${tmpdir}\n{command}\n')).toBeUndefined();
  });

  it('has the launcher’s lines after the last #SBATCH that sbatch reads, before the first command', () => {
    const values = { command: 'pw.x', folder: '/w', name: 'n', time: '1:00:00', memory: '5M', tasks: '1' };
    expect(jobScript(SCRIPT, values, 'BEFORE').split('\n')).toEqual([
      '#!/bin/bash',
      '#SBATCH --time=1:00:00',
      '#SBATCH --mem=5M',
      '',
      'BEFORE',
      'module load qe',
      'srun pw.x',
      '',
      '',
    ]);
  });

  it('rounds times up to minutes and quotes words', () => {
    expect([1, 60, 61, 3600, 86_400].map(timeText)).toEqual([
      '0:01:00',
      '0:01:00',
      '0:02:00',
      '1:00:00',
      '24:00:00',
    ]);
    expect([quote('a.in'), quote("it's $x")]).toEqual(['a.in', `'it'\\''s $x'`]);
  });
});

describe('what Slurm says', () => {
  const said = (stderr: string) => ({ ok: false, stdout: '', stderr });

  // Slurm 22.05; the first, third and fourth as seen, the others from its sources.
  it.each([
    ['slurm_load_jobs error: Unable to contact slurm controller (connect failure)', true, false],
    ['sbatch: error: Batch job submission failed: Socket timed out on send/recv operation', true, false],
    [
      'sbatch: error: Memory specification can not be satisfied\nRequested node configuration is not available',
      false,
      false,
    ],
    ['sbatch: error: invalid partition specified: none', false, false],
    [
      'sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified',
      false,
      true,
    ],
    [
      'sbatch: error: AssocMaxSubmitJobLimit\nJob violates accounting/QOS policy (job submit limit, …)',
      true,
      true,
    ],
  ])('%s', (text, passing, policy) => {
    expect([isPassing(said(text)), isPolicy(said(text))]).toEqual([passing, policy]);
  });

  it('tells jobs that wait for ever from those that wait for their turn', () => {
    const inVain = [
      'PartitionConfig',
      'PartitionTimeLimit',
      'BadConstraints',
      'InvalidAccount',
      'QOSMaxCpuPerJobLimit',
    ];
    const patient = [
      'Priority',
      'Resources',
      'None',
      'AssocGrpCpuLimit',
      'QOSMaxJobsPerUserLimit',
      'JobHeldUser',
      'NodeDown',
    ];
    expect(inVain.filter((reason) => !waitsForEver(reason))).toEqual([]);
    expect(patient.filter(waitsForEver)).toEqual([]);
  });

  it('reads states and exit codes', () => {
    expect(phaseOf('CANCELLED by 0')).toBe('cancelled');
    expect(phaseOf('OUT_OF_MEMORY')).toBe('memory');
    expect(phaseOf('A_STATE_OF_TOMORROW')).toBe('runs');
    const text = 'JobId=5 JobName=anharmony-1 UserId=root(0) JobState=FAILED ExitCode=0:11 BatchFlag=1';
    expect([batchEnd(text), jobNameIn(text)]).toEqual([{ code: 0, signal: 11 }, 'anharmony-1']);
    expect(
      OVER_MEMORY.test('slurmstepd-node: error: StepId=2.batch exceeded memory limit (2 > 1), being killed'),
    ).toBe(true);
    expect(OVER_MEMORY.test('slurmstepd: error: Detected 1 oom_kill event in StepId=1.batch.')).toBe(true);
  });

  it('reads the queue, whatever a job is called', () => {
    const queue = parseQueue('12|PENDING|PartitionConfig|a|b\n7|RUNNING|None|n\n\n');
    expect(queue.get('12')).toEqual({ id: '12', state: 'PENDING', reason: 'PartitionConfig', name: 'a|b' });
    expect(queue.size).toBe(2);
  });
});

describe('what helps', () => {
  const next = (symptom: string, made: readonly Correction[]) =>
    nextCorrection({ rules: SLURM_RULES, defaults: {} }, symptom, {}, made, DEFAULT_CORRECTIONS);

  it('asks for more of what was short, three times', () => {
    const made: Correction[] = [];
    for (let correction = next('job-memory', made); correction; correction = next('job-memory', made))
      made.push(correction);
    expect(made.map(({ name }) => name)).toEqual(['more-memory', 'more-memory', 'more-memory']);
    expect(resourcesOf(made)).toEqual({ time: 1, memory: 8 });
    expect(next('job-time-limit', made)).toMatchObject({ name: 'more-time', start: 'density' });
  });

  it('is not tried where the script does not ask for it', () => {
    const script = '#!/bin/bash\n#SBATCH --time={time}\n{command}\n';
    const { rules } = slurmLauncher({ kind: 'slurm', script }, '/', false);
    expect(rules.map(({ symptom }) => symptom)).toEqual(['job-time-limit']);
  });
});

it('the launcher belongs to no label’s identity', () => {
  const settings = { calculator: 'command', command: ['f', '{input}', '{output}'] } as const;
  const launcher = { kind: 'slurm', script: SCRIPT.replace('{memory}', '1G') } as const;
  const [here, there] = [settings, { ...settings, launcher }].map((s) =>
    commandCalculator(s, { folder: '/' }),
  );
  expect(there.identity).toEqual(here.identity);
  expect([here.launcher?.kind, there.launcher?.kind]).toEqual(['process', 'slurm']);
});
