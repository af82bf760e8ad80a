import { isVasprun } from '../../../crystal/formats/vasprun.js';
import type { Problem } from '../../../errors.js';
import type { CodeSettings, SettingValue } from '../../ladder.js';
import type { OutputComparison } from '../../types.js';
import { type KPoints, kPointCounts } from '../kpoints.js';
import { readHeader, type VaspMesh } from './output.js';
import type { Potcar } from './potcar.js';
import { COMPARED, WITHOUT_EFFECT } from './tags.js';
import { isAsUsed, usedName } from './trust.js';

/** What VASP is asked for here. */
export interface VaspAsked {
  readonly settings: CodeSettings;
  readonly kpoints: KPoints;
  readonly potcars: readonly Potcar[];
}

/** Of molecular dynamics, of symmetry and of how self-consistency was reached: none of them changes converged forces. */
const OF_NO_ACCOUNT: readonly string[] = `
  ISYM SYMPREC NSW IBRION POTIM ISIF MDALGO TEBEG TEEND SMASS EDIFFG LANGEVIN_GAMMA LANGEVIN_GAMMA_L PMASS ANDERSEN_PROB RANDOM_SEED NFREE
  NELM NELMIN NELMDL ALGO IALGO ISTART ICHARG INIWAV AMIX BMIX AMIX_MAG BMIX_MAG IMIX MAXMIX AMIN TIME LDIAG IWAVPR NBANDS ICONTCAR
`
  .trim()
  .split(/\s+/);

/** What VASP takes where INCAR says nothing, of tags that people write out. */
const DEFAULTS: CodeSettings = {
  ISPIN: 1,
  LASPH: false,
  ADDGRID: false,
  LSORBIT: false,
  LNONCOLLINEAR: false,
  LHFCALC: false,
  LUSE_VDW: false,
  LDAU: false,
  IVDW: 0,
  METAGGA: '--',
};

/** A vasprun.xml of somebody else beside what a campaign asks of VASP; undefined for another file. */
export function compareVasprun(
  text: string,
  { settings, kpoints, potcars }: VaspAsked,
): OutputComparison | undefined {
  if (!isVasprun(text, '')) return undefined;
  const header = readHeader(text);
  const { parameters, incar, titles } = header;
  const compared = COMPARED.filter((tag) => settings[tag] !== undefined && !OF_NO_ACCOUNT.includes(tag));
  const differences: Problem[] = [
    ...compared.flatMap((tag) => tagDifference(tag, settings[tag], parameters)),
    ...Object.entries(incar).flatMap(([tag, value]) => extraTag(tag, value, settings)),
    ...titleDifference(potcars, titles),
    ...(header.mesh
      ? meshDifference(kpoints, header.mesh)
      : kpointDifference(kpoints, settings, header.kpoints)),
  ];
  const untold = Object.keys(settings).filter(
    (tag) =>
      !WITHOUT_EFFECT.includes(tag) &&
      !OF_NO_ACCOUNT.includes(tag) &&
      (!compared.includes(tag) || parameters[usedName(tag)] === undefined),
  );
  return {
    program: `VASP ${programVersion(text)}`,
    differences,
    unchecked: [
      ...untold.map((tag) => `reference.incar.${tag}`),
      'the content of the POTCARs (their titles are compared)',
      ...(header.mesh ? [] : ['the k-points (their number is compared)']),
    ],
  };
}

function programVersion(text: string): string {
  return /<i name="version"[^>]*>\s*([^<]*?)\s*</.exec(text.slice(0, 2000))?.[1] ?? '';
}

function tagDifference(tag: string, asked: SettingValue, parameters: CodeSettings): Problem[] {
  const used = parameters[usedName(tag)];
  // Converged further than asked for is as good.
  if (tag === 'EDIFF' && typeof used === 'number' && used <= Number(asked)) return [];
  if (isAsUsed(tag, asked, { parameters })) return [];
  return [
    { field: `reference.incar.${tag}`, message: 'was another', got: String(used), expected: String(asked) },
  ];
}

function extraTag(tag: string, value: SettingValue, settings: CodeSettings): Problem[] {
  const known = [WITHOUT_EFFECT, OF_NO_ACCOUNT].some((list) => list.includes(tag));
  if (known || settings[tag] !== undefined || DEFAULTS[tag] === value) return [];
  return [
    {
      field: `reference.incar.${tag}`,
      message: 'was set, and is not in the campaign',
      got: String(value),
      expected: 'VASP’s default',
    },
  ];
}

function titleDifference(potcars: readonly Potcar[], titles: readonly string[]): Problem[] {
  return potcars
    .filter((p) => !titles.includes(p.title))
    .map((p) => ({
      field: `reference.potcar.names.${p.species}`,
      message: 'was another POTCAR',
      got: titles.join(', ') || 'none',
      expected: p.title,
    }));
}

function meshDifference(kpoints: KPoints, { divisions, shift }: VaspMesh): Problem[] {
  const { grid, shift: steps = [0, 0, 0] } = kpoints === 'gamma' ? { grid: [1, 1, 1] } : kpoints;
  const text = (n: readonly number[], s: readonly number[]) =>
    `${n.join(' ')}${s.some((x) => x !== 0) ? `, shifted by ${s.join(' ')} divisions` : ' about Γ'}`;
  const asked = text(
    grid,
    steps.map((s) => s / 2),
  );
  const used = text(divisions, shift);
  if (asked === used) return [];
  return [{ field: 'reference.kpoints', message: 'was another mesh', got: used, expected: asked }];
}

function kpointDifference(kpoints: KPoints, settings: CodeSettings, found: number): Problem[] {
  const { paired, all } = kPointCounts(kpoints);
  const expected = settings.ISYM === -1 ? [all] : [paired, all];
  if (expected.includes(found)) return [];
  return [
    {
      field: 'reference.kpoints',
      message: 'was another mesh',
      got: `${found} k-points`,
      expected: String(expected[0]),
      hint: 'with symmetry (ISYM > 0) VASP leaves k-points out, and its forces are symmetrised',
    },
  ];
}
