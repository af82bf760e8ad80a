import type { Problem } from '../../../errors.js';
import { nearestHint } from '../../../spelling.js';
import type { CodeSettings, SettingValue } from '../../ladder.js';
import { KEYWORDS, NAMELISTS, type Namelist, OWNED } from './keywords.js';
import type { QuantumEspressoSettings } from './settings.js';

/** Ry per atom: the forces lack up to 0.2 meV/Å (rms, 8 silicon atoms), and what is taken where nothing is set: 0.02 to 0.08. */
const LOOSEST = 1e-8;
const CONVERGENCE = 2e-10;

/** The settings by dotted names, keys in lower case as Fortran reads them; what must be set for a label is set. */
export function flatSettings(settings: QuantumEspressoSettings, atoms: number): CodeSettings {
  const out: Record<string, SettingValue> = {
    'system.nosym': true,
    'electrons.conv_thr': Number((CONVERGENCE * atoms).toPrecision(3)),
  };
  for (const name of NAMELISTS) {
    for (const [key, value] of Object.entries(settings[name] ?? {}))
      out[`${name}.${key.toLowerCase()}`] = value;
  }
  return out;
}

/** Everything in the namelists that pw.x would refuse, or would take and spoil the label with. */
export function checkSettings(
  settings: QuantumEspressoSettings,
  atoms: number,
  augmented: readonly string[],
): readonly Problem[] {
  const flat = flatSettings(settings, atoms);
  return [
    ...NAMELISTS.flatMap((name) =>
      Object.entries(settings[name] ?? {}).flatMap((entry) => keyProblems(name, ...entry)),
    ),
    ...RULES.flatMap((rule) => rule(flat, { atoms, augmented }) ?? []).map((problem) => ({
      ...problem,
      field: `reference.${problem.field}`,
    })),
  ];
}

function keyProblems(namelist: Namelist, written: string, value: SettingValue): Problem[] {
  const field = `reference.${namelist}.${written}`;
  // starting_magnetization(1): an element of an array.
  const key = written.toLowerCase().replace(/\s*\(\s*\d+(\s*,\s*\d+)*\s*\)$/, '');
  if (!KEYWORDS[namelist].includes(key)) {
    const elsewhere = NAMELISTS.find((other) => KEYWORDS[other].includes(key));
    const hint = elsewhere ? `it belongs to ${elsewhere}` : nearestHint(key, KEYWORDS[namelist]);
    return [
      {
        field,
        message: `is not a keyword of pw.x's namelist &${namelist}`,
        got: JSON.stringify(value),
        hint,
      },
    ];
  }
  const owned = OWNED[`${namelist}.${key}`];
  if (owned !== undefined && owned.value !== value) {
    const hint = `leave it out: ${owned.why}`;
    return [{ field, message: 'is written by the calculator', got: JSON.stringify(value), hint }];
  }
  if (typeof value === 'string' && /^\s*\.?(true|false|t|f)\.?\s*$/i.test(value)) {
    return [
      {
        field,
        message: 'is a text',
        got: JSON.stringify(value),
        expected: 'true or false, without dots or quotes',
      },
    ];
  }
  if (typeof value === 'string' && /^\s*[-+]?\d+(\.\d*)?([de][-+]?\d+)?\s*$/i.test(value)) {
    return [{ field, message: 'is a text', got: JSON.stringify(value), expected: 'a number, e.g. 1.0e-9' }];
  }
  return [];
}

interface Crystal {
  readonly atoms: number;
  /** Species with ultrasoft or PAW pseudopotentials. */
  readonly augmented: readonly string[];
}

type Rule = (settings: CodeSettings, crystal: Crystal) => Problem | undefined;

/** What pw.x takes without a word and what makes its forces something else than a label. */
const RULES: readonly Rule[] = [
  (s) =>
    s['electrons.scf_must_converge'] === false
      ? {
          field: 'electrons.scf_must_converge',
          message: 'pw.x would call unconverged forces converged',
          got: 'false',
          hint: 'leave it out',
        }
      : undefined,
  (s) =>
    s['system.nosym'] === false
      ? {
          field: 'system.nosym',
          message:
            'pw.x would symmetrise the forces on displaced atoms where it finds a symmetry within its tolerance',
          got: 'false',
          hint: 'leave it out: it is set to true',
        }
      : undefined,
  (s, { atoms }) => {
    const given = s['electrons.conv_thr'];
    if (typeof given === 'number' && given > 0 && given <= LOOSEST * atoms) return undefined;
    return {
      field: 'electrons.conv_thr',
      message: 'is too loose for forces',
      got: String(given),
      expected: `above 0, at most ${(LOOSEST * atoms).toPrecision(2)} Ry for ${atoms} atoms`,
      hint: `leave it out: ${CONVERGENCE} Ry per atom is taken`,
    };
  },
  (s) =>
    within(s, 'system.ecutwfc', 5, 400, 'Ry (1 Ry = 13.6 eV); a cutoff in eV is 13.6 times as large') ??
    (s['system.ecutwfc'] === undefined ? missing('system.ecutwfc', 'the plane-wave cutoff, Ry') : undefined),
  (s) => {
    const [rho, wfc] = [s['system.ecutrho'], s['system.ecutwfc']];
    if (rho === undefined || wfc === undefined || Number(rho) >= 4 * Number(wfc)) return undefined;
    const expected = `at least 4 · ecutwfc = ${4 * Number(wfc)} Ry`;
    return { field: 'system.ecutrho', message: 'is too small', got: String(rho), expected };
  },
  (s, { augmented }) => {
    if (augmented.length === 0 || Number(s['system.ecutrho'] ?? 0) > 4 * Number(s['system.ecutwfc']))
      return undefined;
    return {
      field: 'system.ecutrho',
      message: `the default of 4 · ecutwfc is too small for the ultrasoft or PAW pseudopotentials of ${augmented.join(', ')}`,
      got: String(s['system.ecutrho'] ?? 'nothing'),
      expected: 'about 8 to 12 · ecutwfc',
    };
  },
  (s) => within(s, 'system.degauss', 0, 0.1, 'Ry (0.1 eV = 0.00735 Ry, 1000 K = 0.00633 Ry)'),
  (s) => {
    const smeared = s['system.occupations'] === 'smearing';
    if (smeared && s['system.degauss'] === undefined)
      return missing('system.degauss', 'the width of the smearing, Ry');
    const idle = ['system.degauss', 'system.smearing'].find((key) => s[key] !== undefined);
    if (smeared || idle === undefined) return undefined;
    return {
      field: idle,
      message: "pw.x ignores it without occupations: 'smearing'",
      got: String(s[idle]),
      expected: 'occupations: smearing, smearing: mv and degauss together, or none of them',
    };
  },
  (s) =>
    s['system.occupations'] === 'tetrahedra'
      ? {
          field: 'system.occupations',
          message: 'forces with Blöchl’s tetrahedra are not the slope of the energy',
          got: 'tetrahedra',
          expected: 'fixed or smearing',
        }
      : undefined,
  (s) => within(s, 'electrons.mixing_beta', 0, 1, 'above 0 and at most 1; 0.7 where it is left out'),
];

function within(
  s: CodeSettings,
  field: string,
  above: number,
  most: number,
  unit: string,
): Problem | undefined {
  const value = s[field];
  if (value === undefined || (typeof value === 'number' && value > above && value <= most)) return undefined;
  return {
    field,
    message: 'is out of range',
    got: String(value),
    expected: `more than ${above} and at most ${most}`,
    hint: `in ${unit}`,
  };
}

function missing(field: string, expected: string): Problem {
  return { field, message: 'is missing', expected };
}
