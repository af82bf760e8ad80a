import { TO_MEV } from '../../units.js';
import { waiting } from '../estimates.js';
import type { Production, ProductionRow } from './runner.js';
import type { ProductionSummary } from './statistics.js';
import { describeWreckSite } from './wreckSite.js';

/** Wall-clock seconds between two lines. */
const INTERVAL = 5;

/** Lines that say how far a run has come; the first after a second. */
export function createProgressLines(
  run: Production,
  write: (line: string) => void,
): (row: ProductionRow) => void {
  const start = performance.now();
  const firstStep = run.state.step;
  let next = start + 1e3;
  return ({ frame, error }) => {
    const now = performance.now();
    if (now < next) return;
    next = now + 1e3 * INTERVAL;
    const speed = (1e3 * (frame.step - firstStep)) / (now - start);
    const parts = [
      `${picoseconds(run, frame.step)} of ${picoseconds(run, run.untilStep)} ps`,
      `${frame.temperature.toFixed(0)} K`,
      ...(error === undefined ? [] : [`ε_B ${(TO_MEV * error.rms).toFixed(2)} meV/Å`]),
      `${speed < 10 ? speed.toPrecision(2) : speed.toFixed(0)} steps/s`,
      `${waiting((run.untilStep - frame.step) / speed)} left`,
    ];
    write(parts.join('  '));
  };
}

/** The last lines on the terminal. */
export function describeSummary(summary: ProductionSummary, run: Production, folder: string): string {
  const { outcome, steps, bayesianError, drift, wreckSite } = summary;
  const verdict = {
    finished: 'finished',
    stopped: 'stopped by you',
    wrecked: `wrecked ${summary.wreck}`,
  }[outcome];
  const msd = summary.meanSquareDisplacement.map((u2) => u2.toFixed(5)).join(', ');
  return [
    `${verdict}: ${picoseconds(run, steps)} ps, ${steps} steps, ${run.masses.length} atoms`,
    ...(wreckSite === undefined ? [] : [`  where and when          ${describeWreckSite(wreckSite)}`]),
    `  mean temperature        ${summary.meanTemperature.toFixed(1)} ± ${summary.temperatureDeviation.toFixed(1)} K`,
    ...(drift === undefined ? [] : [`  drift of the energy     ${drift.toExponential(1)} meV/atom/ps`]),
    `  ⟨u²⟩ per site           ${msd} Å²`,
    `  anharmonicity σ_A       ${summary.anharmonicity.toFixed(3)}`,
    bayesianError === undefined
      ? '  ε_B                     none: this force field has no posterior (prior: none)'
      : `  ε_B                     ${bayesianError.mean.toFixed(2)} ± ${bayesianError.deviation.toFixed(2)} meV/Å, skewness ${bayesianError.skewness.toFixed(2)}, 99.9 % below ${bayesianError.p999.toFixed(2)}`,
    ...(bayesianError === undefined
      ? []
      : [
          `  largest ε_B             ${bayesianError.largest.toFixed(2)} meV/Å at step ${bayesianError.largestStep}, most at atom ${bayesianError.largestAtom}`,
        ]),
    ...broadening(run),
    `  results                 ${folder}`,
  ].join('\n');
}

/** Share of the highest frequency above which friction spoils a density of states. */
const BROAD = 0.02;

/** Langevin friction gives every mode the width γ/2π. */
function broadening({ friction, highestFrequency }: Production): string[] {
  const width = (1e3 * friction) / (2 * Math.PI);
  if (width < BROAD * highestFrequency) return [];
  return [
    `  note                    vdos.csv is broadened by ${width.toFixed(1)} THz by the friction: --thermostat bussi or nve leave the dynamics alone`,
  ];
}

function picoseconds(run: Production, step: number): string {
  return ((step * run.integrator.timestep) / 1e3).toFixed(2);
}
