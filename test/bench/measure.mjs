/** How times are taken: the machine may have other work. */

/** Shortest of `calls` calls by the clock, ms; two calls before them do not count. */
export function shortest(calls, run) {
  run();
  run();
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < calls; k++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Shortest of several runs made by turns, ms each: all meet the same weather. */
export function byTurns(rounds, ...runs) {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (const run of runs) run();
  for (let k = 0; k < rounds; k++) {
    runs.forEach((run, i) => {
      const start = performance.now();
      run();
      best[i] = Math.min(best[i], performance.now() - start);
    });
  }
  return best;
}

/**
 * Seconds of one call, or the least of several: processor time of this process, which other processes' share of the
 * cores does not enter; for work of one thread that takes longer than a time slice.
 */
export function processorSeconds(run, calls = 1) {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < calls; k++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

/** Largest memory of this process so far, MiB. */
export const peakMemory = () => process.resourceUsage().maxRSS / 1024;

/** The same numbers in (−scale, scale) at every run. */
export function numbers(count, scale, seed = 1) {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return scale * (state / 2147483648 - 1);
  });
}

/** Hands a section's figures to the bench; a person who runs the section alone sees them, too. */
export function deliver(figures) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
