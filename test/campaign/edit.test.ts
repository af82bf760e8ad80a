import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChange } from '../../src/campaign/changes.js';
import { editCampaign, forkCampaign } from '../../src/campaign/edit.js';
import { parseCampaign } from '../../src/campaign/parse.js';

const FILE = `# a remark at the top
name: argon # its name
crystal: argon.POSCAR
supercell: [3, 3, 3]

expansion:
  cutoffs: { 2: 7.6, 3: 4.0 } # Å

# what labels
reference: { calculator: lennard-jones, epsilon: 0.0104, sigma: 3.40, cutoff: 8.5 }
md:
  temperature: 40 # K
`;
const PARENT = { campaign: 'argon', ledger: 'a'.repeat(64) };
const changed = (...changes: readonly string[]) => editCampaign(FILE, changes.map(parseChange));
const settings = (text: string) => parseCampaign(text, 'file');

describe('a changed campaign file', () => {
  it('keeps comments, order and everything that was not changed', () => {
    const text = changed('md.temperature=60');
    expect(text).toContain('# a remark at the top\nname: argon # its name\n');
    expect(text).toContain('{ 2: 7.6, 3: 4.0 } # Å\n\n# what labels\n');
    // The remark behind the value is its unit.
    expect(text).toContain('  temperature: 60 # K\n');
    expect(settings(text)).toEqual({ ...settings(FILE), md: { ...settings(FILE).md, temperature: 60 } });
  });

  it('takes values as the file would: numbers, texts, lists, sections, keys that are numbers', () => {
    const text = changed(
      'expansion.cutoffs.3=3.9',
      'expansion.cutoffs.4=3.8',
      'md.timestep=2 fs',
      'supercell=[2, 2, 2]',
      'acquisition.criterion={name: trajectory-average, gamma: 2}',
      'seed=7',
    );
    expect(settings(text)).toMatchObject({
      expansion: { cutoffs: { 2: 7.6, 3: 3.9, 4: 3.8 } },
      md: { timestep: 2 },
      supercell: [2, 2, 2],
      acquisition: { criterion: { name: 'trajectory-average', gamma: 2 } },
      seed: 7,
    });
  });

  it('is the file itself where nothing is changed, but for layout', () => {
    expect(settings(editCampaign(FILE, []))).toEqual(settings(FILE));
  });

  it('has every number that was set, to the bit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(settings(changed(`md.temperature=${x}`)).md.temperature).toBe(x);
      }),
    );
  });

  it.each([
    ['md.temperature', /is no change of a setting; got md.temperature/],
    ['=4', /is no change of a setting/],
    ['md..x=4', /is no change of a setting/],
    ['md.temperature={', /md.temperature: not valid YAML/],
    ['md.temperature.from=3', /md.temperature is a plain value/],
  ])('cannot be made by %s', (change, message) => {
    expect(() => changed(change)).toThrow(message);
  });

  it('loses a key only if it has it', () => {
    const without = (key: string) => editCampaign(FILE, [{ key, removed: true }]);
    expect(without('expansion.cutoffs.3')).toContain('cutoffs: { 2: 7.6 } # Å');
    expect(() => without('test')).toThrow(/--unset test: the campaign file has no such key/);
  });
});

describe('the file of a fork', () => {
  it('names its parent and the changes right after its own name', () => {
    const text = forkCampaign(FILE, 'argon-60K', PARENT, [parseChange('md.temperature=60')]);
    expect(text).toContain(`name: argon-60K # its name
# forked from argon:
#   md.temperature = 60
parent:
  campaign: argon
  ledger: ${PARENT.ledger}
crystal: argon.POSCAR
`);
    expect(settings(text)).toMatchObject({ name: 'argon-60K', parent: PARENT });
  });

  it('of a fork names the fork', () => {
    const first = forkCampaign(FILE, 'b', PARENT, [parseChange('seed=2')]);
    const second = forkCampaign(first, 'c', { campaign: 'b', ledger: 'b'.repeat(64) }, []);
    expect(second.match(/^parent:/gm)).toHaveLength(1);
    expect(second.match(/forked from/g)).toHaveLength(1);
    expect(settings(second)).toMatchObject({ name: 'c', seed: 2, parent: { campaign: 'b' } });
  });
});
