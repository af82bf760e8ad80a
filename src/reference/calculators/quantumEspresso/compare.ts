import { basename, extname } from 'node:path';
import { isPwXml, type PwXml, readPwXml } from '../../../crystal/formats/pwXml.js';
import type { Problem } from '../../../errors.js';
import type { CodeSettings, SettingValue } from '../../ladder.js';
import type { OutputComparison } from '../../types.js';
import type { KPoints } from '../kpoints.js';
import { WITHOUT_EFFECT } from './keywords.js';
import type { QuantumEspressoSettings } from './settings.js';

/** What pw.x is asked for here. */
export interface PwAsked {
  readonly settings: CodeSettings;
  readonly kpoints: KPoints;
  readonly pseudopotentials: QuantumEspressoSettings['pseudopotentials'];
}

type Input = PwXml['input'];

/** A keyword of the campaign in the XML's `<input>`, Hartree there; `fallback` is what pw.x takes where nothing is set. */
interface Repeated {
  readonly key: string;
  readonly found: (input: Input) => SettingValue | undefined;
  readonly fallback: (settings: CodeSettings) => SettingValue;
}

const energy = (path: string) => (input: Input) => scaled(input.get(path), 2);
const number = (path: string) => (input: Input) => scaled(input.get(path), 1);
const text = (path: string) => (input: Input) => input.get(path);
const logical = (path: string) => (input: Input) =>
  input.has(path) ? input.get(path) === 'true' : undefined;

const REPEATED: readonly Repeated[] = [
  { key: 'system.ecutwfc', found: energy('basis/ecutwfc'), fallback: () => 0 },
  {
    key: 'system.ecutrho',
    found: energy('basis/ecutrho'),
    fallback: (settings) => 4 * Number(settings['system.ecutwfc']),
  },
  { key: 'system.occupations', found: text('bands/occupations'), fallback: () => 'fixed' },
  { key: 'system.smearing', found: text('bands/smearing'), fallback: () => 'gaussian' },
  { key: 'system.degauss', found: energy('bands/smearing@degauss'), fallback: () => 0 },
  { key: 'system.tot_charge', found: number('bands/tot_charge'), fallback: () => 0 },
  { key: 'system.noncolin', found: logical('spin/noncolin'), fallback: () => false },
  { key: 'system.lspinorb', found: logical('spin/spinorbit'), fallback: () => false },
];

/** How self-consistency is reached, what symmetry spares, and where pw.x writes: none of it changes converged forces. */
const OF_NO_ACCOUNT = /^(control\.|electrons\.(?!tqr$|real_space$|efield)|system\.nosym)/;

/** An XML of somebody else's pw.x beside what a campaign asks of it; undefined for another file. */
export function comparePwXml(
  content: string,
  { settings, kpoints, pseudopotentials }: PwAsked,
): OutputComparison | undefined {
  if (!isPwXml(content)) return undefined;
  const { input, program } = readPwXml(content);
  const repeated = REPEATED.filter(
    ({ key, found }) => relevant(key, input, settings) && found(input) !== undefined,
  );
  const told = [...repeated.map(({ key }) => key), 'electrons.conv_thr', 'system.nspin'];
  const untold = Object.keys(settings).filter(
    (key) => !told.includes(key) && !OF_NO_ACCOUNT.test(key) && !WITHOUT_EFFECT.includes(key),
  );
  return {
    program,
    differences: [
      ...repeated.flatMap((r) => keywordDifference(r, input, settings)),
      ...convergence(input, settings),
      ...spin(input, settings),
      ...extras(input, settings),
      ...meshDifference(kpoints, input),
      ...Object.entries(pseudopotentials).flatMap(([species, { file }]) =>
        fileDifference(species, basename(file), input),
      ),
    ],
    unchecked: [
      ...untold.map((key) => `reference.${key}`),
      'the content of the pseudopotentials (their names are compared)',
    ],
  };
}

/** Widths of a smearing that is not used say nothing. */
function relevant(key: string, input: Input, settings: CodeSettings): boolean {
  if (key !== 'system.smearing' && key !== 'system.degauss') return true;
  return input.get('bands/occupations') === 'smearing' || settings['system.occupations'] === 'smearing';
}

function scaled(value: string | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : unit * Number(value);
}

