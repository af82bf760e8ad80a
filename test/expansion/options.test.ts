import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { decodeClusterSpace, encodeClusterSpace } from '../../src/expansion/codec.js';
import {
  checkOptions,
  chosenOptions,
  parseMaximumSites,
  parsePairCutoffs,
  parseRotational,
} from '../../src/expansion/options.js';
import { basisHash, clusterSpaceOf } from '../../src/forcefield/clusterSpaceOf.js';
import { decodeForceField, encodeForceField } from '../../src/forcefield/forceField.js';
import { synthetic } from '../support/syntheticForceField.js';
import { exhaustiveSymmetry, rocksalt } from './crystals.js';

const OPTIONS = {
  pairCutoffs: { 2: { 'Ga-Ga': 4 }, 3: { 'Ga-N': 2.5 } },
  maximumSites: { 3: 2 },
  rotational: ['born-huang', 'huang'],
} as const;

function problem(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.problems[0];
  }
  throw new Error('no InputError');
}

describe('options as flags', () => {
  it('are read', () => {
    expect(parsePairCutoffs('2:Na-Na:4, 3:Na-Cl:3.5,2:Cl-Cl:.5')).toEqual({
      2: { 'Na-Na': 4, 'Cl-Cl': 0.5 },
      3: { 'Na-Cl': 3.5 },
    });
    expect(parseMaximumSites('3:2,4:1')).toEqual({ 3: 2, 4: 1 });
    expect(parseRotational('huang, born-huang')).toEqual(['huang', 'born-huang']);
  });

  it.each([
    [() => parsePairCutoffs('2:Na:4'), '--pair-cutoffs'],
    [() => parsePairCutoffs('Na-Cl:4'), '--pair-cutoffs'],
    [() => parseMaximumSites('3'), '--maximum-sites'],
    [() => parseRotational('born'), '--rotational'],
  ])('are refused where they cannot be: %s', (act, field) => {
    expect(problem(act).field).toBe(field);
  });
});

describe('options that are chosen', () => {
  it('are the same data however they are written, and nothing where nothing is chosen', () => {
    expect(chosenOptions({}, { 2: 4 })).toBeUndefined();
    expect(
      chosenOptions({ pairCutoffs: { 2: {} }, maximumSites: {}, rotational: [] }, { 2: 4 }),
    ).toBeUndefined();
    expect(chosenOptions({ rotational: ['huang', 'born-huang', 'huang'] }, { 2: 4 })).toEqual({
      rotational: ['born-huang', 'huang'],
    });
    const written: readonly Readonly<Record<string, number>>[] = [
      { 'Na-Cl': 3, 'Cl-Cl': 2 },
      { 'Cl-Cl': 2, 'Cl-Na': 3 },
    ];
    const either = written.map((pairs) =>
      JSON.stringify(chosenOptions({ pairCutoffs: { 2: pairs } }, { 2: 4 })),
    );
    expect(either[0]).toBe(either[1]);
    expect(either[0]).toBe('{"pairCutoffs":{"2":{"Cl-Cl":2,"Cl-Na":3}}}');
  });

  it('must be about orders that there are', () => {
    const primitive = exhaustiveSymmetry(rocksalt);
    expect(problem(() => buildClusterSpace(primitive, { 2: 3 }, { maximumSites: { 3: 2 } })).field).toBe(
      'maximumSites.3',
    );
    const pairCutoffs = { 4: { 'Na-Cl': 2 } };
    expect(problem(() => buildClusterSpace(primitive, { 2: 3 }, { pairCutoffs })).field).toBe(
      'pairCutoffs.4',
    );
  });
});

describe('options of a campaign', () => {
  it.each([
    [{ maximumSites: { 3: 2 } }, 'expansion.maximumSites.3'],
    [{ pairCutoffs: { 2: { 'Na-K': 2 } } }, 'expansion.pairCutoffs.2.Na-K'],
    [{ pairCutoffs: { 2: { 'Na-Cl': 9 } } }, 'expansion.pairCutoffs.2.Na-Cl'],
  ])('are named where they were given: %j', (options, field) => {
    expect(problem(() => checkOptions(options, { 2: 4 }, ['Na', 'Cl'], 'expansion.')).field).toBe(field);
  });
});

describe('options in files', () => {
  const field = synthetic('wurtzite', OPTIONS);

  it('change the basis, and a force field brings them with it', () => {
    expect(field.basis).not.toBe(synthetic('wurtzite').basis);
    const read = decodeForceField(encodeForceField(field));
    expect(read.options).toEqual(OPTIONS);
    expect(clusterSpaceOf(read).parameters).toBe(field.parameters.length);
    const { options: _, ...without } = read;
    expect(problem(() => clusterSpaceOf(without)).message).toContain('does not build');
  });

  it('are kept with a stored basis; one without them has the bytes it always had', () => {
    const space = clusterSpaceOf(field);
    const bytes = encodeClusterSpace(space);
    expect(decodeClusterSpace(bytes).options).toEqual(OPTIONS);
    expect(encodeClusterSpace(decodeClusterSpace(bytes))).toEqual(bytes);
    const plain = clusterSpaceOf(synthetic('wurtzite'));
    expect('options' in plain).toBe(false);
    expect(new TextDecoder().decode(encodeClusterSpace(plain).subarray(0, 4000))).not.toContain('options');
    expect(basisHash(plain)).toMatch(/^[0-9a-f]{64}$/);
  });
});
