import type { SettingValue } from '../../ladder.js';
import { kPointCounts } from '../kpoints.js';
import { differenceOf } from '../sameAtoms.js';
import type { VaspOutput } from './output.js';
import type { Fail, VaspRun } from './run.js';
import { COMPARED } from './tags.js';

/** A run that claims success is believed only where everything that VASP says it read is what was asked for. */
export function requireTrust(
  { sorted, settings, kpoints, potcars }: VaspRun,
  output: VaspOutput,
  fail: Fail,
): NonNullable<VaspOutput['label']> {
  const { label, refused, titles } = output;
  if (label === undefined || output.calculations !== 1) {
    const found = refused.at(-1) ?? `${output.calculations} ionic steps instead of one`;
    throw fail('bad-output', 'program-unknown', `vasprun.xml holds no label: ${found}`);
  }
  const other = potcars.find((p, i) => titles[i] !== p.title);
  if (other || titles.length !== potcars.length) {
    const wanted = potcars.map((p) => p.title).join(', ');
    throw fail(
      'wrong-potcar',
      'input-wrong',
      `VASP read the POTCARs ${titles.join(', ')} instead of ${wanted}`,
    );
  }
  const changed = COMPARED.find(
    (tag) => settings[tag] !== undefined && !isAsUsed(tag, settings[tag], output),
  );
  if (changed !== undefined) {
    const found = `${changed} = ${output.parameters[usedName(changed)]} instead of ${settings[changed]}`;
    throw fail('wrong-settings', 'input-wrong', `VASP computed with other settings: ${found}`, [found]);
  }
  const { paired, all } = kPointCounts(kpoints);
  // Magnetism with spin–orbit coupling tells k from −k.
  const expected = settings.ISYM === -1 ? [all] : [paired, all];
  if (!expected.includes(output.kpoints)) {
    throw fail(
      'wrong-kpoints',
      'input-wrong',
      `VASP used ${output.kpoints} k-points instead of ${expected[0]}`,
    );
  }
  const difference = differenceOf(label.structure, sorted);
  if (difference !== undefined) {
    throw fail(
      'wrong-atoms',
      'program-unknown',
      `VASP computed other atoms than were asked for: ${difference}`,
    );
  }
  return label;
}

export function usedName(tag: string): string {
  return tag === 'ENCUT' ? 'ENMAX' : tag;
}

/** What vasprun.xml does not repeat, or repeats as a list, cannot be compared. */
export function isAsUsed(
  tag: string,
  asked: SettingValue,
  { parameters }: Pick<VaspOutput, 'parameters'>,
): boolean {
  const used = parameters[usedName(tag)];
  if (used === undefined) return true;
  // Printed with eight decimals.
  if (typeof used === 'number') return Math.abs(used - Number(asked)) <= 1e-8 + 1e-6 * Math.abs(used);
  if (typeof used === 'boolean') return used === asked;
  // Texts are cut, e.g. `accura`.
  const [a, b] = [used, String(asked)].map((text) => text.trim().toLowerCase());
  return a === '' || b.startsWith(a) || a.startsWith(b);
}
