import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { criteriaVariants, lookaheadVariants, withSeed } from '../../src/study/variants.js';

const example = fileURLToPath(new URL('../../examples/argon.yaml', import.meta.url));
const paper = fileURLToPath(new URL('../../examples/silicon-paper.yaml', import.meta.url));

describe('variants of a campaign', () => {
  const { settings } = loadCampaign(example).bundle;
  const variants = criteriaVariants(settings, 50_000);

  it('differ in what decides and in nothing else', () => {
    for (const { settings: other } of variants) {
      expect(other.limits.time).toBe(50_000);
      expect(other.convergence.stopAtConvergence).toBe(false);
      const { name, acquisition, convergence, limits } = settings;
      expect({ ...other, name, acquisition, convergence, limits }).toEqual(settings);
    }
    expect(new Set(variants.map((v) => v.settings.name)).size).toBe(variants.length);
  });

  it('take the paper’s criterion as the paper’s campaign file does', () => {
    const { acquisition } = loadCampaign(paper).bundle.settings;
    const average = variants.find((v) => v.name === 'trajectory-average')!.settings.acquisition;
    const { criterion, quantity, minGap, stall, lookahead, window } = acquisition;
    expect(average).toMatchObject({ criterion, quantity, minGap, stall, lookahead, window });
  });

  it('work ahead in eight ways, and differ in nothing else', () => {
    const ahead = lookaheadVariants(settings);
    expect(ahead.map(({ name }) => name)).toEqual([
      'M = 1',
      'M = 2',
      'M = 4',
      'M = 8',
      '2 walkers, screened',
      '2 walkers, all taken',
      '4 walkers, screened',
      '4 walkers, all taken',
    ]);
    for (const { settings: other } of ahead) {
      const { name, acquisition, md } = settings;
      expect({ ...other, name, acquisition, md }).toEqual(settings);
    }
    expect(new Set(ahead.map((v) => v.settings.name)).size).toBe(8);
  });

  it('keep names that a campaign may have', () => {
    const long = { ...settings, name: 'a'.repeat(64) };
    const named = withSeed(criteriaVariants(long)[0].settings, 12345).name;
    expect(named.length).toBeLessThanOrEqual(64);
    expect(named).toMatch(/seed12345$/);
  });
});
