import type { CampaignSettings } from '../campaign/schema.js';

/** One way of running a campaign, compared with others. */
export interface Variant {
  readonly name: string;
  /** One line for a person. */
  readonly description: string;
  readonly settings: CampaignSettings;
}

type Acquisition = CampaignSettings['acquisition'];

/** As in the paper: the largest atom's ε_B, no gap, no stall rule, one structure for each refit. */
const PAPER = { quantity: 'largest-atom', minGap: 0, stall: false, lookahead: 1 } as const;

/**
 * The criteria of Fig. 3 with what goes around each of them: the paper's two as in the paper, ours as in METHOD. All run
 * for the same MD time, converged or not.
 */
export function criteriaVariants(settings: CampaignSettings, time = settings.limits.time): Variant[] {
  const variant = (name: string, description: string, acquisition: Partial<Acquisition>): Variant => ({
    name,
    description,
    settings: {
      ...settings,
      name: variantName(settings.name, name),
      acquisition: { ...settings.acquisition, ...acquisition },
      convergence: { ...settings.convergence, stopAtConvergence: false },
      limits: { ...settings.limits, time },
    },
  });
  return [
    variant('trajectory-average', 'ε_B > 3 μ_k of the largest atom, no gap, no stall rule (the paper’s)', {
      ...PAPER,
      criterion: { name: 'trajectory-average', gamma: 3 },
    }),
    variant('trajectory-deviation', 'ε_B > μ_k + 3 σ_k of the rms, with gap and stall rule (the default)', {
      criterion: { name: 'trajectory-deviation', n: 3 },
    }),
    variant('minimum-error', 'ε_B > mean of the last 10 ε_min of the largest atom, no gap, no stall rule', {
      ...PAPER,
      criterion: { name: 'minimum-error', last: 10 },
    }),
  ];
}

/** A campaign that works ahead in one way. */
export interface LookaheadVariant extends Variant {
  /** Whether the picks of several walkers are screened jointly, as a campaign does. */
  readonly screened: boolean;
}

/** Lookahead M of one walker, and several walkers (M = 1) with and without screening; each to its own convergence. */
export function lookaheadVariants(
  settings: CampaignSettings,
  time = settings.limits.time,
): LookaheadVariant[] {
  const variant = (lookahead: number, walkers: number, screened: boolean): LookaheadVariant => {
    const all = walkers > 1 && !screened ? ', all taken' : walkers > 1 ? ', screened' : '';
    return {
      name: walkers === 1 ? `M = ${lookahead}` : `${walkers} walkers${all}`,
      description: `${walkers} ${walkers === 1 ? 'walker' : 'walkers'}, lookahead ${lookahead}${all}`,
      screened,
      settings: {
        ...settings,
        name: variantName(settings.name, `m${lookahead}w${walkers}${screened ? '' : 'all'}`),
        md: { ...settings.md, walkers },
        acquisition: { ...settings.acquisition, lookahead },
        limits: { ...settings.limits, time },
      },
    };
  };
  return [
    ...[1, 2, 4, 8].map((lookahead) => variant(lookahead, 1, true)),
    ...[2, 4].flatMap((walkers) => [true, false].map((screened) => variant(1, walkers, screened))),
  ];
}

/** The same campaign with another key of all random numbers. */
export function withSeed(settings: CampaignSettings, seed: number): CampaignSettings {
  return { ...settings, name: variantName(settings.name, `seed${seed}`), seed };
}

/** Campaign names end after 64 characters. */
function variantName(name: string, suffix: string): string {
  return `${name.slice(0, 63 - suffix.length)}.${suffix}`;
}
