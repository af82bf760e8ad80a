import { displacedPositions } from '../../crystal/displaced.js';
import { type ExtxyzFrame, formatExtxyz, parseExtxyz } from '../../crystal/formats/extxyz.js';
import type { Supercell } from '../../crystal/types.js';
import { inputError } from '../../errors.js';
import type { ForeignOrigin, Label, LabelOrigin } from '../../store/artifacts/label.js';
import type { LabelRow } from './catalogue.js';

/** A label as it stands in a file of `labels export`. */
export interface ExportedLabel {
  /** For people: `labels.xyz frame 3`. */
  readonly source: string;
  /** Number of the frame in the file, from 1. */
  readonly number: number;
  readonly lattice: Float64Array;
  readonly species: readonly string[];
  /** [3·atoms] Cartesian, Å. */
  readonly positions: Float64Array;
  /** [3·atoms] u, Å: what the structure's hash is of. Positions have lost their last bits to the lattice sites. */
  readonly displacements: Float64Array;
  readonly values: Label;
  readonly origin: LabelOrigin;
  /** The label's own hash. */
  readonly hash: string;
  readonly program?: string;
  readonly campaign?: string;
}

const DISPLACEMENT = 'displacement';
const KEY = {
  label: 'anharmony_label',
  structure: 'anharmony_structure',
  reference: 'anharmony_reference',
  group: 'anharmony_group',
  campaign: 'anharmony_campaign',
  number: 'anharmony_number',
  program: 'anharmony_program',
  netForce: 'anharmony_net_force',
  changedPhysics: 'anharmony_changed_physics',
  foreign: 'anharmony_foreign',
} as const;

/** Extended XYZ of labels: positions and forces for everybody, displacements and hashes to bring them back bit by bit. */
export function formatLabels(
  supercell: Supercell,
  labels: readonly { readonly row: LabelRow; readonly displacements: Float64Array; readonly values: Label }[],
): string {
  const { lattice, species } = supercell.crystal;
  return formatExtxyz(
    labels.map(({ row, displacements, values }): ExtxyzFrame => {
      const { energy, forces, netForce } = values;
      return {
        lattice,
        species,
        positions: displacedPositions(supercell, displacements),
        extra: [
          { name: 'REF_forces', width: 3, values: forces },
          { name: DISPLACEMENT, width: 3, values: displacements },
        ],
        info: {
          // NaN is how a code says that it gives no energy.
          ...(Number.isFinite(energy) && { REF_energy: energy }),
          [KEY.label]: row.label.hash,
          [KEY.structure]: row.structure.hash,
          [KEY.reference]: row.origin.reference,
          [KEY.group]: row.group,
          ...(row.campaign !== undefined && { [KEY.campaign]: row.campaign }),
          ...(row.number !== null && { [KEY.number]: row.number }),
          ...(row.program !== undefined && { [KEY.program]: row.program }),
          [KEY.netForce]: netForce,
          ...(row.origin.changedPhysics && { [KEY.changedPhysics]: row.origin.changedPhysics.join(' ') }),
          ...(row.origin.foreign && { [KEY.foreign]: foreignText(row.origin.foreign) }),
        },
      };
    }),
  );
}

/** Whether a text is a file of `labels export`. */
export function isExport(text: string): boolean {
  return text.slice(0, 10_000).includes(`${KEY.label}=`);
}

/** @throws InputError naming file and frame for what is no whole file of `labels export` */
export function parseLabels(text: string, filename: string): readonly ExportedLabel[] {
  return parseExtxyz(text, filename, [DISPLACEMENT]).map((frame, k) => exported(frame, k + 1, filename));
}

function exported(frame: ExtxyzFrame, number: number, filename: string): ExportedLabel {
  const source = `${filename} frame ${number}`;
  const { info, extra = [], forces, lattice, species, positions, energy = Number.NaN } = frame;
  const text = (key: string): string | undefined => (typeof info[key] === 'string' ? info[key] : undefined);
  const [hash, structure, reference] = [KEY.label, KEY.structure, KEY.reference].map(text);
  const netForce = info[KEY.netForce];
  const displacements = extra.find(({ width }) => width === 3)?.values;
  if (!hash || !structure || !reference || typeof netForce !== 'number' || !displacements || !forces) {
    throw inputError({
      field: source,
      message: 'lacks what brings a label back',
      expected: `${Object.values(KEY).slice(0, 3).join(', ')} and ${KEY.netForce} in its comment line, columns REF_forces and ${DISPLACEMENT}`,
      hint: 'write the file with `anharmony labels export`, and keep comment lines and columns',
    });
  }
  const changed = text(KEY.changedPhysics);
  const foreign = foreignOf(text(KEY.foreign));
  const [program, campaign] = [text(KEY.program), text(KEY.campaign)];
  return {
    source,
    number,
    lattice,
    species,
    positions,
    displacements,
    values: { energy, forces, netForce },
    origin: {
      structure,
      reference,
      ...(changed !== undefined && { changedPhysics: changed.split(' ') }),
      ...(foreign && { foreign }),
    },
    hash,
    ...(program !== undefined && { program }),
    ...(campaign !== undefined && { campaign }),
  };
}

function foreignText({ sha256, number, file }: ForeignOrigin): string {
  return `${sha256}:${number}:${file}`;
}

function foreignOf(text: string | undefined): ForeignOrigin | undefined {
  const parts = /^([0-9a-f]{64}):(\d+):(.*)$/s.exec(text ?? '');
  return parts ? { sha256: parts[1], number: Number(parts[2]), file: parts[3] } : undefined;
}
