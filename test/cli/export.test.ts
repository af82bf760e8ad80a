import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerExport } from '../../src/cli/commands/export.js';
import type { Supercell } from '../../src/crystal/types.js';
import { InputError } from '../../src/errors.js';
import type { ClusterSpace } from '../../src/expansion/types.js';
import { clusterSpaceOf } from '../../src/forcefield/clusterSpaceOf.js';
import { exportSource } from '../../src/forcefield/exports/index.js';
import { PHONO3PY } from '../../src/forcefield/exports/phono3py.js';
import { encodeForceField, type ForceField } from '../../src/forcefield/forceField.js';
import { createForceKernel } from '../../src/forcefield/forceKernel.js';
import { harmonicCrystal } from '../../src/forcefield/harmonic.js';
import { phononFrequencies } from '../../src/forcefield/phonons.js';
import { pythonWith, runPython } from '../support/python.js';
import { synthetic } from '../support/syntheticForceField.js';

const POINTS = [
  [0, 0, 0],
  [0.5, 0, 0.5],
  [0.11, 0.23, 0.37],
  [0.5, 0.25, 0.75],
];
const fields = { zincblende: synthetic('boronArsenide'), wurtzite: synthetic('wurtzite') } as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-export-'));
  for (const [name, field] of Object.entries(fields))
    writeFileSync(join(folder, `${name}.anharmony`), encodeForceField(field));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exported(name: string, format: string, ...flags: string[]): Promise<string> {
  const out = join(folder, `${name}-${format}`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const program = new Command().exitOverride();
    registerExport(program);
    const argv = ['export', join(folder, `${name}.anharmony`), '--format', format, '--out', out, ...flags];
    await program.parseAsync(argv, { from: 'user' });
  } finally {
    log.mockRestore();
  }
  return out;
}

/** Orders 2 and 3 alone, as those programs have them. */
function cubicForces(field: ForceField, supercell: Supercell, u: Float64Array): Float64Array {
  const full = clusterSpaceOf(field);
  const orders = full.orders.slice(0, 2);
  const parameters = orders.reduce((sum, o) => sum + o.parameters, 0);
  const space: ClusterSpace = { ...full, orders, parameters };
  const kernel = createForceKernel(space, supercell);
  kernel.setParameters(field.parameters.slice(0, parameters));
  const forces = new Float64Array(u.length);
  kernel.evaluate(u, forces);
  return forces;
}

const wave = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => 0.08 * Math.sin(1.7 * i + 0.3));

describe('export', () => {
  it.each(['zincblende', 'wurtzite'] as const)(
    '%s: fc2 and fc3 give the forces of orders 2 and 3',
    (name) => {
      const field = fields[name];
      const source = exportSource(field, clusterSpaceOf(field), PHONO3PY, field.supercell);
      const files = PHONO3PY.files(source);
      const data = (file: string, set: string): Float64Array => {
        const found = files.find((f) => f.name === file)!;
        if (!('datasets' in found)) throw new Error(file);
        return found.datasets.find((d) => d.name === set)!.data as Float64Array;
      };
      const { supercell, primitiveAtoms } = source.cell;
      const n = supercell.siteOf.length;
      const u = wave(3 * n);
      const expected = cubicForces(field, supercell, u);
      const fc2 = data('fc2.hdf5', 'force_constants');
      const fc3 = data('fc3.hdf5', 'fc3');
      primitiveAtoms.forEach((atom, r) => {
        for (let a = 0; a < 3; a++) {
          let force = 0;
          for (let j = 0; j < n; j++) {
            for (let b = 0; b < 3; b++) {
              force -= fc2[9 * (r * n + j) + 3 * a + b] * u[3 * j + b];
              for (let k = 0; k < n; k++) {
                for (let c = 0; c < 3; c++) {
                  const phi = fc3[27 * ((r * n + j) * n + k) + 9 * a + 3 * b + c];
                  force -= 0.5 * phi * u[3 * j + b] * u[3 * k + c];
                }
              }
            }
          }
          expect(force).toBeCloseTo(expected[3 * atom + a], 10);
        }
      });
    },
  );

  it('writes the files, refuses to replace them, and refuses a supercell that is too small', async () => {
    const out = await exported('zincblende', 'phonopy', '--force');
    expect(readFileSync(join(out, 'FORCE_CONSTANTS'), 'utf8').split('\n')[0]).toBe('216 216');
    const again = await exported('zincblende', 'phonopy').catch((error: unknown) => error);
    expect((again as InputError).problems[0].field).toBe('--out');
    const small = await exported('zincblende', 'phono3py', '--supercell', '1', '1', '1', '--force').catch(
      (error: unknown) => error,
    );
    expect(small).toBeInstanceOf(InputError);
    expect((small as InputError).problems[0].field).toMatch(/^--supercell/);
  });
});

