import { inputError } from '../errors.js';
import { withCutoff as withAbinitCutoff } from './calculators/abinit/cutoff.js';
import { withCutoff as withGpawCutoff } from './calculators/gpaw/cutoff.js';
import type { KPoints } from './calculators/kpoints.js';
import { withCutoff as withPwCutoff } from './calculators/quantumEspresso/cutoff.js';
import { withCutoff as withVaspCutoff } from './calculators/vasp/cutoff.js';
import type { ReferenceSettings } from './settings.js';

/** One member of a convergence series. */
export interface SeriesMember<Settings = ReferenceSettings> {
  readonly name: string;
  readonly settings: Settings;
}

/** What a series varies. */
export type SeriesOf = 'kpoints' | 'cutoff';

/** Of the plane-wave cutoff. */
const FACTORS = [1, 1.25, 1.5, 2];

/** Codes with plane waves. */
const CUTOFFS: {
  readonly [Name in ReferenceSettings['calculator']]?: (
    settings: Extract<ReferenceSettings, { readonly calculator: Name }>,
    factor: number,
  ) => SeriesMember;
} = {
  'quantum-espresso': withPwCutoff,
  vasp: withVaspCutoff,
  abinit: withAbinitCutoff,
  gpaw: withGpawCutoff,
};

/**
 * Denser and denser settings, the campaign's own first; the last is what the others are compared with. Throws `InputError` where
 * a code has no such settings.
 */
export function convergenceSeries(settings: ReferenceSettings, of: SeriesOf): readonly SeriesMember[] {
  if (of === 'cutoff') {
    const withCutoff = CUTOFFS[settings.calculator] as
      | ((settings: ReferenceSettings, factor: number) => SeriesMember)
      | undefined;
    if (withCutoff) return FACTORS.map((factor) => withCutoff(settings, factor));
  } else if ('kpoints' in settings && settings.kpoints !== undefined) {
    return grids(settings.kpoints).map((kpoints) => ({
      name: nameOf(kpoints),
      settings: { ...settings, kpoints },
    }));
  }
  throw inputError({
    field: '--converge',
    message: `the calculator ${settings.calculator} has no such series`,
    got: of,
    expected: of === 'cutoff' ? Object.keys(CUTOFFS).join(', ') : 'a calculator with kpoints',
  });
}

function grids(kpoints: KPoints): readonly KPoints[] {
  const [a, b, c] = kpoints === 'gamma' ? [1, 1, 1] : kpoints.grid;
  return [kpoints, ...[1, 2].map((k): KPoints => ({ grid: [a + k, b + k, c + k], shift: [1, 1, 1] }))];
}

function nameOf(kpoints: KPoints): string {
  if (kpoints === 'gamma') return 'gamma';
  return `${kpoints.grid.join('×')}${kpoints.shift?.some((s) => s === 1) ? ' shifted' : ''}`;
}
