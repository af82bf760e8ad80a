import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { commandCalculator } from '../../../src/reference/calculators/command.js';
import { readCommandLine } from '../../../src/reference/calculators/commandLine.js';
import { readAnswer } from '../../../src/reference/calculators/exchange.js';
import { ReferenceFailure } from '../../../src/reference/failures.js';
import { checkLabel } from '../../../src/reference/gate.js';
import type { ReferenceStructure } from '../../../src/reference/types.js';
import { cubicCrystal, noise } from '../fixture.js';
import { inScratch } from '../scratch.js';

const PROGRAM = fileURLToPath(new URL('../programs/gaussian.mjs', import.meta.url));
const { lattice, positions } = cubicCrystal('fcc', 4, 1);
const structure: ReferenceStructure = {
  lattice,
  species: ['Ne', 'Ar', 'Ne', 'Ar'],
  positions: positions.map((x, i) => x + 0.3 * noise(12, 5)[i]),
};

function calculator(mode: string, timeout = 60) {
  const command = [process.execPath, PROGRAM, mode, '{input}', '{output}'];
  return commandCalculator({ calculator: 'command', command, timeout }, { folder: tmpdir() });
}

async function failureOf(mode: string, timeout?: number): Promise<ReferenceFailure> {
  const error = await inScratch((context) => calculator(mode, timeout).evaluate(structure, context)).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ReferenceFailure);
  return error as ReferenceFailure;
}

function isAlive(pid: number): boolean {
  try {
    // A zombie is dead, whether or not somebody has asked for its exit code.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program that goes wrong', () => {
  it.each([
    ['crash', 'exit-code', 'program-unknown', /exit code 7/],
    ['segfault', 'killed', 'program-unknown', /SIGSEGV/],
    ['killed', 'killed', 'machine', /SIGKILL/],
    ['silent', 'no-output', 'program-unknown', /wrote no/],
    ['garbage', 'bad-output', 'program-unknown', /output\.xyz/],
    ['truncated', 'bad-output', 'program-unknown', /output\.xyz/],
    ['two', 'bad-output', 'program-unknown', /2 structures/],
    ['few', 'wrong-atoms', 'program-unknown', /3 atoms/],
    ['reordered', 'wrong-atoms', 'program-unknown', /atom 1/],
    ['noforces', 'bad-output', 'program-unknown', /no forces/],
    ['nan', 'bad-output', 'program-unknown', /./],
  ] as const)('%s: %s', async (mode, symptom, failureClass, message) => {
    const failure = await failureOf(mode);
    expect(failure.symptom).toBe(symptom);
    expect(failure.failureClass).toBe(failureClass);
    expect(failure.message).toMatch(message);
  });

  it('is believed where it is killed once its answer is whole, not where a number may have lost digits', async () => {
    const whole = await inScratch((context) => calculator('well').evaluate(structure, context));
    const late = await inScratch((context) => calculator('killed late').evaluate(structure, context));
    expect(late.forces).toEqual(whole.forces);
    expect(late.evidence).toEqual([expect.stringMatching(/ended by SIGKILL.*its answer is whole/)]);
    expect(await failureOf('cut')).toMatchObject({ symptom: 'killed', failureClass: 'machine' });
  });

  it('leaves the last lines of what it printed', async () => {
    const { evidence } = await failureOf('crash');
    expect(evidence).toEqual(['SCF did not like it', 'iteration 1', 'iteration 2']);
  });

  it('that says it has not converged is stopped by the gate', async () => {
    const result = await inScratch((context) => calculator('unconverged').evaluate(structure, context));
    expect(result.converged).toBe(false);
    expect(result.program).toBe('gaussian 1.0');
    expect(checkLabel(structure, result)).toMatchObject({ accepted: false, rule: 'converged' });
  });
});

describe('process groups', () => {
  it('that hang are ended at the time limit, children that ignore SIGTERM with them', async () => {
    let child = 0;
    const started = performance.now();
    const error = await inScratch(async (context) => {
      try {
        return await calculator('hang', 1).evaluate(structure, context);
      } finally {
        child = Number(await readFile(join(context.scratch, 'child.pid'), 'utf8'));
      }
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ symptom: 'timeout', failureClass: 'program-unknown' });
    expect(performance.now() - started).toBeLessThan(8000);
    expect(await diesSoon(child)).toBe(true);
  });

  it('are ended by an abort, which rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    let child = 0;
    const running = inScratch(async (context) => {
      const evaluation = calculator('hang').evaluate(structure, context);
      const pidFile = join(context.scratch, 'child.pid');
      const ended = evaluation.catch(() => undefined);
      while (!existsSync(pidFile) || (await readFile(pidFile, 'utf8')) === '')
        await new Promise((r) => setTimeout(r, 20));
      child = Number(await readFile(pidFile, 'utf8'));
      controller.abort(reason);
      await ended;
      return evaluation;
    }, controller.signal);
    await expect(running).rejects.toBe(reason);
    expect(await diesSoon(child)).toBe(true);
  });

  it('leave no orphans behind after a good end', async () => {
    const child = await inScratch(async (context) => {
      await calculator('orphan').evaluate(structure, context);
      return Number(await readFile(join(context.scratch, 'child.pid'), 'utf8'));
    });
    expect(await diesSoon(child)).toBe(true);
  });

  async function diesSoon(pid: number): Promise<boolean> {
    for (let i = 0; i < 100 && isAlive(pid); i++) await new Promise((r) => setTimeout(r, 20));
    return !isAlive(pid);
  }
});

