import { describe, expect, it } from 'vitest';
import { computeLabel, type LabelRequest } from '../../src/reference/attempts.js';
import { ReferenceFailure } from '../../src/reference/failures.js';
import { DEFAULT_GATE_LIMITS } from '../../src/reference/gateLimits.js';
import {
  type Correction,
  correctedSettings,
  DEFAULT_CORRECTIONS,
  type Ladder,
  nextCorrection,
} from '../../src/reference/ladder.js';
import type { Progress } from '../../src/reference/progress.js';
import type { Calculator, FailureClass, ReferenceContext } from '../../src/reference/types.js';
import { silicon8 } from './pw.js';
import { inScratch } from './scratch.js';

const rule = (
  symptom: string,
  corrections: readonly Correction[],
  failureClass: FailureClass = 'program-known',
) => ({
  symptom,
  meaning: symptom,
  failureClass,
  signs: [],
  corrections,
});
const ladder: Ladder = {
  defaults: { 'e.beta': 0.7, 'e.steps': 100, 'e.solver': 'david' },
  rules: [
    rule('unconverged', [
      { name: 'steps', scale: { 'e.steps': 2 }, start: 'density', times: 2 },
      { name: 'beta', scale: { 'e.beta': 0.5 } },
      { name: 'smearing', set: { 's.smearing': 'mv' }, changesPhysics: true },
    ]),
    rule('solver', [
      { name: 'david', set: { 'e.solver': 'david' } },
      { name: 'cg', set: { 'e.solver': 'cg' } },
    ]),
    rule('hopeless', []),
  ],
};
const names = (symptom: string, policy = DEFAULT_CORRECTIONS): string[] => {
  const made: Correction[] = [];
  for (;;) {
    const next = nextCorrection(ladder, symptom, {}, made, policy);
    if (next === undefined) return made.map(({ name }) => name);
    made.push(next);
  }
};

describe('a ladder', () => {
  it('is climbed in order, each rung as often as it may', () => {
    expect(names('unconverged')).toEqual(['steps', 'steps', 'beta']);
  });
  it('changes the physics only where that is allowed', () => {
    expect(names('unconverged', { limit: 5, changePhysics: true })).toEqual([
      'steps',
      'steps',
      'beta',
      'smearing',
    ]);
  });
  it('ends at the limit', () => {
    expect(names('unconverged', { limit: 2, changePhysics: true })).toEqual(['steps', 'steps']);
    expect(names('unconverged', { limit: 0, changePhysics: true })).toEqual([]);
  });
  it('passes over what would change nothing', () => {
    expect(names('solver')).toEqual(['cg']);
    const now = nextCorrection(ladder, 'solver', { 'e.solver': 'cg' }, [], DEFAULT_CORRECTIONS);
    expect(now?.name).toBe('david');
  });
  it('goes in one direction where a correction says from where', () => {
    const algorithms: Ladder = {
      defaults: { ALGO: 'Normal' },
      rules: [
        rule('slow', [
          { name: 'normal', from: { ALGO: 'Fast' }, set: { ALGO: 'Normal' } },
          { name: 'all', from: { ALGO: 'Normal' }, set: { ALGO: 'All' } },
        ]),
      ],
    };
    const next = (ALGO: string, made: readonly Correction[] = []) =>
      nextCorrection(algorithms, 'slow', ALGO === '' ? {} : { ALGO }, made, DEFAULT_CORRECTIONS)?.name;
    expect([next('Fast'), next('Normal'), next('All'), next('')]).toEqual([
      'normal',
      'all',
      undefined,
      'all',
    ]);
    expect(next('Fast', [algorithms.rules[0].corrections[0]])).toBe('all');
  });
  it('has nothing for what it does not know', () => {
    expect(names('hopeless')).toEqual([]);
    expect(names('never seen')).toEqual([]);
  });
  it('multiplies from the default and remembers what came before', () => {
    const made = ladder.rules[0].corrections;
    const { settings, start } = correctedSettings(ladder, { 'e.beta': 0.4 }, [made[0], made[0], made[1]]);
    expect(settings).toEqual({ 'e.steps': 400, 'e.beta': 0.2 });
    expect(start).toBe('scratch');
    expect(correctedSettings(ladder, {}, [made[0]]).start).toBe('density');
    expect(correctedSettings(ladder, {}, []).start).toBe('scratch');
  });
});

