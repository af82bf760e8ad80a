import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeLabel } from '../../src/reference/attempts.js';
import { ReferenceFailure } from '../../src/reference/failures.js';
import { DEFAULT_GATE_LIMITS } from '../../src/reference/gateLimits.js';
import { SLURM_RULES } from '../../src/reference/launchers/slurm/ladder.js';
import { Detached, type Launcher } from '../../src/reference/launchers/types.js';
import type { Progress } from '../../src/reference/progress.js';
import type {
  Calculator,
  FailureClass,
  ReferenceContext,
  ReferenceResult,
} from '../../src/reference/types.js';
import { silicon8 } from './pw.js';
import { inScratch } from './scratch.js';

const sound: ReferenceResult = {
  energy: -1,
  forces: new Float64Array(24),
  converged: true,
  program: 'fake',
  seconds: 1,
};
const failure = (symptom: string, failureClass: FailureClass) =>
  new ReferenceFailure(symptom, { symptom, failureClass });
const launcher: Launcher = {
  kind: 'slurm',
  durable: true,
  rules: SLURM_RULES,
  run: () => Promise.reject(new Error('the fake calculator runs nothing')),
};

/** A calculator whose evaluations end as listed, one after another. */
function fake(ends: readonly (ReferenceResult | Error)[]) {
  const seen: { name?: string; corrections?: string[] }[] = [];
  const calculator: Calculator = {
    name: 'fake',
    identity: {},
    launcher,
    evaluate: async (_, { name, corrections }: ReferenceContext) => {
      const end = ends[seen.length];
      seen.push({ name, corrections: corrections?.map((c) => c.name) });
      if (end instanceof Error) throw end;
      return end;
    },
  };
  return { calculator, seen };
}

describe('a label whose runs outlive this program', () => {
  const label = (
    calculator: Calculator,
    scratch: string,
    signal = new AbortController().signal,
    onEnded?: (progress: Progress) => Promise<void>,
  ) =>
    computeLabel({
      onEnded,
      calculator,
      structure: silicon8,
      limits: DEFAULT_GATE_LIMITS,
      attempts: 1,
      signal,
      scratch,
    });

  it('goes on after a hand-over with the attempt, the corrections and the record that it had', () =>
    inScratch(async ({ scratch }) => {
      const folder = join(scratch, 'label');
      const abort = new AbortController();
      const detached = new Detached();
      const { calculator, seen } = fake([failure('job-memory', 'program-known'), detached, sound]);
      abort.abort(detached);
      const first = label(fake([detached]).calculator, folder, abort.signal);
      await expect(first).rejects.toBe(detached);
      expect(existsSync(folder)).toBe(true);
      await expect(label(calculator, folder)).rejects.toBe(detached);
      expect(seen.at(-1)).toEqual({ name: '2', corrections: ['more-memory'] });
    }));

  it('takes a silent scheduler for no attempt: the same one is asked for again', () =>
    inScratch(async ({ scratch }) => {
      const folder = join(scratch, 'label');
      const ends = [failure('job-time-limit', 'program-known'), failure('slurm-silent', 'machine'), sound];
      const { calculator, seen } = fake(ends);
      await expect(label(calculator, folder)).rejects.toThrow('slurm-silent');
      const answer = await label(calculator, folder);
      expect(answer).toMatchObject({ accepted: true });
      expect(answer.attempts.map(({ symptom }) => symptom)).toEqual(['job-time-limit', undefined]);
      expect(seen.map(({ name }) => name)).toEqual(['1', '2', '2']);
      expect(existsSync(folder)).toBe(false);
    }));

  it('never asks again for a job that is over: lost nodes are new attempts, also after a pause', () =>
    inScratch(async ({ scratch }) => {
      const folder = join(scratch, 'label');
      const lost = failure('job-node-failure', 'machine');
      const { calculator, seen } = fake([lost, lost, lost, sound]);
      const numbers: (number | undefined)[] = [];
      const onEnded = async ({ attempts }: Progress): Promise<void> =>
        void numbers.push(attempts.at(-1)?.number);
      await expect(label(calculator, folder, undefined, onEnded)).rejects.toBe(lost);
      const answer = await label(calculator, folder, undefined, onEnded);
      expect(numbers).toEqual([1, 2, 3, 4]);
      expect(answer).toMatchObject({ accepted: true });
      expect(answer.attempts.map(({ outcome }) => outcome)).toEqual([
        'interrupted',
        'interrupted',
        'interrupted',
        'accepted',
      ]);
      expect(seen.map(({ name }) => name)).toEqual(['1', '2', '3', '4']);
    }));
});