const python = pythonWith('phonopy');
describe.skipIf(python === undefined)('phonopy reads it (skipped without a python that has phonopy)', () => {
  const script = `
import json, sys, phonopy
ph = phonopy.load(sys.argv[1] + '/phonopy.yaml', force_constants_filename=sys.argv[1] + '/FORCE_CONSTANTS', log_level=0)
q = json.loads(sys.argv[2])
ph.run_qpoints(q)
print(json.dumps(ph.get_qpoints_dict()['frequencies'].tolist()))`;

  it.each([
    ['zincblende', []],
    ['zincblende', ['--supercell', '2', '2', '3']],
    ['zincblende', ['--supercell', '-3', '3', '3', '3', '-3', '3', '2', '2', '-2']],
    ['wurtzite', []],
  ] as const)('%s %j: frequencies to 1e-3 THz', async (name, flags) => {
    const out = await exported(name, 'phonopy', '--force', ...flags);
    const found = runPython(python!, script, out, JSON.stringify(POINTS)) as number[][];
    const field = fields[name];
    const harmonic = harmonicCrystal(clusterSpaceOf(field), field.parameters);
    POINTS.forEach((q, p) => {
      phononFrequencies(harmonic, q).forEach((f, k) => {
        expect(Math.abs(found[p][k] - f), `q ${q.join(' ')}`).toBeLessThan(1e-3);
      });
    });
  });
});

const python3 = pythonWith('phono3py');
describe.skipIf(python3 === undefined)(
  'phono3py reads it (skipped without a python that has phono3py)',
  () => {
    const script = `
import json, os, sys
import numpy as np, phono3py
os.chdir(sys.argv[1])
ph = phono3py.load('phono3py.yaml', log_level=0)
u = np.array(json.loads(sys.argv[2])).reshape(-1, 3)
f = -np.einsum('ijab,jb->ia', ph.fc2, u) - 0.5 * np.einsum('ijkabc,jb,kc->ia', ph.fc3, u, u)
ph.mesh_numbers = [2, 2, 2]
ph.init_phph_interaction()
ph.run_phonon_solver()
w, _, grid = ph.get_phonon_data()
print(json.dumps({'atoms': ph.primitive.p2s_map.tolist(), 'forces': f.tolist(), 'gamma': w[0].tolist()}))`;

    it.each(['zincblende', 'wurtzite'] as const)(
      '%s: its arrays give our forces and frequencies',
      async (name) => {
        const out = await exported(name, 'phono3py', '--force');
        const field = fields[name];
        const space = clusterSpaceOf(field);
        const { supercell } = exportSource(field, space, PHONO3PY, field.supercell).cell;
        const u = wave(3 * supercell.siteOf.length);
        const found = runPython(python3!, script, out, JSON.stringify([...u])) as {
          atoms: number[];
          forces: number[][];
          gamma: number[];
        };
        const expected = cubicForces(field, supercell, u);
        found.atoms.forEach((atom, r) => {
          for (let a = 0; a < 3; a++) expect(found.forces[r][a]).toBeCloseTo(expected[3 * atom + a], 8);
        });
        const harmonic = harmonicCrystal(space, field.parameters);
        phononFrequencies(harmonic, [0, 0, 0]).forEach((f, k) => {
          expect(Math.abs(found.gamma[k] - f)).toBeLessThan(1e-3);
        });
      },
    );
  },
);