describe('computing a label', () => {
  const sound = { energy: 0, forces: new Float64Array(24), converged: true, program: 'p', seconds: 1 };
  const failure = (symptom: string, failureClass: FailureClass = 'program-known') =>
    new ReferenceFailure(`it failed: ${symptom}`, {
      failureClass,
      symptom,
      evidence: [`line of ${symptom}`],
    });

  /** A code that gives these answers, one after another. */
  async function run(
    answers: readonly (ReferenceFailure | typeof sound)[],
    changes: Partial<LabelRequest> = {},
    mended = true,
  ) {
    const seen: ReferenceContext[] = [];
    const calculator: Calculator = {
      name: 'fake',
      identity: {},
      ...(mended && { correctable: { ladder, settings: {}, policy: DEFAULT_CORRECTIONS } }),
      evaluate: async (_, context) => {
        seen.push({ ...context, corrections: [...(context.corrections ?? [])] });
        const answer = answers[Math.min(seen.length, answers.length) - 1];
        if (answer instanceof ReferenceFailure) throw answer;
        return answer;
      },
    };
    const answer = await inScratch(({ scratch, signal }) =>
      computeLabel({
        calculator,
        structure: silicon8,
        limits: DEFAULT_GATE_LIMITS,
        attempts: 2,
        signal,
        scratch: `${scratch}/work`,
        ...changes,
      }),
    );
    return { answer, seen };
  }

  it('corrects and goes on in the same folder, with the evidence kept', async () => {
    const { answer, seen } = await run([failure('unconverged'), failure('unconverged'), sound]);
    expect(answer.accepted).toBe(true);
    expect(answer.attempts).toMatchObject([
      { number: 1, outcome: 'failed', symptom: 'unconverged', evidence: ['line of unconverged'] },
      { number: 2, outcome: 'failed', corrections: ['steps'] },
      { number: 3, outcome: 'accepted', corrections: ['steps', 'steps'], program: 'p' },
    ]);
    expect(new Set(seen.map(({ scratch }) => scratch)).size).toBe(1);
  });

  it('ends where the ladder ends, without repeating what would fail again', async () => {
    const { answer } = await run([failure('hopeless')]);
    expect(answer).toMatchObject({ accepted: false, reason: 'it failed: hopeless' });
    expect(answer.attempts).toHaveLength(1);
    expect((await run([failure('unconverged')])).answer.attempts).toHaveLength(4);
  });

  it('repeats what it does not know a few times', async () => {
    const { answer } = await run([failure('strange', 'program-unknown')]);
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });

  it('does not count an interruption, and keeps the corrections made before', async () => {
    const killed = failure('interrupted', 'machine');
    const { answer, seen } = await run([failure('unconverged'), killed, killed, sound]);
    expect(answer.accepted).toBe(true);
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'interrupted',
      'interrupted',
      'accepted',
    ]);
    expect(seen[2].corrections?.map(({ name, start }) => [name, start])).toEqual([
      ['steps', 'density'],
      ['resume', 'density'],
    ]);
  });

  it('leaves a machine that interrupts again and again to a longer pause, and the disk and the input to a person', async () => {
    await expect(run([failure('interrupted', 'machine')])).rejects.toMatchObject({ symptom: 'interrupted' });
    await expect(run([failure('disk', 'store')])).rejects.toMatchObject({ failureClass: 'store' });
    await expect(run([failure('typo', 'input-wrong')])).rejects.toMatchObject({
      failureClass: 'input-wrong',
    });
  });

  it('puts a run that found no room on record once, however long the disk is full, and holds it against nobody', async () => {
    const records: Progress[] = [];
    const onEnded = async (progress: Progress): Promise<void> => void records.push(progress);
    const waits = ['disk', 'disk', 'other-disk'].map(
      (symptom) => () => run([failure(symptom, 'store')], { onEnded, from: records.at(-1) }),
    );
    for (const wait of waits) await expect(wait()).rejects.toMatchObject({ failureClass: 'store' });
    expect(records.at(-1)?.attempts).toMatchObject([
      { number: 1, outcome: 'interrupted', symptom: 'disk' },
      { number: 2, outcome: 'interrupted', symptom: 'other-disk' },
    ]);
    const { answer, seen } = await run([sound], { from: records.at(-1) });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'interrupted', 'accepted']);
    expect(seen[0].corrections).toEqual([]);
  });

  it.each([true, false])(
    'puts every interruption on record, up to three in a row (with a ladder: %s)',
    async (mended) => {
      const records: Progress[] = [];
      const onEnded = async (progress: Progress): Promise<void> => void records.push(progress);
      const killed = failure('killed', 'machine');
      for (let pause = 0; pause < 5; pause++) {
        await expect(run([killed], { onEnded, from: records.at(-1) }, mended)).rejects.toBe(killed);
      }
      expect(records.map(({ attempts }) => attempts.length)).toEqual([1, 2, 3]);
      const { answer } = await run([sound], { onEnded, from: records.at(-1) }, mended);
      expect(answer.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
        [1, 'interrupted'],
        [2, 'interrupted'],
        [3, 'interrupted'],
        [4, 'accepted'],
      ]);
    },
  );

  it('rejects at the gate what the code calls a success', async () => {
    const heavy = { ...sound, forces: new Float64Array(24).fill(1) };
    const { answer } = await run([heavy]);
    expect(answer.attempts).toMatchObject([
      { outcome: 'rejected', symptom: 'gate-net-force' },
      { outcome: 'rejected', symptom: 'gate-net-force' },
    ]);
  });

  it('gives a code without a ladder an empty folder each time', async () => {
    const { answer, seen } = await run([failure('strange', 'program-unknown'), sound], {}, false);
    expect(answer.accepted).toBe(true);
    expect(seen[0].scratch).not.toBe(seen[1].scratch);
    await expect(run([failure('killed', 'machine')], {}, false)).rejects.toMatchObject({ symptom: 'killed' });
  });
});
