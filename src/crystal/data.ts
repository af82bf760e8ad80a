import { inputError, type Problem } from '../errors.js';
import { type DataSelection, isSelected, refuseEmptySelection } from './dataSelection.js';
import { formatExtxyz, parseExtxyz } from './formats/extxyz.js';
import { parsePwXml } from './formats/pwFrames.js';
import { isPwXml } from './formats/pwXml.js';
import { isVasprun, parseVasprun } from './formats/vasprun.js';
import { displacementsFrom, type Structure } from './matching.js';
import type { Supercell } from './types.js';

/** A structure of a data file with its reference forces. */
export interface DataFrame extends Structure {
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** eV; absent where the file gives none. */
  readonly energy?: number;
  /** Its number in the file that it was computed in, from 1. */
  readonly number: number;
  /** For people: `run.xml step 3`. */
  readonly source: string;
}

/** Structures of one file, and what of it is no label. */
export interface DataFile {
  readonly frames: readonly DataFrame[];
  readonly refused: readonly Problem[];
}

/** Under it a frame keeps the number that it had in another file, so that a selection taken twice is the same selection. */
const NUMBER_KEY = 'anharmony_step';

export type DataFormat = 'extxyz' | 'vasprun' | 'pw' | 'outcar';

/** What a data file is, by its content first: its name may say what it was made from. */
export function dataFormatOf(text: string, filename: string): DataFormat {
  if (isPwXml(text)) return 'pw';
  if (/^\s*\d+\s*\r?\n/.test(text.slice(0, 200))) return 'extxyz';
  if (isVasprun(text, filename)) return 'vasprun';
  return /^\s*vasp\.\d/.test(text.slice(0, 200)) ? 'outcar' : 'extxyz';
}

/**
 * Reads labelled structures from extended XYZ, vasprun.xml or pw.x's XML.
 * @throws InputError naming the file and its line; for a frame without forces, and where no frame is left
 */
export function parseData(text: string, filename: string, selection: DataSelection = {}): DataFile {
  const file = READERS[dataFormatOf(text, filename)](text, filename);
  if (file.frames.length === 0) {
    const [first] = file.refused;
    throw inputError({
      ...first,
      field: filename,
      message: `none of its ${file.refused.length} structures is a label; the first: ${first.message}`,
    });
  }
  const frames = file.frames.filter(({ number }) => isSelected(number, selection));
  if (frames.length > 0) return { ...file, frames };
  return refuseEmptySelection(filename, file.frames[file.frames.length - 1].number, selection);
}

const READERS = {
  extxyz: fromExtxyz,
  vasprun: (text: string, filename: string) => fromSteps(parseVasprun(text, filename), filename),
  pw: (text: string, filename: string) => fromSteps(parsePwXml(text, filename), filename),
  outcar: (_: string, filename: string): never => {
    throw inputError({
      field: filename,
      message: 'an OUTCAR cannot be read here',
      expected: 'extended XYZ, vasprun.xml or pw.x’s XML',
      hint: 'vasprun.xml of the same run holds more digits',
    });
  },
} as const;

/** Extended XYZ of some structures, each with the number that it had in its file. */
export function formatData(frames: readonly DataFrame[]): string {
  return formatExtxyz(
    frames.map(({ lattice, species, positions, forces, energy, number }) => ({
      lattice,
      species,
      positions,
      forces,
      ...(energy !== undefined && { energy }),
      info: { [NUMBER_KEY]: number },
    })),
  );
}

function fromExtxyz(text: string, filename: string): DataFile {
  const frames = parseExtxyz(text, filename).map((frame, k) => {
    const known = frame.info[NUMBER_KEY];
    const [word, number] = typeof known === 'number' ? ['step', known] : ['frame', k + 1];
    const source = `${filename} ${word} ${number}`;
    const { lattice, species, positions, forces, energy } = frame;
    if (forces === undefined) {
      throw inputError({
        field: source,
        message: 'has no forces',
        expected: 'a column REF_forces or forces',
      });
    }
    return {
      lattice,
      species,
      positions,
      forces,
      ...(energy !== undefined && { energy }),
      number,
      source,
    };
  });
  return { frames, refused: [] };
}

interface Steps {
  readonly frames: readonly (Omit<DataFrame, 'number' | 'source'> & { readonly step: number })[];
  readonly refused: readonly Problem[];
}

function fromSteps({ frames, refused }: Steps, filename: string): DataFile {
  return {
    frames: frames.map(({ step, ...frame }) => ({
      ...frame,
      number: step,
      source: `${filename} step ${step}`,
    })),
    refused,
  };
}

/**
 * Displacements and forces of a structure in the supercell's own atom order; its drift is taken out.
 * @throws InputError naming its source for another crystal
 */
export function placeInSupercell(
  frame: DataFrame,
  supercell: Supercell,
): { readonly displacements: Float64Array; readonly forces: Float64Array } {
  const { displacements, order } = displacementsFrom(supercell, frame, frame.source);
  const forces = new Float64Array(displacements.length);
  order.forEach((atom, from) => {
    forces.set(frame.forces.subarray(3 * from, 3 * from + 3), 3 * atom);
  });
  return { displacements, forces };
}
