import { basename } from 'node:path';
import { inputError, type Problem } from '../../errors.js';
import { LABELS, labelKey, putLabel } from '../../store/artifacts/label.js';
import { putLabelImport } from '../../store/artifacts/labelImport.js';
import { putStructure } from '../../store/artifacts/structure.js';
import { readDataFile } from '../data/dataFile.js';
import type { LabelledCampaign } from './campaign.js';
import { type Candidate, judge, otherLabel } from './candidate.js';
import { foreignLabels } from './foreign.js';
import { isExport, parseLabels } from './frames.js';
import { candidateOf } from './ours.js';

/** What an import makes of one file. */
export interface FilePlan {
  readonly path: string;
  /** SHA-256 of its content. */
  readonly sha256: string;
  readonly added: readonly Candidate[];
  /** In the store already, to the last bit of their forces. */
  readonly there: readonly Candidate[];
  readonly refused: readonly Problem[];
  /** Settings that a person answers for; absent for labels of `labels export`. */
  readonly unchecked?: readonly string[];
}

export interface ImportOptions {
  /** A person states that the files were computed with the campaign's settings. */
  readonly trust: boolean;
  readonly python?: string;
}

/**
 * What an import of files would add; writes nothing.
 * @throws InputError for a file that cannot be read, and for somebody else's without a person's word or with other settings
 */
export async function planImport(
  opened: LabelledCampaign,
  paths: readonly string[],
  options: ImportOptions,
): Promise<readonly FilePlan[]> {
  const seen: Seen = new Map();
  const plans: FilePlan[] = [];
  for (const path of paths) plans.push(await planFile(opened, path, options, seen));
  return plans;
}

/** Forces of the structures that are brought in, by their hashes: the first of two counts, as in the store. */
type Seen = Map<string, Float64Array>;

async function planFile(
  opened: LabelledCampaign,
  path: string,
  { trust, python }: ImportOptions,
  seen: Seen,
): Promise<FilePlan> {
  const data = readDataFile(path, 'FILE', { python });
  const { text, sha256 } = data;
  if (isExport(text)) {
    const candidates: Candidate[] = [];
    const refused: Problem[] = [];
    for (const label of parseLabels(text, basename(path))) {
      const candidate = await candidateOf(opened, label);
      if ('problem' in candidate) refused.push(candidate.problem);
      else candidates.push(candidate);
    }
    return { path, sha256, ...(await sorted(opened, candidates, refused, seen)) };
  }
  if (!trust) throw needsWord(path, opened);
  const foreign = await foreignLabels(opened, data, path);
  const refused = [...(data.refused ?? []), ...foreign.refused];
  const plan = await sorted(opened, foreign.candidates, refused, seen);
  return { path, sha256, ...plan, unchecked: foreign.unchecked };
}

async function sorted(
  opened: LabelledCampaign,
  candidates: readonly Candidate[],
  refusedBefore: readonly Problem[],
  seen: Seen,
): Promise<Pick<FilePlan, 'added' | 'there' | 'refused'>> {
  const [added, there, refused]: [Candidate[], Candidate[], Problem[]] = [[], [], [...refusedBefore]];
  for (const candidate of candidates) {
    const judgement = await judge(opened, candidate);
    const before = seen.get(candidate.origin.structure);
    const clash = before && otherLabel(candidate.source, before, candidate.values.forces);
    if (judgement.kind === 'refused') refused.push(judgement.problem);
    else if (clash) refused.push(clash);
    else if (judgement.kind === 'there' || before) there.push(candidate);
    else {
      added.push(candidate);
      seen.set(candidate.origin.structure, candidate.values.forces);
    }
  }
  return { added, there, refused };
}

function needsWord(path: string, { bundle }: LabelledCampaign): Error {
  return inputError({
    field: 'FILE',
    message:
      'was not written by `anharmony labels export`: nothing proves that its settings are the campaign’s',
    got: path,
    expected: 'a file of labels export',
    hint: `--trust-settings states that it was computed as reference of ${bundle.settings.name} says (what the file tells of its settings is compared); as training data it needs no such word: name it in initial.data`,
  });
}

/** Puts the labels of a plan into the store, with the record of where they are from. */
export async function importLabels(
  { store, cell }: LabelledCampaign,
  { path, sha256, added, unchecked }: FilePlan,
  signed: { readonly by: string; readonly at: string },
): Promise<void> {
  for (const { number, displacements, values, origin, program, campaign } of added) {
    const structure = await putStructure(store, cell.supercellHash, displacements);
    const label = await putLabel(store, values, origin);
    await putLabelImport(store, label, {
      file: basename(path),
      sha256,
      number,
      ...signed,
      ...(program !== undefined && { program }),
      ...(campaign !== undefined && { campaign }),
      ...(unchecked && { unchecked }),
    });
    // Last: what has a name is whole, and on record.
    await store.link(LABELS, labelKey(structure, origin.reference), label);
  }
}
