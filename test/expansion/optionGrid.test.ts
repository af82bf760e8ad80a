import { describe, expect, it } from 'vitest';
import { parseCutoffGrid } from '../../src/expansion/cutoffGrid.js';
import type { ClusterSpaceOptions } from '../../src/expansion/cutoffs.js';
import { expansionGrid, type OptionTexts, withLimits } from '../../src/expansion/optionGrid.js';
import {
  formatOptions,
  parseMaximumSites,
  parsePairCutoffs,
  parseRotational,
} from '../../src/expansion/options.js';

const names = (cutoffs: string, texts: OptionTexts, own?: ClusterSpaceOptions) =>
  expansionGrid(parseCutoffGrid([cutoffs]), texts, own).map(({ options }) => formatOptions(options));

describe('a grid of limits beyond cutoffs', () => {
  it('is all combinations, values as in a grid of cutoffs', () => {
    expect(names('2:5,3:4,4:4', { maximumSites: ['3:2|3,4:2:4:1'] })).toEqual([
      'sites 3:2,4:2',
      'sites 3:2,4:3',
      'sites 3:2',
      'sites 4:2',
      'sites 4:3',
      '',
    ]);
    expect(names('2:5', { pairCutoffs: ['2:Na-Na:3|5,2:Cl-Na:3|4'] })).toEqual([
      'pairs 2:Cl-Na:3,2:Na-Na:3',
      'pairs 2:Cl-Na:4,2:Na-Na:3',
      'pairs 2:Cl-Na:3',
      'pairs 2:Cl-Na:4',
    ]);
    expect(names('2:5', { rotational: ['none|huang|born-huang,huang'] })).toEqual([
      '',
      'rules huang',
      'rules born-huang,huang',
    ]);
  });

  it('is one list after the other where a flag is repeated, each expansion once', () => {
    const texts = { pairCutoffs: ['2:Na-Na:3|5', '2:Cl-Cl:3|5'] };
    expect(names('2:5', texts)).toEqual(['pairs 2:Na-Na:3', '', 'pairs 2:Cl-Cl:3']);
  });

  it('drops a limit where it does not act: not below the cutoff, as many sites as the order has, no such order', () => {
    const texts = { pairCutoffs: ['3:Na-Na:4'], maximumSites: ['4:2|4'] };
    const grid = expansionGrid(parseCutoffGrid(['2:5,3:4|5,4:0|3']), texts);
    expect(
      grid.map(({ cutoffs, options }) => [Object.values(cutoffs).join(), formatOptions(options)]),
    ).toEqual([
      ['5,4', ''],
      ['5,4,3', 'sites 4:2'],
      ['5,5', 'pairs 3:Na-Na:4'],
      ['5,5,3', 'pairs 3:Na-Na:4 sites 4:2'],
      ['5,4,3', ''],
      ['5,5,3', 'pairs 3:Na-Na:4'],
    ]);
    expect(withLimits({ 2: 5, 3: 4 }, { maximumSites: { 2: 2, 3: 3, 5: 2 } })).toEqual({
      cutoffs: { 2: 5, 3: 4 },
    });
  });

  it('starts from options that are there: what is not named stays', () => {
    const own = {
      pairCutoffs: { 2: { 'Na-Cl': 3, 'Na-Na': 4 } },
      maximumSites: { 4: 2 },
      rotational: ['huang'],
    } as const;
    const all = 'pairs 2:Cl-Na:3,2:Na-Na:4 sites 4:2 rules huang';
    expect(names('2:5,3:4,4:4', {}, own)).toEqual([all]);
    expect(names('2:5,3:4,4:4', { maximumSites: ['3:2|3'] }, own)).toEqual([
      all.replace('sites 4:2', 'sites 3:2,4:2'),
      all,
    ]);
    expect(names('2:5,3:4,4:4', { pairCutoffs: ['2:Cl-Na:2|5'] }, own)).toEqual([
      all.replace('Cl-Na:3', 'Cl-Na:2'),
      all.replace('2:Cl-Na:3,', ''),
    ]);
    expect(names('2:5', { rotational: ['none'] }, own)).toEqual(['pairs 2:Cl-Na:3,2:Na-Na:4']);
  });

  it.each<readonly [OptionTexts, RegExp]>([
    [{ pairCutoffs: ['3:Na:4'] }, /--pair-cutoffs: not an axis/],
    [{ pairCutoffs: ['3:Na-Na'] }, /--pair-cutoffs: not an axis/],
    [{ pairCutoffs: ['3:Na-Na:0|3'] }, /--pair-cutoffs: not an axis/],
    [{ maximumSites: ['3:2.5'] }, /--maximum-sites: not an axis/],
    [{ maximumSites: ['3'] }, /--maximum-sites: not an axis/],
    [{ rotational: ['born'] }, /--rotational/],
    [{ maximumSites: ['5:2'] }, /--maximum-sites: limits nothing/],
    [{ maximumSites: ['3:3'] }, /--maximum-sites: limits nothing/],
    [{ pairCutoffs: ['2:Na-Na:9'] }, /--pair-cutoffs: limits nothing/],
    [{ pairCutoffs: ['2:Na-Na:2:4.9:0.01,3:Cl-Cl:2|3'] }, /too fine/],
  ])('refuses %j', (texts, message) => {
    expect(() => names('2:5,3:4', texts)).toThrow(message);
  });
});

it('the name of options is what their flags take', () => {
  const options = {
    pairCutoffs: { 2: { 'Cl-Na': 3, 'Na-Na': 4.5 }, 3: { 'Na-Na': 3 } },
    maximumSites: { 3: 2, 4: 3 },
    rotational: ['born-huang', 'huang'],
  } as const;
  const [, pairs, sites, rules] = /^pairs (\S+) sites (\S+) rules (\S+)$/.exec(formatOptions(options))!;
  expect(parsePairCutoffs(pairs)).toEqual(options.pairCutoffs);
  expect(parseMaximumSites(sites)).toEqual(options.maximumSites);
  expect(parseRotational(rules)).toEqual(options.rotational);
});
