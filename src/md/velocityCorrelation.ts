/** Velocity autocorrelation along a running trajectory. */
export interface VelocityCorrelation {
  /** Takes the velocities [3·atoms] of the next sample; samples are equally spaced. */
  add(velocities: Float64Array): void;
  /**
   * [groups][lags] Σ_{i in group} m_i⟨v_i(0)·v_i(τ)⟩ over the samples so far, in amu Å²/fs², τ = 0, 1, … sample intervals;
   * as many lags as were seen.
   */
  correlation(): readonly Float64Array[];
  /** To go on from. */
  state(): VelocityCorrelationState;
}

export interface VelocityCorrelationState {
  readonly samples: number;
  /** [slots · 3·atoms] √m v of the origins. */
  readonly origins: Float64Array;
  /** [groups · lags] */
  readonly sums: Float64Array;
  /** [lags] */
  readonly counts: Float64Array;
}

export interface VelocityCorrelationSettings {
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** [atoms] which group an atom belongs to (its species), 0 … groups − 1. */
  readonly groupOf: Int32Array;
  /** Number of lags. */
  readonly lags: number;
  /** Samples between two origins: fewer take less time and memory, neighbouring ones say nearly the same. */
  readonly originEvery: number;
}

/**
 * Time average over origins at every `originEvery`-th sample; memory holds the origins of the last `lags` samples, whatever
 * the length of the trajectory.
 */
export function createVelocityCorrelation(
  { masses, groupOf, lags, originEvery }: VelocityCorrelationSettings,
  from?: VelocityCorrelationState,
): VelocityCorrelation {
  const components = 3 * masses.length;
  const groups = groupOf.reduce((most, group) => Math.max(most, group + 1), 0);
  const slots = Math.ceil(lags / originEvery);
  const weights = masses.map(Math.sqrt);
  const now = new Float64Array(components);
  const origins = from?.origins.slice() ?? new Float64Array(slots * components);
  const sums = from?.sums.slice() ?? new Float64Array(groups * lags);
  const counts = from?.counts.slice() ?? new Float64Array(lags);
  let samples = from?.samples ?? 0;

  function correlate(offset: number, lag: number): void {
    for (let atom = 0, i = 0; i < components; atom++, i += 3) {
      const o = offset + i;
      const product = origins[o] * now[i] + origins[o + 1] * now[i + 1] + origins[o + 2] * now[i + 2];
      sums[groupOf[atom] * lags + lag] += product;
    }
    counts[lag]++;
  }

  return {
    add(velocities) {
      for (let i = 0; i < components; i++) now[i] = weights[(i / 3) | 0] * velocities[i];
      const latest = Math.floor(samples / originEvery);
      if (samples % originEvery === 0) origins.set(now, (latest % slots) * components);
      for (let origin = latest; origin >= 0 && origin > latest - slots; origin--) {
        const lag = samples - origin * originEvery;
        if (lag < lags) correlate((origin % slots) * components, lag);
      }
      samples++;
    },
    correlation() {
      const seen = counts.indexOf(0);
      const length = seen < 0 ? lags : seen;
      return Array.from({ length: groups }, (_, group) =>
        Float64Array.from({ length }, (_, lag) => sums[group * lags + lag] / counts[lag]),
      );
    },
    state: () => ({ samples, origins: origins.slice(), sums: sums.slice(), counts: counts.slice() }),
  };
}

export interface VibrationalDensity {
  /** [n] THz */
  readonly frequencies: Float64Array;
  /** [groups][n] 1/THz; the sum over groups integrates to 1. */
  readonly density: readonly Float64Array[];
}

/**
 * Vibrational density of states, the cosine transform of the mass-weighted velocity autocorrelation (J. M. Dickey and
 * A. Paskin, Phys. Rev. 188, 1407 (1969)) under a Hann window: 4 ∫₀^T C(τ)/C(0) cos²(πτ/2T) cos(2πντ) dτ.
 * `interval` between lags in ps; frequencies from 0 to `highest` THz, `points` of them.
 */
export function vibrationalDensity(
  correlation: readonly Float64Array[],
  interval: number,
  highest: number,
  points: number,
): VibrationalDensity {
  const lags = correlation[0]?.length ?? 0;
  const total = correlation.reduce((sum, c) => sum + c[0], 0);
  const frequencies = Float64Array.from({ length: points }, (_, k) => (k * highest) / (points - 1));
  const window = Float64Array.from({ length: lags }, (_, lag) => {
    const c = Math.cos((Math.PI * lag) / (2 * lags));
    // Trapezoidal rule: half of the first.
    return lag === 0 ? 0.5 : c * c;
  });
  const density = correlation.map((c) =>
    frequencies.map((frequency) => {
      let sum = 0;
      for (let lag = 0; lag < lags; lag++) {
        sum += window[lag] * c[lag] * Math.cos(2 * Math.PI * frequency * interval * lag);
      }
      return (4 * interval * sum) / total;
    }),
  );
  return { frequencies, density };
}
