import { isElement } from '../../../crystal/masses.js';
import type { Problem } from '../../../errors.js';
import { nearestHint } from '../../../spelling.js';
import { BOX_COMMANDS, POTENTIAL_COMMANDS, REFUSED } from './words.js';

/** A command and its arguments. */
export type Command = readonly string[];

/** The words of each command; what LAMMPS takes for a comment is left out. */
export function readCommands(commands: readonly string[]): readonly Command[] {
  return commands
    .map((line) => line.replace(/#.*$/, '').trim())
    .map((line) => line.split(/\s+/).filter((word) => word !== ''))
    .filter((words) => words.length > 0);
}

/** Everything in the commands that is not the potential of a label, or that would spoil it. */
export function checkCommands(commands: readonly string[], species: readonly string[]): readonly Problem[] {
  const read = readCommands(commands);
  const problems = [
    ...commands.filter((line) => /[&$;"'\r\n]/.test(line)).map(notOneCommand),
    ...read.flatMap((words) => commandProblems(words)),
    ...read.flatMap((words) => mappingProblems(words, species)),
    ...setProblems(read),
  ];
  if (!read.some(([name]) => name === 'pair_style')) {
    problems.push({
      field: 'commands',
      message: 'there is no potential',
      expected: 'pair_style and pair_coeff',
    });
  }
  return problems.map((problem) => ({ ...problem, field: `reference.${problem.field}` }));
}

function problem(words: Command, message: string, more: Partial<Problem> = {}): Problem {
  return { field: `commands: ${words[0]}`, message, got: words.join(' '), ...more };
}

function notOneCommand(line: string): Problem {
  const hint = 'one command in each entry; no variables, quotes or continued lines';
  return { field: 'commands', message: 'is not one plain command', got: JSON.stringify(line), hint };
}

function commandProblems(words: Command): Problem[] {
  const [name, ...rest] = words;
  if (name === 'units' && rest[0] !== 'metal') {
    const hint = 'labels are in eV and Å; take a potential in these units';
    return [problem(words, 'these units would spoil every label', { expected: 'units metal', hint })];
  }
  if (name === 'atom_style' && !['atomic', 'charge'].includes(rest[0]))
    return [problem(words, 'is not one of a crystal’s', { expected: 'atomic or charge' })];
  if (name === 'neigh_modify') return neighbourProblems(words);
  if (name === 'kspace_style') return accuracyProblems(words);
  if (POTENTIAL_COMMANDS.includes(name) || BOX_COMMANDS.includes(name)) return [];
  const why = REFUSED[name];
  if (why !== undefined) return [problem(words, 'is not taken', { hint: why })];
  return [
    problem(words, 'is not a command that a potential needs', {
      hint: nearestHint(name, [...POTENTIAL_COMMANDS, ...BOX_COMMANDS]),
    }),
  ];
}

function neighbourProblems(words: Command): Problem[] {
  if (words.includes('exclude'))
    return [problem(words, 'leaves out forces between atoms', { hint: 'leave exclude out' })];
  const own = ['one', 'page'].find((key) => words.includes(key));
  if (own === undefined) return [];
  return [problem(words, `${own} is raised where a structure needs it`, { hint: `leave ${own} out` })];
}

/** Of the forces, relative to those of two unit charges 1 Å apart, 14.4 eV/Å. */
const LOOSEST = 1e-5;

function accuracyProblems(words: Command): Problem[] {
  const [, style, accuracy] = words;
  if (style === 'none' || Number(accuracy) <= LOOSEST) return [];
  return [
    problem(words, 'its accuracy is too loose for forces', {
      got: accuracy ?? 'nothing',
      expected: `at most ${LOOSEST}, relative to 14.4 eV/Å`,
    }),
  ];
}

/** `pair_coeff * * FILE Si C`: the elements of types 1, 2, … must be the species of these types. */
function mappingProblems(words: Command, species: readonly string[]): Problem[] {
  if (words[0] !== 'pair_coeff' || words[1] !== '*' || words[2] !== '*') return [];
  const named = words.slice(-species.length);
  const elements = words.slice(3).filter((word) => isElement(word) || word === 'NULL');
  // Names of a potential's own, or fewer or more of them, are for LAMMPS to judge.
  if (elements.length !== species.length || elements.some((element, i) => element !== named[i])) return [];
  const wrong = species.findIndex((symbol, i) => elements[i] !== symbol && elements[i] !== 'NULL');
  if (wrong < 0) return [];
  return [
    problem(
      words,
      `takes type ${wrong + 1} for ${elements[wrong]}, but reference.species for ${species[wrong]}`,
      {
        hint: 'the elements at its end stand in the order of reference.species',
      },
    ),
  ];
}

/** Charges alone, and those where atoms have any. */
function setProblems(commands: readonly Command[]): Problem[] {
  const sets = commands.filter(([name]) => name === 'set');
  const strange = sets.filter((words) => !/^set type \S+ charge \S+$/.test(words.join(' ')));
  return strange.map((words) =>
    problem(words, 'sets something else than a charge', { expected: 'e.g. set type 1 charge 1.0' }),
  );
}
