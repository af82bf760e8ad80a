import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cellOf } from '../../activities/tasks/context.js';
import { tellingOf } from '../../src/cli/audit/gather.js';
import { verifyCampaign } from '../../src/cli/audit/verify.js';
import { registerLabels } from '../../src/cli/commands/labels.js';
import { parseLabels } from '../../src/cli/labels/frames.js';
import { formatExtxyz, parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { story } from '../../src/report/audit/story.js';
import { getLabel } from '../../src/store/artifacts/label.js';
import { getStructure, putStructure } from '../../src/store/artifacts/structure.js';
import { pythonWith, runPython } from '../support/python.js';
import { runCommand } from '../support/runCommand.js';
import {
  campaignFrom,
  only,
  openStage,
  type Played,
  playCampaign,
  QUICK as SECONDS,
  type Stage,
} from './audit/played.js';

/** Labels matter here, not how many: two structures from MD. */
const QUICK = SECONDS.replace('{ after: 500 fs, structures: 5 }', '{ after: 300 fs, structures: 2 }').replace(
  '{ minTime: 1 ps, sinceRefit: 200 fs, minStructures: 5 }',
  '{ minTime: 500 fs, sinceRefit: 100 fs, minStructures: 2 }',
);
/** Another campaign of the same reference: another name alone. */
const TWIN = QUICK.replace('name: quick', 'name: twin');

let here: Stage;
let played: Played;
let exported: string;
beforeAll(async () => {
  here = await openStage();
  played = await playCampaign(here, campaignFrom(here, QUICK));
  exported = join(here.folder, 'all.xyz');
  await labels(here, 'export', 'quick', '-o', exported);
});
afterAll(() => here.remove());

/** A home on another machine. */
let there: Stage;
beforeEach(async () => {
  there?.remove();
  there = await openStage();
  writeFileSync(join(there.folder, 'twin.yaml'), TWIN);
});
afterAll(() => there?.remove());

function labels(stage: Stage, ...args: readonly string[]) {
  return runCommand(registerLabels, 'labels', ...args, '--home', stage.home.home);
}

const twin = () => join(there.folder, 'twin.yaml');
const lines = ({ out }: { readonly out: string }) => out.trimEnd().split('\n');

/** A file of some text on the other machine. */
function file(name: string, text: string): string {
  const path = join(there.folder, name);
  writeFileSync(path, text);
  return path;
}

/** The labels as somebody else's program would have written them: atoms in reverse, wrapped into the cell, drifted. */
function foreign(from: number, to: number, push = 0): string {
  const frames = parseExtxyz(readFileSync(exported, 'utf8'), 'all.xyz', ['REF_forces']).slice(from, to);
  return formatExtxyz(
    frames.map(({ lattice, species, positions, forces, energy }) => {
      const reversed = (x: Float64Array) => x.map((_, i) => x[x.length - 3 - (i - (i % 3)) + (i % 3)]);
      const moved = reversed(positions).map(
        (x, i) => x + 0.1 - Math.floor((x + 0.1) / lattice[4 * (i % 3)]) * lattice[4 * (i % 3)],
      );
      const pulled = reversed(forces!);
      pulled[0] += push;
      return {
        lattice,
        species,
        positions: moved,
        forces: pulled,
        ...(energy !== undefined && { energy }),
        info: {},
      };
    }),
  );
}

describe('labels list', () => {
  it('tells the labels of a campaign, by its name or its file', async () => {
    const listed = lines(await labels(here, 'list', 'quick'));
    const total = only(played.entries, 'labelled').length;
    expect(listed[0]).toMatch(
      /^no +structure +group +energy eV +rms meV\/Å +largest +net +attempts +program +label$/,
    );
    expect(listed[1]).toMatch(/^ *0 +[0-9a-f]{12} +ideal .* 1 +lennard-jones .* computed$/);
    expect(listed).toContain('the store has no others of this reference and supercell');
    expect(listed[total + 1]).toMatch(
      new RegExp(`^campaign quick: ${total} labels: 1 ideal, 2 random, 5 phonon, 7 md; ${total} computed$`),
    );
    const file = join(here.folder, 'quick.yaml');
    writeFileSync(file, QUICK);
    expect(await labels(here, 'list', file)).toEqual(await labels(here, 'list', 'quick'));
    const one = JSON.parse((await labels(here, 'list', 'quick', '--json', '--group', 'md')).out);
    expect(one.labels).toHaveLength(7);
    expect(one.labels[0]).toMatchObject({ group: 'md', source: 'computed', attempts: 1, campaign: 'quick' });
    expect(one.labels[0].netForce).toBeLessThan(1e-9);
    expect(one.labels[0].largestForce).toBeGreaterThan(one.labels[0].rmsForce);
  });

  it('tells what another campaign would adopt', async () => {
    const path = join(here.folder, 'other.yaml');
    writeFileSync(path, TWIN);
    const total = only(played.entries, 'labelled').length;
    const [none, more] = lines(await labels(here, 'list', path));
    expect(none).toBe('campaign twin has no labels yet');
    expect(more).toBe(
      `${total} more labels of this reference and supercell in the store (quick): adopted where one is asked for`,
    );
    // Of another reference they are none.
    writeFileSync(path, TWIN.replace('0.0104', '0.0105'));
    expect((await labels(here, 'list', path)).out).toMatch(/the store has no others/);
  });

  it('needs a home and a campaign', async () => {
    await expect(labels(here, 'list', 'nobody')).rejects.toThrow(/no campaign of this name here; got nobody/);
    const nowhere = { ...there, home: { ...there.home, home: join(there.folder, 'nowhere') } };
    await expect(labels(nowhere, 'list', twin())).rejects.toThrow(/there are no campaigns in/);
    expect(existsSync(nowhere.home.home)).toBe(false);
  });
});

describe('labels export', () => {
  it('reads back to the last bit', async () => {
    const frames = parseLabels(readFileSync(exported, 'utf8'), 'all.xyz');
    const asked = new Map(only(played.entries, 'asked').map((e) => [e.ref.hash, e]));
    expect(frames).toHaveLength(asked.size);
    for (const frame of frames) {
      const { ref, structure } = asked.get(frame.origin.structure)!;
      const label = only(played.entries, 'labelled').find((e) => e.structure === structure)!.label;
      expect(frame.hash).toBe(label.hash);
      expect(frame.values).toEqual(await getLabel(here.store, label));
      expect(frame.displacements).toEqual(await getStructure(here.store, ref));
    }
  });

  it('takes groups, and overwrites nothing without --force', async () => {
    await expect(labels(here, 'export', 'quick', '-o', exported)).rejects.toThrow(
      /--output: there is a file of this name; got .*all\.xyz\n {2}hint: .*--force/,
    );
    const some = join(here.folder, 'some.xyz');
    await expect(labels(here, 'export', 'quick', '-o', some, '--group', 'imported')).rejects.toThrow(
      /--group: there are no such labels; got imported/,
    );
    expect(existsSync(some)).toBe(false);
    writeFileSync(some, 'mine');
    await labels(here, 'export', 'quick', '-o', some, '--force', '--group', 'random', 'ideal');
    expect(parseLabels(readFileSync(some, 'utf8'), 'some.xyz')).toHaveLength(3);
    // Nothing half-written is left beside it.
    expect(readdirSync(here.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  const python = pythonWith('ase');
  it.skipIf(python === undefined)('is read by ASE (SKIPPED without a python that has it)', () => {
    const script = `
import json, sys
from ase.io import read
frames = read(sys.argv[1], index=':')
a = frames[-1]
print(json.dumps({'n': len(frames), 'energy': a.info['REF_energy'], 'label': str(a.info['anharmony_label']),
  'force': a.arrays['REF_forces'][3].tolist(), 'u': a.arrays['displacement'][3].tolist(), 'pbc': a.pbc.tolist()}))`;
    const frames = parseLabels(readFileSync(exported, 'utf8'), 'all.xyz');
    const last = frames[frames.length - 1];
    expect(runPython(python!, script, exported)).toEqual({
      n: frames.length,
      energy: last.values.energy,
      label: last.hash,
      force: [...last.values.forces.subarray(9, 12)],
      u: [...last.displacements.subarray(9, 12)],
      pbc: [true, true, true],
    });
  });
});

describe('labels import, of what was exported', () => {
  it('on another machine: the same campaign asks its reference for nothing and gives the same bits', async () => {
    const total = only(played.entries, 'labelled').length;
    const said = `${exported}: ${total} labels`;
    expect(lines(await labels(there, 'import', twin(), exported, '--dry-run'))[0]).toBe(
      `${said} would be imported, 0 there already, 0 refused`,
    );
    expect((await labels(there, 'list', twin())).out).toMatch(/the store has no others/);
    expect(lines(await labels(there, 'import', twin(), exported))[0]).toBe(
      `${said} imported, 0 there already, 0 refused`,
    );
    expect(lines(await labels(there, 'import', twin(), exported))[0]).toBe(
      `${exported}: 0 labels imported, ${total} there already, 0 refused`,
    );
    const again = await playCampaign(there, campaignFrom(there, TWIN));
    expect(again.state.cost.referenceRuns).toBe(0);
    expect(only(again.entries, 'labelled').every(({ adopted }) => adopted)).toBe(true);
    const lastRefit = ({ entries }: Played) => only(entries, 'refitted').at(-1)!;
    expect(lastRefit(again).forceField.parametersHash).toBe(lastRefit(played).forceField.parametersHash);
    expect(lastRefit(again).trainingSet).toEqual(lastRefit(played).trainingSet);

    // It is on record where they are from, and proven that they are what they were.
    const ledger = { entries: again.entries, head: again.head };
    const told = story(again.entries, await tellingOf(there.store, ledger)).flatMap((p) => p.lines);
    expect(told.join('\n')).toMatch(
      /structure 0: label \w+…, adopted from the store\nimported from all\.xyz, number 1 \(file \w+…\), by \S+@\S+ at 20\S+, computed by lennard-jones \(built in\) for campaign quick/,
    );
    const checks = await verifyCampaign({ store: there.store, head: again.head, recompute: false });
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(checks.find(({ name }) => name.includes('gate'))?.detail).toBe(
      `${total} labels pass it, each of its structure and all of one reference; ${total} imported from all.xyz`,
    );
    expect((await labels(there, 'list', 'twin')).out).toMatch(
      / 0 +lennard-jones \(built in\) +from all\.xyz \(quick\)\n/,
    );
    // What goes on from there reads back the same.
    const further = join(there.folder, 'further.xyz');
    await labels(there, 'export', 'twin', '-o', further);
    expect(parseLabels(readFileSync(further, 'utf8'), '').map(({ hash }) => hash)).toEqual(
      parseLabels(readFileSync(exported, 'utf8'), '').map(({ hash }) => hash),
    );
  });

  it('in one home: a second campaign, and a third, adopt what the first had computed', async () => {
    const second = await playCampaign(here, campaignFrom(here, TWIN));
    expect(second.state.cost.referenceRuns).toBe(0);
    expect(only(second.entries, 'attempt')).toEqual([]);
    expect((await labels(here, 'list', 'twin')).out).toMatch(/ adopted from quick\n/);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'a force',
      (text) => text.replace(/^(Ar(?: +\S+){3} +)(-?\d\.\d{5})\d(\d+)/m, (_, a, b, c) => `${a}${b}9${c}`),
      /frame 1: its energy or forces are not those that were exported; got label .*; expected .*\n {2}hint: .*ASE writes eight/,
    ],
    [
      'a displacement',
      (text) => text.replace(/0( *)\n(Ar|$)/, '0.01$1\n$2').replace(/ (-?\d\S*)\n/, ' 0.0123\n'),
      /frame 1: is of another crystal or supercell, or its displacements were changed/,
    ],
    [
      'a position',
      (text) => text.replace(/^Ar +\S+/m, 'Ar 0.02'),
      /frame 1: the position of atom 1 is not that of its displacement; got 0\.02; expected 0/,
    ],
    [
      'the hash of the reference',
      (text) => text.replace(/anharmony_reference="?[0-9a-f]{64}"?/, `anharmony_reference=${'a'.repeat(64)}`),
      /frame 1: was computed with other settings than those of this campaign; got reference aaaaaaaaaaaa…/,
    ],
  ])('refuses a file in which %s was changed, and takes the rest', async (_, change, reason) => {
    const text = readFileSync(exported, 'utf8');
    const changed = change(text);
    expect(changed).not.toBe(text);
    const { out } = await labels(there, 'import', twin(), file('changed.xyz', changed));
    expect(out).toContain(
      `: ${only(played.entries, 'labelled').length - 1} labels imported, 0 there already, 1 refused\n`,
    );
    expect(out).toMatch(reason);
  });

  it('refuses a file that lost what brings a label back', async () => {
    const text = readFileSync(exported, 'utf8').replaceAll(/ anharmony_net_force=\S+/g, '');
    await expect(labels(there, 'import', twin(), file('lost.xyz', text))).rejects.toThrow(
      /lost\.xyz frame 1: lacks what brings a label back; expected .*anharmony_net_force/,
    );
    const cut = file('cut.xyz', readFileSync(exported, 'utf8').slice(0, 20_000));
    await expect(labels(there, 'import', twin(), cut)).rejects.toThrow(
      /the file ends before|wrong number of columns/,
    );
  });

  it.each([
    ['another reference', TWIN.replace('0.0104', '0.0105'), /other settings/],
    [
      'another supercell',
      TWIN.replace('[2, 2, 2]', '[3, 2, 2]'),
      /another crystal or supercell.*expected 48 atoms/,
    ],
    [
      'a stricter gate',
      `${TWIN.replace('cutoff: 8.5 }', 'cutoff: 8.5, gate: { largestForce: 1e-4 } }')}`,
      /refused by the label gate/,
    ],
  ])('into a campaign of %s: refused, exit code 2', async (_, text, reason) => {
    const { out } = await labels(there, 'import', file('other.yaml', text), exported);
    expect(out).toMatch(reason);
    process.exitCode = 0;
  });
});

describe('labels import, of what others computed', () => {
  it('needs a person’s word', async () => {
    await expect(labels(there, 'import', twin(), file('md.xyz', foreign(0, 3)))).rejects.toThrow(
      /FILE: was not written by `anharmony labels export`.*--trust-settings.*initial\.data/s,
    );
  });

  it('puts atoms in order and into their cells, knows structures again, and says on whose word', async () => {
    // A structure that some campaign has asked for, whatever its reference.
    const { store } = there;
    const [, second] = parseLabels(readFileSync(exported, 'utf8'), 'all.xyz');
    const { supercellHash } = cellOf(campaignFrom(there, TWIN).bundle);
    await putStructure(store, supercellHash, second.displacements);
    const { out } = await labels(there, 'import', twin(), file('md.xyz', foreign(0, 4)), '--trust-settings');
    expect(out).toMatch(/: 4 labels imported, 0 there already, 0 refused\n/);
    expect(out).toMatch(
      /\n {2}md\.xyz frame 1 is the ideal supercell\n {2}md\.xyz frame 2 is structure \w{12}…\n/,
    );
    expect(out).toMatch(/as you state, not compared: everything/);
    const again = await labels(there, 'import', twin(), file('md.xyz', foreign(0, 4)), '--trust-settings');
    expect(lines(again)[0]).toMatch(/: 0 labels imported, 4 there already, 0 refused$/);

    const after = await playCampaign(there, campaignFrom(there, TWIN));
    expect(
      only(after.entries, 'labelled')
        .map(({ adopted }) => adopted)
        .slice(0, 3),
    ).toEqual([true, true, false]);
    const told = story(after.entries, await tellingOf(there.store, after)).flatMap((p) => p.lines);
    expect(told.join('\n')).toMatch(
      /imported from md\.xyz, number 1 .*\nits settings are those of the campaign as \S+@\S+ stated; not compared: everything/,
    );
    const checks = await verifyCampaign({ store: there.store, head: after.head, recompute: false });
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(checks.find(({ name }) => name.includes('gate'))?.detail).toMatch(
      /2 imported from md\.xyz; the settings of 2 are as a person stated$/,
    );
  });

  it('refuses what the gate refuses, another cell, and another crystal, each with its reason', async () => {
    const pushed = await labels(
      there,
      'import',
      twin(),
      file('pushed.xyz', foreign(1, 3, 5)),
      '--trust-settings',
    );
    expect(pushed.out).toMatch(/ 0 labels imported, 0 there already, 2 refused\n/);
    expect(pushed.out).toMatch(
      /refused: pushed\.xyz frame 1: refused by the label gate: the forces add up to/,
    );
    const other = file('big.yaml', TWIN.replace('[2, 2, 2]', '[3, 2, 2]'));
    const bigger = await labels(there, 'import', other, file('md.xyz', foreign(0, 1)), '--trust-settings');
    expect(bigger.out).toMatch(
      /refused: md\.xyz frame 1: its lattice is not that of the supercell; got .*; expected/,
    );
    process.exitCode = 0;
  });

  it('refuses the outputs of another code', async () => {
    cpSync('test/crystal/fixtures/si8-md.xml', join(there.folder, 'md.xml'));
    await expect(
      labels(there, 'import', twin(), join(there.folder, 'md.xml'), '--trust-settings'),
    ).rejects.toThrow(
      /reference\.calculator: md\.xml: was computed by another code; got quantum-espresso; expected lennard-jones/,
    );
  });
});
