import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CampaignContext, campaignContext } from '../../activities/tasks/context.js';
import { importData, importedLabel } from '../../activities/tasks/importedData.js';
import { newCampaign } from '../../src/campaign/begin.js';
import { rulesOf } from '../../src/campaign/bundle.js';
import { decide } from '../../src/campaign/decide.js';
import type { CampaignEvent, Command } from '../../src/campaign/messages.js';
import type { CampaignState } from '../../src/campaign/state.js';
import { checkCampaign } from '../../src/cli/campaigns/check.js';
import { type LoadedCampaign, loadCampaign } from '../../src/cli/campaigns/file.js';
import { formatExtxyz } from '../../src/crystal/formats/extxyz.js';
import { cartesianPositions } from '../../src/crystal/geometry.js';
import { readCrystal } from '../../src/crystal/read.js';
import { buildSupercell } from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import { createLennardJones } from '../../src/reference/calculators/lennardJones.js';
import { getLabel } from '../../src/store/artifacts/label.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import type { Ref } from '../../src/store/types.js';
import { uniforms } from '../regression/synthetic.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-imported-'));
  for (const name of ['argon.yaml', 'argon.POSCAR']) cpSync(join('examples', name), join(folder, name));
  writeData('aimd.xyz', 4);
  writeData('wrong.xyz', 2, 5);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Argon with made-up displacements, its atoms in reverse; `push`: added to one force component of the last frame, eV/Å. */
function writeData(name: string, frames: number, push = 0): void {
  const unit = readCrystal(join(folder, 'argon.POSCAR'));
  const { crystal } = buildSupercell(analyseSymmetry(unit), unit, [3, 3, 3]);
  const ideal = cartesianPositions(crystal);
  const potential = createLennardJones(crystal.lattice, crystal.species);
  const uniform = uniforms(7);
  const reversed = (x: Float64Array) => x.map((_, i) => x[x.length - 3 - (i - (i % 3)) + (i % 3)]);
  const all = Array.from({ length: frames }, (_, k) => {
    const positions = ideal.map((x) => x + 0.2 * (uniform() - 0.5));
    const forces = new Float64Array(positions.length);
    potential.evaluate(positions, forces);
    if (k === frames - 1) forces[0] += push;
    const { lattice, species } = crystal;
    return {
      lattice,
      species,
      positions: reversed(positions),
      forces: reversed(forces),
      energy: -k,
      info: {},
    };
  });
  writeFileSync(join(folder, name), formatExtxyz(all));
}

function campaignWith(initial: string): LoadedCampaign {
  const path = join(folder, 'campaign.yaml');
  const text = readFileSync(join(folder, 'argon.yaml'), 'utf8');
  writeFileSync(path, `${text}\ninitial: ${initial}\n`);
  return loadCampaign(path);
}

