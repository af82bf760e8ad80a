import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { campaignContext } from '../../activities/tasks/context.js';
import { tasks } from '../../activities/tasks/index.js';
import { parseChange } from '../../src/campaign/changes.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { registerCampaign } from '../../src/cli/campaigns/registry.js';
import { changedReference, referenceChanges } from '../../src/cli/campaigns/resolution.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import { openStage } from './audit/played.js';

/** Enough of a pseudopotential for everything but a run. */
const UPF = '<UPF version="2.0.1"><PP_HEADER element="Si" pseudo_type="NC"/></UPF>\n';

const folder = mkdtempSync(join(tmpdir(), 'anharmony-resolve-'));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync('examples/silicon.POSCAR', join(folder, 'silicon.POSCAR'));
writeFileSync(join(folder, 'Si.upf'), UPF);

function bundle() {
  const path = join(folder, 'qe.yaml');
  const text = readFileSync('examples/silicon-qe.yaml', 'utf8')
    .replace(/file: .*/, 'file: Si.upf')
    .replace(/sha256: .*/, `sha256: ${createHash('sha256').update(UPF).digest('hex')}`);
  writeFileSync(path, text);
  return loadCampaign(path);
}

const set = (...texts: readonly string[]) => referenceChanges(texts.map(parseChange));

describe('other settings for one structure', () => {
  it('are keys of the reference, in full or as the code has them', () => {
    expect(set('electrons.mixing_beta=0.3', 'reference.electrons.electron_maxstep=60', 'attempts=4')).toEqual(
      [
        { key: 'reference.electrons.mixing_beta', value: 0.3 },
        { key: 'reference.electrons.electron_maxstep', value: 60 },
        { key: 'reference.attempts', value: 4 },
      ],
    );
    expect(set('system.starting_magnetization(1)=0.2')).toEqual([
      { key: 'reference.system.starting_magnetization(1)', value: 0.2 },
    ]);
    expect(() => set('md.temperature=400')).toThrow(/md\.temperature: cannot change for one structure/);
    expect(() => set('calculator=vasp')).toThrow(/calculator: cannot change for one structure/);
  });

  it('are added to the namelists of the campaign', () => {
    const reference = changedReference(bundle().bundle, set('electrons.mixing_beta=0.3'));
    expect(reference).toMatchObject({
      calculator: 'quantum-espresso',
      system: { ecutwfc: 20 },
      electrons: { mixing_beta: 0.3 },
    });
  });

  it('that pw.x does not know are refused before the campaign hears of them', () => {
    expect(() => changedReference(bundle().bundle, set('electrons.mixing_bta=0.3'))).toThrow(
      /reference\.electrons\.mixing_bta: is not a keyword .*\n {2}hint: did you mean "mixing_beta"/,
    );
    expect(() => changedReference(bundle().bundle, set('pseudopotentials.Si.file=none.upf'))).toThrow(
      /reference\.pseudopotentials\.Si\.file: the file cannot be read/,
    );
  });

  it('that cannot be had where the label is asked for cost the structure its label, not the campaign its life', async () => {
    const stage = await openStage();
    try {
      const campaign = bundle();
      const ref = await registerCampaign(stage.store, campaign);
      const { supercellHash, supercell } = await campaignContext(stage.store, ref);
      const structure = await putStructure(
        stage.store,
        supercellHash,
        new Float64Array(3 * supercell.siteOf.length),
      );
      const reference = changedReference(campaign.bundle, set('electrons.mixing_beta=0.3'));
      const electrons = { mixing_bta: 0.3 };
      const command = {
        type: 'label',
        id: 'label-3-again-1',
        structure: 3,
        group: 'md',
        ref: structure,
      } as const;
      const input = {
        campaign: ref,
        name: 'silicon-qe',
        command: { ...command, reference: { ...reference, electrons } },
      };
      const answer = await tasks.label(stage.environment, input as never);
      expect(answer.outcome).toMatchObject({ accepted: false, reason: expect.stringMatching(/mixing_bta/) });
      expect(answer.outcome.attempts).toBeNull();
    } finally {
      stage.remove();
    }
  });
});