describe('a command line', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anharmony-command-'));
    await writeFile(join(folder, 'forces.py'), 'print(1)');
    await writeFile(join(folder, 'settings.in'), 'a');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const read = (command: readonly string[], files: readonly string[] = []) =>
    readCommandLine({ calculator: 'command', command, files }, folder);

  it('fills in placeholders and finds the files of the campaign', () => {
    const line = read(['python3', 'forces.py', '--in={input}', '{output}', '{scratch}/log', '{other}']);
    const places = { input: '/s/in $x', output: '/s/out', scratch: '/s' };
    expect(line.fill(places)).toEqual([
      'python3',
      join(folder, 'forces.py'),
      '--in=/s/in $x',
      '/s/out',
      '/s/log',
      '{other}',
    ]);
  });

  it('has another identity when a file that it names, or that is listed, has another content', async () => {
    const identity = () =>
      commandCalculator(
        {
          calculator: 'command',
          command: ['python3', 'forces.py', '{input}', '{output}'],
          files: ['settings.in'],
        },
        { folder },
      ).identity;
    const before = identity();
    expect(identity()).toEqual(before);
    await writeFile(join(folder, 'settings.in'), 'b');
    const between = identity();
    expect(between).not.toEqual(before);
    await writeFile(join(folder, 'forces.py'), 'print(2)');
    expect(identity()).not.toEqual(between);
  });

  it('without a placeholder, or with a file that is missing, is refused', () => {
    expect(() => read(['python3', 'forces.py', '{input}'])).toThrow(/\{output\}/);
    expect(() => read(['python3', '{input}', '{output}'], ['none.in'])).toThrow(InputError);
  });

  it('with a program that is not there says so', async () => {
    const missing = commandCalculator(
      { calculator: 'command', command: ['no-such-program-here', '{input}', '{output}'] },
      { folder },
    );
    const error = await inScratch((context) => missing.evaluate(structure, context)).catch((e: unknown) => e);
    expect(error).toMatchObject({ failureClass: 'input-wrong', symptom: 'not-started' });
  });
});

describe('a program with a language of its own', () => {
  const OWN = fileURLToPath(new URL('../programs/ownLanguage.mjs', import.meta.url));
  const TEMPLATE = 'cell\n{lattice}\natoms {atoms}\n{positions}\n';
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anharmony-template-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const made = async (template: string) => {
    await writeFile(join(folder, 'own.inp'), template);
    const command = [process.execPath, OWN, '{input}', '{output}'];
    return commandCalculator({ calculator: 'command', command, template: 'own.inp' }, { folder });
  };

  it('gets its template with all digits, and its answer in JSON is the label', async () => {
    const own = await made(TEMPLATE);
    const [there, here] = [
      await inScratch((context) => own.evaluate(structure, context)),
      await inScratch((context) => calculator('well').evaluate(structure, context)),
    ];
    expect(there.forces).toEqual(here.forces);
    expect(there).toMatchObject({ energy: here.energy, converged: true, program: 'own language 1.0' });
    expect(own.inputFiles?.(structure)).toEqual({ 'input.inp': expect.stringMatching(/^cell\n4 0 0\n/) });
  });

  it('has another identity with another template', async () => {
    const { identity } = await made(TEMPLATE);
    expect((await made(`${TEMPLATE}\n`)).identity).not.toEqual(identity);
  });

  it('is refused where the program would not see the structure', async () => {
    await expect(made('cell\n{positions}')).rejects.toThrow(/no \{lattice\}/);
    await expect(made('{lattice}\n{position}')).rejects.toThrow(/no \{positions\}/);
    const command = ['true', '{input}', '{output}'];
    const missing = { calculator: 'command', command, template: 'none.inp' } as const;
    expect(() => commandCalculator(missing, { folder })).toThrow(/reference\.template/);
  });

  it('fills in fractional positions, species and their number', async () => {
    const { inputFiles } = await made('{types} {species}\n{lattice}\n{fractional}\n{ other }');
    const text = inputFiles?.({ ...structure, positions: positions.slice() })['input.inp'] as string;
    expect(text.split('\n')).toEqual([
      '2 Ne Ar',
      '4 0 0',
      '0 4 0',
      '0 0 4',
      'Ne 0 0 0',
      'Ar 0 0.5 0.5',
      'Ne 0.5 0 0.5',
      'Ar 0.5 0.5 0',
      '{ other }',
    ]);
  });
});

describe('an answer in JSON', () => {
  const forces = Array.from({ length: 4 }, () => [0, 0.5, -1]);
  const read = (answer: unknown) =>
    inScratch(async ({ scratch }) => {
      const path = join(scratch, 'output.json');
      await writeFile(path, typeof answer === 'string' ? answer : JSON.stringify(answer));
      return readAnswer(path, structure, ['its last line']);
    });

  it('may lack all but the forces', async () => {
    const answer = await read({ forces });
    expect(answer).toMatchObject({ energy: Number.NaN, converged: true, program: undefined });
    expect([...answer.forces.slice(0, 3)]).toEqual([0, 0.5, -1]);
    expect(await read({ forces, converged: false })).toMatchObject({ converged: false });
  });

  it.each([
    ['is cut', '{"forces": [[0', /JSON/],
    ['has too few forces', { forces: forces.slice(1) }, /3 atoms instead of 4/],
    ['has no number', { forces: [...forces.slice(1), [0, 0, null]] }, /forces\.3\.2/],
    ['has other atoms', { forces, species: ['Ar', 'Ne', 'Ne', 'Ar'] }, /atom 1 is Ar instead of Ne/],
    ['has fewer species', { forces, species: ['Ne', 'Ar', 'Ne'] }, /atom 4 is missing/],
    ['has no forces', { energy: 1 }, /forces/],
  ])('that %s is no label', async (_, answer, message) => {
    const error = await read(answer).catch((e: unknown) => e);
    expect(error).toMatchObject({ symptom: 'bad-output', evidence: ['its last line'] });
    expect((error as Error).message).toMatch(message);
  });
});
