import { SaxesParser } from 'saxes';
import { InputError, inputError, type Problem } from '../../errors.js';
import type { Structure } from '../assignment.js';
import { cartesianPositions } from '../geometry.js';
import { refuseFlatLattice } from '../validate.js';
import { parseNumber, shorten } from './numbers.js';
import { VasprunHandler, type VasprunStep } from './vasprun-steps.js';

/** One ionic step: a structure with the forces and the energy that belong to it. */
export interface VasprunFrame extends Structure {
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** Free energy (`e_fr_energy`), of which the forces are the derivatives, eV. */
  readonly energy: number;
  /** Its number in the file, from 1. */
  readonly step: number;
}

export interface Vasprun {
  readonly frames: readonly VasprunFrame[];
  /** Ionic steps that are no labels, each with its reason: electronic steps that did not converge, or none at all. */
  readonly refused: readonly Problem[];
  /** VASP's version, as it says it. */
  readonly version: string;
}

/** Whether a file is VASP's XML, by its name or its beginning. */
export function isVasprun(text: string, filename: string): boolean {
  return /\.xml$/i.test(filename) || /^\s*<\?xml/.test(text.slice(0, 200));
}

/**
 * Reads all ionic steps of a vasprun.xml: VASP writes eV, Å and eV/Å. A step whose electrons did not converge is refused
 * with its reason and the others are read, and so is the step in which a run was cut off. The parser knows no entities but
 * XML's own five, and opens no other file.
 * @throws InputError naming file:line for what is no such file
 */
export function parseVasprun(text: string, filename: string): Vasprun {
  const handler = new VasprunHandler();
  const parser = new SaxesParser();
  const where = () => `${filename}:${parser.line}`;
  const errors: Problem[] = [];
  parser.on('error', (error) => {
    errors.push({
      field: where(),
      message: 'not XML',
      got: shorten(error.message.replace(/^\d+:\d+: /, '')),
      expected: 'a vasprun.xml',
    });
  });
  parser.on('opentag', ({ name, attributes }) => handler.open(name, attributes, where()));
  parser.on('text', (value) => handler.text(value));
  parser.on('closetag', ({ name }) => handler.close(name));
  parser.write(text);
  // The first error counts: what follows it is its consequence.
  if (errors.length > 0) throw new InputError([errors[0]]);
  parser.close();
  return collect(handler, filename, errors.length > 0 ? where() : undefined);
}

/** `cutOff`: where the file ends, if it ends in the middle. */
function collect(handler: VasprunHandler, filename: string, cutOff: string | undefined): Vasprun {
  const { steps, species, version } = handler;
  if (species.length === 0 || steps.length === 0) {
    throw inputError({
      field: filename,
      message: species.length === 0 ? 'no <atominfo>: not a vasprun.xml' : 'the file holds no ionic step',
      expected: 'a vasprun.xml with at least one <calculation>',
    });
  }
  const frames: VasprunFrame[] = [];
  const refused: Problem[] = [];
  steps.forEach((step, k) => {
    const reason = refusal(step, handler);
    if (reason === undefined) frames.push(frameOf(step, species, k + 1));
    else refused.push({ field: `${filename} step ${k + 1}`, ...reason });
  });
  if (cutOff !== undefined) {
    refused.push({
      field: cutOff,
      message: 'the file ends in the middle: what the run had not finished is left out',
      got: `${steps.length} complete ionic steps`,
    });
  }
  return { frames, refused, version };
}

/** Why a step is no label; undefined for a good one. */
function refusal(
  step: VasprunStep,
  { electronicSteps: limit, energyTolerance: ediff }: VasprunHandler,
): Omit<Problem, 'field'> | undefined {
  const n = step.electronicEnergies.length;
  if (n === 0) {
    return {
      message: 'has no electronic steps: its forces are not from the electrons',
      hint: 'VASP writes such steps where its own machine-learned force field made the prediction',
    };
  }
  const [before, last] = step.electronicEnergies.slice(-2);
  const change = n < 2 ? Number.POSITIVE_INFINITY : Math.abs(last - before);
  if (n < limit || change <= ediff) return undefined;
  return {
    message: 'its electrons did not converge',
    got: `${n} electronic steps, the last changing the energy by ${change.toExponential(1)} eV`,
    expected: `a change below EDIFF = ${ediff} eV in fewer than NELM = ${limit} steps`,
    hint: 'run it again with more electronic steps (NELM) or another ALGO',
  };
}

function frameOf(step: VasprunStep, species: readonly string[], number: number): VasprunFrame {
  const { where } = step;
  const lattice = rows(step.basis, 3, where, 'a lattice vector');
  refuseFlatLattice(lattice, where);
  const fractional = rows(step.positions, species.length, where, 'a position');
  return {
    lattice,
    species,
    positions: cartesianPositions({ lattice, species, positions: fractional }),
    forces: rows(step.forces, species.length, where, 'a force'),
    energy: parseNumber(step.energy?.trim(), where, 'e_fr_energy'),
    step: number,
  };
}

/** [3·count] numbers of `<v>` lines. */
function rows(lines: readonly string[], count: number, where: string, what: string): Float64Array {
  if (lines.length !== count) {
    throw inputError({
      field: where,
      message: `the ionic step that begins here has the wrong number of lines, each ${what}`,
      got: String(lines.length),
      expected: String(count),
    });
  }
  const out = new Float64Array(3 * count);
  lines.forEach((line, i) => {
    const tokens = line.trim().split(/\s+/);
    for (let k = 0; k < 3; k++) out[3 * i + k] = parseNumber(tokens[k], where, what);
  });
  return out;
}
