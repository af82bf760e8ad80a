import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeLabel } from '../../../src/reference/attempts.js';
import type { IPiSettings } from '../../../src/reference/calculators/iPi/settings.js';
import { iPi } from '../../../src/reference/calculators/iPi.js';
import { createCalculator } from '../../../src/reference/catalogue.js';
import { DEFAULT_GATE_LIMITS } from '../../../src/reference/gateLimits.js';
import { createResidentPool } from '../../../src/reference/resident/pool.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { clientCommand, neonArgon } from '../resident/clients.js';
import { inScratch } from '../scratch.js';

const structure = neonArgon();
const exact = { forces: 1e-10, energy: 1e-10 };

for (const [name, address] of [
  ['UNIX socket', '{socket}'],
  ['TCP', '{host}:{port}'],
] as const) {
  calculatorConformance({
    name: `i-pi (${name})`,
    create: (context) =>
      createCalculator({ calculator: 'i-pi', command: clientCommand('sound', address) }, context),
    structure: neonArgon(6),
    unknownSpecies: 'Kr',
    noise: exact,
  });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anharmony-ipi-'));
});
afterAll(() => rm(folder, { recursive: true }));

function label(mode: string, settings: Partial<IPiSettings> = {}) {
  const calculator = iPi({ calculator: 'i-pi', command: clientCommand(mode), ...settings }, { folder });
  return inScratch(async ({ scratch, signal }) => {
    const residents = createResidentPool({ slots: 1, folder: join(scratch, 'residents') });
    try {
      const request = { calculator, structure, limits: DEFAULT_GATE_LIMITS, attempts: 2, signal, residents };
      return await computeLabel({ ...request, scratch: join(scratch, 'run') });
    } finally {
      await residents.close();
    }
  });
}

describe('a client that goes wrong', () => {
  it.each([
    ['half', 'exit-code', /without forces/],
    ['crash', 'exit-code', /exit code 7/],
    ['garbage', 'protocol', /not i-PI/],
    ['nan', 'protocol', /not a finite/],
    ['few', 'protocol', /3 atoms instead of 4/],
  ])('%s: tried again with a fresh client, then given up with the reason', async (mode, symptom, reason) => {
    const answer = await label(mode);
    expect(answer.attempts.map((attempt) => attempt.symptom)).toEqual([symptom, symptom]);
    expect(answer).toMatchObject({ accepted: false, reason: expect.stringMatching(reason) });
  });

  it('one that hangs: ended at the time limit, which counts', async () => {
    const answer = await label('hang', { timeout: 1 });
    expect(answer.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
  });

  it('killed from outside: the structure goes to a fresh client and no attempt is counted', async () => {
    const environment = { ONCE: join(folder, 'killed') };
    const answer = await label('killed-once', { environment });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    expect(answer.attempts[0].reason).toMatch(/from outside by SIGKILL/);
  });

  it('one that says of its forces that they have not converged', async () => {
    const answer = await label('unconverged');
    expect(answer.attempts[0]).toMatchObject({ outcome: 'rejected', symptom: 'gate-converged' });
  });

  it('a program that is not there is a matter for a person', async () => {
    await expect(label('', { command: ['/nowhere/lmp', '{socket}'] })).rejects.toMatchObject({
      failureClass: 'input-wrong',
      message: expect.stringMatching(/lmp cannot be started \(ENOENT\)/),
    });
  });
});

describe('its settings', () => {
  const create = (settings: Partial<IPiSettings>) =>
    iPi({ calculator: 'i-pi', command: ['lmp', '-in', 'in.lmp'], ...settings }, { folder });

  it('the address may stand in an input file, and is filled in there', async () => {
    await writeFile(join(folder, 'client.sh'), `exec "$0" "$@" {socket} # \${socket}\n`);
    const [program, ...rest] = clientCommand('sound').slice(0, -1);
    const answer = await label('', {
      command: ['sh', '-c', '. ./client.sh', program, ...rest],
      files: ['client.sh'],
    });
    expect(answer).toMatchObject({ accepted: true });
  });

  it('contents of files belong to the identity, limits do not', async () => {
    const command = ['lmp', '{socket}'];
    const identity = async (text: string, settings: Partial<IPiSettings> = {}) => {
      await writeFile(join(folder, 'in.lmp'), text);
      return create({ command, files: ['in.lmp'], ...settings }).identity;
    };
    const one = await identity('pair_style sw');
    expect(await identity('pair_style tersoff')).not.toEqual(one);
    expect(await identity('pair_style sw', { timeout: 5, memory: 100 })).toEqual(one);
  });

  it.each([
    ['no place to connect to', {}, /tells the program no place/],
    ['two places', { command: ['lmp', '{socket}', '{port}'] }, /both a UNIX socket and a port/],
    ['a file that is not there', { command: ['lmp', '{socket}'], files: ['none.lmp'] }, /cannot be read/],
    [
      'a file by a name that is taken',
      { command: ['lmp', '{socket}'], files: ['structure.xyz'] },
      /atoms are written/,
    ],
  ])('%s', async (_, settings, message) => {
    await writeFile(join(folder, 'structure.xyz'), '');
    expect(() => create(settings)).toThrow(message);
  });
});