function keywordDifference(
  { key, found, fallback }: Repeated,
  input: Input,
  settings: CodeSettings,
): Problem[] {
  const used = found(input)!;
  const asked = settings[key] ?? fallback(settings);
  const same =
    typeof used === 'number'
      ? Math.abs(used - Number(asked)) <= 1e-9 + 1e-6 * Math.abs(used)
      : String(used).toLowerCase() === String(asked).toLowerCase();
  if (same) return [];
  return [{ field: `reference.${key}`, message: 'was another', got: String(used), expected: String(asked) }];
}

/** Converged further than asked for is as good. */
function convergence(input: Input, settings: CodeSettings): Problem[] {
  const used = scaled(input.get('electron_control/conv_thr'), 2);
  const asked = Number(settings['electrons.conv_thr']);
  if (used === undefined || used <= asked * (1 + 1e-6)) return [];
  return [
    {
      field: 'reference.electrons.conv_thr',
      message: 'was looser',
      got: `${used.toExponential(1)} Ry`,
      expected: `at most ${asked.toExponential(1)} Ry`,
    },
  ];
}

function spin(input: Input, settings: CodeSettings): Problem[] {
  const used = input.get('spin/lsda') === 'true' ? 2 : input.get('spin/noncolin') === 'true' ? 4 : 1;
  const asked = settings['system.nspin'] ?? (settings['system.noncolin'] === true ? 4 : 1);
  if (used === asked) return [];
  return [
    { field: 'reference.system.nspin', message: 'was another', got: String(used), expected: String(asked) },
  ];
}

/** Physics that the output has and the campaign does not ask for. */
const EXTRAS = [
  { path: /^dft\/hybrid(\/|$)/, keys: ['system.input_dft', 'system.exx_fraction'], name: 'exact exchange' },
  { path: /^dft\/dftU(\/|$)/, keys: ['system.lda_plus_u', 'system.hubbard_u'], name: 'a Hubbard U' },
  {
    path: /^dft\/vdW\/vdw_corr$/,
    keys: ['system.vdw_corr', 'system.london'],
    name: 'a van der Waals correction',
  },
] as const;

function extras(input: Input, settings: CodeSettings): Problem[] {
  const used = input.get('dft/functional');
  const asked = settings['system.input_dft'];
  const functional: Problem[] =
    asked !== undefined && used !== undefined && String(asked).toLowerCase() !== used.toLowerCase()
      ? [{ field: 'reference.system.input_dft', message: 'was another', got: used, expected: String(asked) }]
      : [];
  return [
    ...functional,
    ...EXTRAS.flatMap(({ path, keys, name }) => {
      const has = [...input].some(([key, value]) => path.test(key) && value !== 'none');
      const asks = keys.some((key) => settings[key] !== undefined);
      if (!has || asks) return [];
      return [{ field: `reference.${keys[0]}`, message: 'is not set', got: name, expected: 'none' }];
    }),
  ];
}

function meshDifference(kpoints: KPoints, input: Input): Problem[] {
  const at = (name: string) => input.get(`k_points_IBZ/monkhorst_pack@${name}`);
  const grid = ['nk1', 'nk2', 'nk3', 'k1', 'k2', 'k3'].map(at);
  const listed = input.get('k_points_IBZ/nk');
  const isGamma = input.get('basis/gamma_only') === 'true' || (listed === '1' && origin(input));
  const used = grid[0] === undefined ? (isGamma ? 'gamma' : `${listed} listed points`) : grid.join(' ');
  const asked = kpoints === 'gamma' ? 'gamma' : [...kpoints.grid, ...(kpoints.shift ?? [0, 0, 0])].join(' ');
  // A mesh of one point without a shift is Γ.
  const plain = (mesh: string) => (mesh === '1 1 1 0 0 0' ? 'gamma' : mesh);
  if (plain(used) === plain(asked)) return [];
  return [{ field: 'reference.kpoints', message: 'was another mesh', got: used, expected: asked }];
}

function origin(input: Input): boolean {
  return (input.get('k_points_IBZ/k_point') ?? '').split(/\s+/).every((x) => Number(x) === 0);
}

function fileDifference(species: string, asked: string, input: Input): Problem[] {
  const used = input.get(`pseudo_file/${species}`);
  // Inputs written by `reference --dry-run` have the file under its species.
  if (used === asked || used === species + extname(asked)) return [];
  return [
    {
      field: `reference.pseudopotentials.${species}.file`,
      message: 'was another file',
      got: used ?? 'none',
      expected: asked,
    },
  ];
}
