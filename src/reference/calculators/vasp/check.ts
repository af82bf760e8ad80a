import type { Problem } from '../../../errors.js';
import { nearestHint } from '../../../spelling.js';
import type { CodeSettings, SettingValue } from '../../ladder.js';
import type { IncarSettings } from './settings.js';
import { ALGORITHMS, DEFAULTS, OWNED, TAGS } from './tags.js';

/** eV */
const LOOSEST = 1e-6;
const TIGHTEST = 1e-10;

/** The tags in capitals, logicals as such, lists as VASP reads them; what must be set for a label is set. */
export function flatIncar(incar: IncarSettings): CodeSettings {
  const out: Record<string, SettingValue> = { ...DEFAULTS };
  for (const [key, value] of Object.entries(incar)) {
    const tag = key.trim().toUpperCase();
    out[tag] = tag === 'ALGO' ? (ALGORITHMS[String(value).toUpperCase()] ?? String(value)) : plain(value);
  }
  return out;
}

/** `.FALSE.`, `F` and `.f.` are one logical to VASP. */
function plain(value: IncarSettings[string]): SettingValue {
  if (typeof value === 'object') return value.join(' ');
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (/^(\.t(rue)?\.?|true|t)$/i.test(text)) return true;
  if (/^(\.f(alse)?\.?|false|f)$/i.test(text)) return false;
  return text;
}

/** Everything in the INCAR that VASP would refuse, or would take and spoil the label with. */
export function checkIncar(incar: IncarSettings): readonly Problem[] {
  const flat = flatIncar(incar);
  const found = [
    ...Object.keys(incar).flatMap((written) => tagProblems(written, flat)),
    ...RULES.flatMap((rule) => rule(flat) ?? []),
  ];
  return found.map((problem) => ({ ...problem, field: `reference.incar.${problem.field}` }));
}

function tagProblems(written: string, flat: CodeSettings): Problem[] {
  const tag = written.trim().toUpperCase();
  const value = flat[tag];
  const problem = (message: string, more: Partial<Problem> = {}): Problem[] => [
    { field: written, message, got: String(value), ...more },
  ];
  if (tag === 'IALGO') return problem('is the old name of ALGO', { hint: 'e.g. ALGO: Normal' });
  if (tag === 'ENMAX') return problem('is the old name of ENCUT', { hint: 'write ENCUT, eV' });
  if (tag.startsWith('ML_')) {
    return problem('belongs to VASP’s own machine-learned force field', {
      hint: 'leave it out: labels are forces of the electrons',
    });
  }
  if (!TAGS.includes(tag)) return problem('is not a tag of VASP’s INCAR', { hint: nearestHint(tag, TAGS) });
  const owned = OWNED[tag];
  if (owned !== undefined && owned.value !== value)
    return problem('cannot be chosen', { hint: `leave it out: ${owned.why}` });
  if (typeof value !== 'string' || tag === 'SYSTEM') return [];
  if (/[\n;#!]/.test(value)) return problem('has a character that ends a value in an INCAR');
  if (/^[-+]?\d+(\.\d*)?d[-+]?\d+$/i.test(value))
    return problem('is a text', { expected: 'a number, e.g. 1.0e-7' });
  return [];
}

type Rule = (settings: CodeSettings) => Problem | undefined;

/** What VASP takes without a word and what makes its forces something else than a label. */
const RULES: readonly Rule[] = [
  ({ ENCUT }) =>
    ENCUT === undefined
      ? {
          field: 'ENCUT',
          message: 'is missing',
          expected: 'the plane-wave cutoff, eV',
          hint: 'without it VASP takes the largest ENMAX of the POTCARs',
        }
      : between('ENCUT', ENCUT, 100, 3000, 'in eV; 1 Ry = 13.606 eV'),
  ({ PREC }) =>
    /^a/i.test(String(PREC))
      ? undefined
      : {
          field: 'PREC',
          message: 'its grids are too coarse for forces',
          got: String(PREC),
          expected: 'Accurate',
          hint: 'leave it out: Accurate is taken',
        },
  ({ EDIFF }) =>
    typeof EDIFF === 'number' && EDIFF >= TIGHTEST && EDIFF <= LOOSEST
      ? undefined
      : {
          field: 'EDIFF',
          message: Number(EDIFF) > LOOSEST ? 'is too loose for forces' : 'is out of range',
          got: String(EDIFF),
          expected: `from ${TIGHTEST} to ${LOOSEST} eV`,
          hint: `leave it out: ${DEFAULTS.EDIFF} eV is taken`,
        },
  ({ ISYM }) =>
    ISYM === 0 || ISYM === -1
      ? undefined
      : {
          field: 'ISYM',
          message:
            'VASP would symmetrise the forces on displaced atoms where it finds a symmetry within SYMPREC',
          got: String(ISYM),
          expected: '0 or -1',
          hint: 'leave it out: 0 is taken',
        },
  ({ ISMEAR }) =>
    [-1, 0, 1, 2].some((kind) => kind === ISMEAR)
      ? undefined
      : {
          field: 'ISMEAR',
          message:
            typeof ISMEAR === 'number' && ISMEAR <= -4
              ? 'forces with tetrahedra are not the slope of the energy where bands are partly filled'
              : 'is no smearing for labels',
          got: String(ISMEAR),
          expected: '0 (Gaussian), -1 (Fermi), 1 or 2 (Methfessel–Paxton, metals)',
        },
  ({ SIGMA }) => between('SIGMA', SIGMA, 1e-4, 0.3, 'in eV; 0.01 Ry = 0.136 eV, 300 K = 0.0259 eV'),
  ({ ALGO }) =>
    Object.values(ALGORITHMS).includes(String(ALGO))
      ? undefined
      : {
          field: 'ALGO',
          message: 'does not make the electrons self-consistent, or is unknown',
          got: String(ALGO),
          expected: 'Normal, Fast, VeryFast, All or Damped',
        },
  ({ NELM }) => whole('NELM', NELM, 10, 1000, 'the largest number of electronic steps'),
  ({ NELMIN, NELM }) => whole('NELMIN', NELMIN, 2, Number(NELM) - 1, 'below NELM, else no run converges'),
];

function between(field: string, value: SettingValue, least: number, most: number, hint: string) {
  if (typeof value === 'number' && value >= least && value <= most) return undefined;
  return {
    field,
    message: 'is out of range',
    got: String(value),
    expected: `from ${least} to ${most}`,
    hint,
  };
}

function whole(field: string, value: SettingValue, least: number, most: number, hint: string) {
  return Number.isInteger(value)
    ? between(field, value, least, most, hint)
    : { field, message: 'is no whole number', got: String(value), hint };
}
