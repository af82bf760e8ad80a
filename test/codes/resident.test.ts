import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeLabel } from '../../src/reference/attempts.js';
import type { QuantumEspressoSettings } from '../../src/reference/calculators/quantumEspresso/settings.js';
import { quantumEspresso } from '../../src/reference/calculators/quantumEspresso.js';
import { DEFAULT_GATE_LIMITS } from '../../src/reference/gateLimits.js';
import { createResidentPool, type ResidentPool } from '../../src/reference/resident/pool.js';
import type { ReferenceResult, ReferenceStructure } from '../../src/reference/types.js';
import { cubicCrystal, largestDifference, noise, readFixture } from '../reference/fixture.js';
import { hasPw, PW_SKIP, silicon8, siliconSettings } from '../reference/pw.js';
import { isAlive, until } from '../reference/resident/clients.js';
import { inScratch } from '../reference/scratch.js';

let folder: string;
let pool: ResidentPool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anharmony-residents-'));
  pool = createResidentPool({ slots: 2, folder });
});
afterEach(async () => {
  const pids = processes();
  await pool.close();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

/** Of pw.x that stays, by the pool's records. */
function processes(): readonly number[] {
  return readdirSync(folder)
    .map((name) => join(folder, name, 'process.json'))
    .filter(existsSync)
    .map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { process?: { pid: number } }).process?.pid)
    .filter((pid) => pid !== undefined);
}

type Resident = QuantumEspressoSettings['resident'];

/** Through ladder and gate. */
function label(
  settings: QuantumEspressoSettings,
  structure: ReferenceStructure = silicon8,
  meanwhile: () => Promise<void> = async () => undefined,
) {
  const calculator = quantumEspresso(settings, { species: structure.species, folder: '/' });
  return inScratch(async ({ scratch, signal }) => {
    const request = { calculator, structure, limits: DEFAULT_GATE_LIMITS, attempts: 2, signal };
    const running = computeLabel({ ...request, residents: pool, scratch: join(scratch, 'run') });
    const [answer] = await Promise.all([running, meanwhile()]);
    return answer;
  });
}

async function result(
  settings: QuantumEspressoSettings,
  structure: ReferenceStructure,
  resident: Resident = false,
): Promise<ReferenceResult> {
  const answer = await label({ ...settings, resident }, structure);
  if (!answer.accepted) throw new Error(answer.reason);
  return answer.result;
}

