import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { decodeForceField, encodeForceField } from '../../src/forcefield/encoding.js';
import { type ForceField, parametersHash } from '../../src/forcefield/forceField.js';
import { readForceField, writeForceField } from '../../src/store/forceFieldFile.js';
import { noise } from '../reference/fixture.js';
import { pythonWith } from '../support/python.js';
import { PRIMITIVE } from './springs.js';

const P = 7;
const FIELD: ForceField = {
  primitive: PRIMITIVE,
  cutoffs: { 2: 5.5, 3: 4, 4: 3.25 },
  basis: 'a'.repeat(64),
  parameters: noise(P, 3),
  precisionFactor: noise(P * P, 4).map((x, i) => (i % P > Math.floor(i / P) ? 0 : x)),
  beta: 1 / (0.0103 * 0.0103),
  hyperparameters: { prior: 'decay', a: [1.5, -0.25, 1 / 3], kappa: [0, 0.1, 5] },
  logEvidence: 1234.567,
  supercell: Int32Array.of(-3, 3, 3, 3, -3, 3, 3, 3, -3),
  provenance: { campaign: 'silicon', structures: [1, 2, { step: 48211 }], note: 'β^{-1/2}' },
};
const PYTHON = pythonWith('numpy');

describe('force-field bytes', () => {
  const bytes = encodeForceField(FIELD);

  it('come back as what was written, to the last bit', () => {
    const back = decodeForceField(bytes);
    expect(back).toEqual(FIELD);
    expect(encodeForceField(back)).toEqual(bytes);
  });

  it('come back without what least squares lacks', () => {
    const { precisionFactor: _factor, logEvidence: _evidence, ...plain } = FIELD;
    const back = decodeForceField(encodeForceField({ ...plain, hyperparameters: { prior: 'none' } }));
    expect(back.precisionFactor).toBeUndefined();
    expect('logEvidence' in back).toBe(false);
  });

  it('are refused when any single bit is another one', () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] ^= 1 << (at % 8);
      expect(() => decodeForceField(changed, 'ff'), `byte ${at}`).toThrow(InputError);
    }
  });

  it('are refused when cut anywhere, with the word for it', () => {
    for (const length of [8, 15, 100, bytes.length - 33, bytes.length - 1]) {
      expect(() => decodeForceField(bytes.subarray(0, length), 'ff')).toThrow(
        /ff: the force field is truncated/,
      );
    }
    expect(() => decodeForceField(new Uint8Array(0), 'ff')).toThrow(/empty/);
    expect(() => decodeForceField(Uint8Array.of(...bytes, 0), 'ff')).toThrow(/bytes follow the end/);
  });

  it('of another kind are called so', () => {
    expect(() => decodeForceField(new TextEncoder().encode('Si\n1.0\n5.431 0 0\n'), 'POSCAR')).toThrow(
      /not a force field/,
    );
  });
});

describe('parametersHash', () => {
  it('is the SHA-256 of the little-endian bytes', () => {
    // printf '\0\0\0\0\0\0\360\77' | sha256sum: the double 1.0.
    expect(parametersHash(Float64Array.of(1))).toBe(
      `sha256:${execFileSync('sha256sum', { input: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf0, 0x3f) })
        .toString()
        .slice(0, 64)}`,
    );
    expect(parametersHash(Float64Array.of(1))).not.toBe(parametersHash(Float64Array.of(1 + 2.3e-16)));
  });
});

describe('force-field file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anharmony-ff-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is written whole and read back', async () => {
    const path = join(folder, 'silicon.ff');
    await writeForceField(path, FIELD);
    expect(await readForceField(path)).toEqual(FIELD);
    expect(await readdir(folder)).toEqual(['silicon.ff']);
  });

  it('that is not there, or is a folder, is an error of the input', async () => {
    await expect(readForceField(join(folder, 'none.ff'))).rejects.toThrow(/no such force field/);
    await expect(readForceField(folder)).rejects.toThrow(InputError);
  });

  it.skipIf(PYTHON === undefined)(
    'is readable by the program in the docs (skipped without a python that has numpy)',
    async () => {
      const page = await readFile(new URL('../../docs/force-field-format.md', import.meta.url), 'utf8');
      const program = /```python\n([\s\S]*?)```/.exec(page)![1];
      const path = join(folder, 'docs.ff');
      await writeForceField(path, FIELD);
      await writeFile(join(folder, 'read.py'), program);
      const out = execFileSync(PYTHON!, [join(folder, 'read.py'), path], { encoding: 'utf8' });
      expect(out).toContain(parametersHash(FIELD.parameters));
      expect(out).toContain(`${P} parameters`);
    },
  );
});