describe('imported training data', () => {
  const store = openMemoryStore();
  const contextOf = async ({ bundle }: LoadedCampaign): Promise<CampaignContext> =>
    campaignContext(store, await store.put('campaign-file', canonicalJson(bundle)));

  it('become structures and labels in the supercell’s own order', async () => {
    const context = await contextOf(campaignWith('{ data: [aimd.xyz] }'));
    const { structures, warnings } = await importData(store, context);
    expect(structures).toHaveLength(4);
    expect(warnings).toEqual([]);
    const { lattice, species } = context.supercell.crystal;
    const potential = createLennardJones(lattice, species);
    const ideal = cartesianPositions(context.supercell.crystal);
    for (const structure of structures) {
      const outcome = await importedLabel(store, context, structure);
      expect(outcome).toMatchObject({ accepted: true, adopted: true, attempts: null });
      if (!outcome.accepted) continue;
      const u = await getStructure(store, structure);
      const forces = new Float64Array(u.length);
      potential.evaluate(
        ideal.map((x, i) => x + u[i]),
        forces,
      );
      const label = await getLabel(store, outcome.label);
      label.forces.forEach((force, i) => {
        expect(force).toBeCloseTo(forces[i], 9);
      });
    }
  });

  it('are the same artifacts when they are imported again, and no label of another campaign', async () => {
    const context = await contextOf(campaignWith('{ data: [aimd.xyz] }'));
    const first = await importData(store, context);
    expect(await importData(store, context)).toEqual(first);
    const other = await contextOf(campaignWith('{ data: [aimd.xyz], dropAfter: 6 }'));
    await expect(importedLabel(store, other, first.structures[0])).rejects.toThrow(/no label/);
  });

  it('pass the gate like every label', async () => {
    const context = await contextOf(campaignWith('{ data: [wrong.xyz] }'));
    const { structures } = await importData(store, context);
    expect(await importedLabel(store, context, structures[0])).toMatchObject({ accepted: true });
    const outcome = await importedLabel(store, context, structures[1]);
    expect(outcome).toMatchObject({ accepted: false });
    expect(outcome.accepted ? '' : outcome.reason).toMatch(/^imported: the forces add up to/);
  });

  it('belong to what the campaign is; one without them is what it was', () => {
    const before = loadCampaign(join(folder, 'argon.yaml')).fingerprint;
    expect(loadCampaign('examples/argon.yaml').fingerprint).toBe(before);
    const imported = campaignWith('{ data: [aimd.xyz] }').fingerprint;
    const text = readFileSync(join(folder, 'aimd.xyz'), 'utf8');
    writeFileSync(join(folder, 'aimd.xyz'), text.replace('energy=-3', 'energy=-4'));
    expect(campaignWith('{ data: [aimd.xyz] }').fingerprint).not.toBe(imported);
    writeFileSync(join(folder, 'aimd.xyz'), text);
  });

  it('are looked at before anything starts', () => {
    expect(checkCampaign(campaignWith('{ data: [aimd.xyz], random: { count: 0 } }').bundle)).toContain(
      'imported: 4 structures of aimd.xyz',
    );
    expect(() => checkCampaign(campaignWith('{ random: { count: 0 } }').bundle)).toThrow(
      /initial\.random\.count: there is nothing to start from/,
    );
    expect(() => campaignWith('{ data: [none.xyz] }')).toThrow(/initial\.data\.0: there is no such file/);
    expect(() => campaignWith('{ data: [../aimd.xyz] }')).toThrow(/leaves the folder/);
    expect(() => campaignWith('{ data: [] }')).toThrow(/initial\.data/);
    writeFileSync(join(folder, 'many.xyz'), readFileSync(join(folder, 'aimd.xyz'), 'utf8').repeat(501));
    expect(() => checkCampaign(campaignWith('{ data: [many.xyz] }').bundle)).toThrow(/too many structures/);
  });
});

describe('a campaign with imported data', () => {
  const ref = (kind: Ref['kind'], hash: string): Ref => ({ kind, hash, bytes: 1 });

  function answer(state: CampaignState, event: CampaignEvent): CampaignState {
    return decide(state, event).state;
  }

  it('asks for them after the random ones, and keeps them when synthetic structures leave', () => {
    const { settings } = campaignWith('{ data: [aimd.xyz], dropAfter: 1 }').bundle;
    const rules = { ...rulesOf(settings), hasTestSet: false };
    let state = newCampaign('x', 'f', ref('campaign-file', 'c'), rules);
    const prepared = {
      basis: ref('basis', 'b'),
      atoms: 108,
      formula: 'Ar',
      spaceGroup: '',
      orders: [],
      parameters: 49,
      warnings: [],
    };
    state = answer(state, {
      type: 'prepared',
      command: 'prepare',
      prepared,
      ideal: ref('structure', 'i'),
      initial: { list: ref('structure-list', 'l'), count: 3 },
    });
    state = answer(state, {
      type: 'taken',
      command: 'take-l-0',
      structures: [
        { group: 'random', structure: ref('structure', 'r') },
        { group: 'imported', structure: ref('structure', 'a') },
        { group: 'imported', structure: ref('structure', 'b') },
      ],
    });
    expect(state.pending.map((p) => [p.id, p.group])).toEqual([
      [0, 'ideal'],
      [1, 'random'],
      [2, 'imported'],
      [3, 'imported'],
    ]);
    for (const { id } of state.pending) {
      const label = ref('label', `l${id}`);
      const outcome = { accepted: true, label, adopted: true, attempts: null, seconds: 0 } as const;
      state = answer(state, { type: 'labelled', command: `label-${id}`, structure: id, outcome });
    }
    const [refit] = decide(state, {
      type: 'recorded',
      command: 'none',
      head: ref('ledger-entry', 'h'),
      sequence: 0,
    }).commands.filter((c): c is Extract<Command, { type: 'refit' }> => c.type === 'refit');
    expect(refit.additions.map((a) => a.group)).toEqual(['random', 'imported', 'imported']);
    expect(refit.dropSynthetic).toBe(false);
    expect(state.cost.referenceRuns).toBe(0);
  });
});