const WANNIER = '/usr/share/wannier90/pseudo';
const file = (name: string) => {
  const path = join(WANNIER, name);
  return { file: path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
};
const hasAse = spawnSync('/usr/bin/python3', ['-c', 'import ase']).status === 0;
const BY_ASE = fileURLToPath(new URL('./espressoByAse.py', import.meta.url));

/** The same single point through ASE's own calculator, input and output both ASE's. */
function byAse(settings: QuantumEspressoSettings, structure: ReferenceStructure): Float64Array {
  const { system, electrons, kpoints, pseudopotentials } = settings;
  const cwd = mkdtempSync(join(tmpdir(), 'anharmony-ase-'));
  const files = Object.entries(pseudopotentials).map(([symbol, { file: path }]) => [symbol, path]);
  const asked = {
    species: structure.species,
    positions: Array.from({ length: structure.species.length }, (_, i) => [
      ...structure.positions.subarray(3 * i, 3 * i + 3),
    ]),
    lattice: [0, 3, 6].map((i) => [...structure.lattice.subarray(i, i + 3)]),
    pseudopotentials: Object.fromEntries(files),
    namelists: { system: { ...system, nosym: true }, electrons },
    grid: kpoints === 'gamma' ? null : kpoints.grid,
    shift: kpoints === 'gamma' ? [0, 0, 0] : kpoints.shift,
  };
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  const options = { cwd, env, input: JSON.stringify(asked), encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const { stdout, stderr } = spawnSync('/usr/bin/python3', [BY_ASE], options);
  spawnSync('rm', ['-r', cwd]);
  if (stdout === '') throw new Error(stderr);
  return Float64Array.from((JSON.parse(stdout) as { forces: number[][] }).forces.flat());
}

/** eV/Å */
const SAME = 1e-4;

describe.skipIf(!hasPw || !hasAse)(
  `the same forces by file, by socket and through ASE${PW_SKIP}${hasAse ? '' : ' (SKIPPED: no python3-ase)'}`,
  () => {
    async function proof(settings: QuantumEspressoSettings, structure: ReferenceStructure): Promise<void> {
      const byFile = await result(settings, structure);
      const bySocket = await result(settings, structure, true);
      const byPort = await result(settings, structure, 'inet');
      const ase = byAse(settings, structure);
      const differences = [bySocket.forces, byPort.forces, ase].map((f) =>
        largestDifference(f, byFile.forces),
      );
      console.log(
        'largest differences from pw.x by file, meV/Å (UNIX socket, TCP, ASE):',
        differences.map((d) => (1e3 * d).toFixed(4)).join(' '),
      );
      for (const difference of differences) expect(difference).toBeLessThan(SAME);
      expect(Math.abs(bySocket.energy - byFile.energy)).toBeLessThan(1e-6);
      // Forces that prove something.
      expect(Math.max(...byFile.forces.map(Math.abs))).toBeGreaterThan(0.5);
    }

    it('64 silicon atoms', { timeout: 1_800_000 }, async () => {
      const { lattice, species, positions } = readFixture('silicon64');
      const settings: QuantumEspressoSettings = {
        calculator: 'quantum-espresso',
        system: { ecutwfc: 20 },
        // A tenth of the default: what self-consistency lacks is not what is compared.
        electrons: { conv_thr: 1.3e-9 },
        pseudopotentials: { Si: file('Si_ONCV_PBE-1.0.upf') },
        kpoints: 'gamma',
      };
      await proof(settings, { lattice, species, positions });
    });

    it('silicon carbide, its atoms out of order: units and order', async () => {
      const { lattice, positions } = cubicCrystal('diamond', 4.36, 1);
      const order = [5, 0, 6, 3, 1, 7, 2, 4];
      const shift = noise(24, 78);
      const structure: ReferenceStructure = {
        lattice,
        species: order.map((i) => (i < 4 ? 'Si' : 'C')),
        positions: Float64Array.from(
          order.flatMap((i) => [0, 1, 2].map((c) => positions[3 * i + c] + 0.08 * shift[3 * i + c])),
        ),
      };
      const settings: QuantumEspressoSettings = {
        calculator: 'quantum-espresso',
        system: { ecutwfc: 30 },
        electrons: { conv_thr: 1.6e-10 },
        pseudopotentials: { Si: file('Si.pz-vbc.UPF'), C: file('C.pz-vbc.UPF') },
        kpoints: { grid: [1, 1, 1], shift: [1, 1, 1] },
      };
      await proof(settings, structure);
    });
  },
);

describe.skipIf(!hasPw)(`pw.x that stays${PW_SKIP}`, () => {
  const settings = siliconSettings({ resident: true });
  const others = [3, 5, 8].map((seed) => {
    const shift = noise(24, seed);
    return { ...silicon8, positions: silicon8.positions.map((x, i) => x + 0.05 * shift[i]) };
  });

  it('one process serves them all, and their order does not matter', async () => {
    const byFile = [];
    for (const structure of others) byFile.push((await result(siliconSettings(), structure)).forces);
    const pids = new Set<number>();
    for (const order of [
      [0, 1, 2],
      [2, 0, 1, 0],
    ])
      for (const i of order) {
        const { forces, program } = await result(settings, others[i], true);
        expect(largestDifference(forces, byFile[i])).toBeLessThan(SAME);
        expect(program).toMatch(/^PWSCF \d.*, resident$/);
        for (const pid of processes()) pids.add(pid);
      }
    expect(pids.size).toBe(1);
  });

  it('killed in the middle: the structure goes to a fresh one, and nothing counts', async () => {
    const answer = await label({ ...settings, system: { ecutwfc: 60 }, timeout: 300 }, silicon8, async () => {
      await until(() => logs().some((text) => text.includes('iteration #  1')), 60);
      for (const pid of processes()) process.kill(pid, 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    expect(answer.attempts[0].reason).toMatch(/SIGKILL/);
  });

  it('two ranks of mpirun: the same label; one rank killed: run again', async () => {
    const command = ['mpirun', '--allow-run-as-root', '--bind-to', 'none', '-np', '2', 'pw.x'];
    const one = await result(settings, silicon8, true);
    const two = await result({ ...settings, command }, silicon8, true);
    expect(largestDifference(two.forces, one.forces)).toBeLessThan(SAME);
    await pool.close();
    pool = createResidentPool({ slots: 1, folder });
    const slow = { ...settings, command, system: { ecutwfc: 40 }, timeout: 300 };
    const answer = await label(slow, silicon8, async () => {
      await until(() => logs().some((text) => text.includes('iteration #  1')), 60);
      process.kill(ranks()[0], 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
  });

  it('not converged: caught, corrected in a client of its own, and the next label is none the worse', async () => {
    const tiny = { ...settings, electrons: { electron_maxstep: 3 } };
    const answer = await label(tiny);
    expect(answer.attempts[0]).toMatchObject({
      outcome: 'failed',
      symptom: expect.stringMatching(/convergence/),
    });
    expect(answer.attempts[1].corrections).toHaveLength(1);
    const sound = await result(settings, silicon8, true);
    if (answer.accepted) expect(largestDifference(answer.result.forces, sound.forces)).toBeLessThan(SAME);
    else expect.fail(answer.reason);
  });

  it('a typo that the table of keywords let through is a matter for a person', async () => {
    const outcome = label({ ...settings, system: { ecutwfc: 12, dmft: 'no' } });
    await expect(outcome).rejects.toMatchObject({ failureClass: 'input-wrong', symptom: 'bad-input' });
  });

  it('its memory and time limits', async () => {
    const memory = await label({ ...settings, system: { ecutwfc: 60 }, memory: 20 });
    expect(memory).toMatchObject({
      accepted: false,
      reason: expect.stringMatching(/memory limit of 20 MiB/),
    });
    const time = await label({ ...settings, system: { ecutwfc: 60 }, timeout: 1 });
    expect(time.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
  });
});

function logs(): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name, 'stdout.txt'))
    .filter(existsSync)
    .map((path) => readFileSync(path, 'utf8'));
}

/** pw.x itself below mpirun. */
function ranks(): readonly number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const isPw = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'pw.x';
      return isPw && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}
