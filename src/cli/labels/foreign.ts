import { basename } from 'node:path';
import { type DataFrame, dataFormatOf, parseData, placeInSupercell } from '../../crystal/data.js';
import { InputError, inputError, type Problem } from '../../errors.js';
import { netForceOf } from '../../reference/gate.js';
import type { Calculator } from '../../reference/types.js';
import { getStructure, putStructure, supercellOfStructure } from '../../store/artifacts/structure.js';
import { openMemoryStore } from '../../store/memoryStore.js';
import type { Ref } from '../../store/types.js';
import type { DataText } from '../data/dataFile.js';
import type { LabelledCampaign } from './campaign.js';
import { attempt, type Candidate } from './candidate.js';

/** Labels of somebody else's calculations in one file, and what is not known of how they were computed. */
export interface ForeignLabels {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Problem[];
  /** Settings that could not be compared: a person answers for them. */
  readonly unchecked: readonly string[];
}

/**
 * The labels of a file that was computed without this program, as labels of a campaign's reference. What the file says of its
 * settings is compared with the campaign's.
 * @throws InputError with every difference
 */
export async function foreignLabels(
  opened: LabelledCampaign,
  { text, format, sha256 }: DataText,
  path: string,
): Promise<ForeignLabels> {
  const name = basename(path);
  const outcar = format === 'outcar';
  const { program, unchecked } = compare(opened, text, name, outcar);
  const { frames, refused } = parseData(text, name);
  const known = await knownStructures(opened);
  const tolerance = outcar ? SAME_IN_OUTCAR : SAME;
  const file = { file: name, sha256 };
  const made: Placed[] = [];
  for (const frame of frames) made.push(await placed(opened, frame, { known, tolerance, file, program }));
  return {
    candidates: made.flatMap((m) => ('problem' in m ? [] : [m])),
    refused: [...refused, ...made.flatMap((m) => ('problem' in m ? [m.problem] : []))],
    unchecked,
  };
}

function compare(
  { calculator, missing, bundle }: LabelledCampaign,
  text: string,
  name: string,
  outcar: boolean,
): { readonly program?: string; readonly unchecked: readonly string[] } {
  if (calculator === undefined) throw missing!;
  const asked = bundle.settings.reference.calculator;
  const compared = calculator.compareOutput?.(text);
  if (compared) {
    if (compared.differences.length > 0)
      throw new InputError(compared.differences.map((d) => ({ ...d, message: `${name}: ${d.message}` })));
    return compared;
  }
  const code = outcar ? 'vasp' : CODES[dataFormatOf(text, name)];
  // `command` may be any program.
  if (code !== undefined && asked !== 'command' && asked !== code) {
    throw inputError({
      field: 'reference.calculator',
      message: `${name}: was computed by another code`,
      got: code,
      expected: asked,
      hint: 'labels of two codes do not mix: name the file in initial.data of a campaign of its own',
    });
  }
  return { unchecked: ['everything: the file holds no settings that can be compared'] };
}

const CODES: Readonly<Record<string, Calculator['name'] | undefined>> = {
  vasprun: 'vasp',
  pw: 'quantum-espresso',
};

/** Å: programs print eight decimals or more; an OUTCAR has five. */
const SAME = 1e-6;
const SAME_IN_OUTCAR = 1e-5;

interface KnownStructure {
  /** For people. */
  readonly name: string;
  readonly displacements: Float64Array;
}

/** The ideal supercell and all structures that campaigns of this supercell have asked for. */
async function knownStructures({ store, survey, cell, ledger }: LabelledCampaign): Promise<KnownStructure[]> {
  const components = 3 * cell.supercell.siteOf.length;
  const found: KnownStructure[] = [
    { name: 'the ideal supercell', displacements: new Float64Array(components) },
  ];
  const asked = new Map(ledger.flatMap((e) => (e.type === 'asked' ? [[e.ref.hash, e.structure]] : [])));
  for (const { format, object } of survey.frames) {
    if (format !== 'anharmony-structure') continue;
    const ref: Ref = { kind: 'structure', hash: object.hash, bytes: object.bytes };
    if ((await supercellOfStructure(store, ref)) !== cell.supercellHash) continue;
    const number = asked.get(ref.hash);
    const name = number === undefined ? `structure ${ref.hash.slice(0, 12)}…` : `structure ${number}`;
    found.push({ name, displacements: await getStructure(store, ref) });
  }
  return found;
}

interface Placing {
  readonly known: readonly KnownStructure[];
  readonly tolerance: number;
  readonly file: { readonly file: string; readonly sha256: string };
  readonly program?: string;
}

type Placed = Candidate | { readonly problem: Problem };

async function placed(
  { cell, reference }: LabelledCampaign,
  frame: DataFrame,
  { known, tolerance, file, program }: Placing,
): Promise<Placed> {
  const place = attempt(() => placeInSupercell(frame, cell.supercell));
  if ('problem' in place) return place;
  const { forces } = place;
  const same = known.find((k) => isSame(k.displacements, place.displacements, tolerance));
  const displacements = same?.displacements ?? place.displacements;
  const structure = await putStructure(openMemoryStore(), cell.supercellHash, displacements);
  const { source, number } = frame;
  return {
    source,
    number,
    displacements,
    values: { energy: frame.energy ?? Number.NaN, forces, netForce: netForceOf(forces) },
    origin: { structure: structure.hash, reference, foreign: { ...file, number } },
    ...(program !== undefined && { program }),
    ...(same && { matches: same.name }),
  };
}

/** Equal but for the printed digits and a uniform shift, which changes no force. */
function isSame(a: Float64Array, b: Float64Array, tolerance: number): boolean {
  const atoms = a.length / 3;
  const shift = [0, 0, 0];
  for (let i = 0; i < a.length; i++) shift[i % 3] += (a[i] - b[i]) / atoms;
  return a.every((x, i) => Math.abs(x - b[i] - shift[i % 3]) <= tolerance);
}
