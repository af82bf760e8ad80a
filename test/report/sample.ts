import type { RefitRecord, ReportData, StructureRecord, WalkerTrace } from '../../src/report/types.js';

const HASH = 'ab'.repeat(32);

/** A trace of a decaying ε_B with a ripple; the threshold is unknown for the first ten samples. */
export function sampleTrace(walker: number, samples: number): WalkerTrace {
  const column = (value: (i: number) => number) => Float64Array.from({ length: samples }, (_, i) => value(i));
  const level = (i: number) => 0.002 + 0.006 * Math.exp((-5 * i) / samples);
  return {
    walker,
    temperatures: [200 + 100 * walker, 200 + 100 * walker],
    time: column((i) => (i + 1) * 0.004),
    error: column((i) => level(i) * (1 + 0.1 * Math.sin(i))),
    mean: column((i) => (i === 0 ? Number.NaN : level(i))),
    deviation: column((i) => (i < 2 ? Number.NaN : 0.07 * level(i))),
    threshold: column((i) => (i < 10 ? Number.POSITIVE_INFINITY : 1.21 * level(i))),
  };
}

export function sampleStructure(index: number, change: Partial<StructureRecord> = {}): StructureRecord {
  return {
    index,
    group: 'MD',
    status: 'training',
    pick: {
      walker: 1,
      step: 100 * index,
      time: 0.1 * index,
      rule: 'trajectory-deviation',
      error: 0.00412,
      threshold: 0.00405,
      mean: 0.0031,
      deviation: 0.0003,
      worstAtom: 41,
      temperature: 301.4,
    },
    label: HASH,
    attempts: 1,
    seconds: 0.0123,
    check: { predicted: 0.0108, found: 0.0119 },
    ...change,
  };
}

export function sampleRefit(index: number, change: Partial<RefitRecord> = {}): RefitRecord {
  return {
    index,
    times: [index * 0.5],
    groups: { MD: index + 1 },
    fittingError: 0.0101,
    mean: 0.0024,
    deviation: 0.0003,
    expectedRmse: 0.01039,
    logEvidence: 12345.67,
    hyperparameters: { prior: 'decay', a: [-8.1, -9.9, -14.2], kappa: [0.8, 0.41, 0] },
    effectiveParameters: 101.3,
    notDetermined: [],
    test: null,
    counted: index >= 14,
    ...change,
  };
}

/** A converged campaign with everything there is. */
export function sampleData(change: Partial<ReportData> = {}): ReportData {
  const initial = [0, 1].map((i) =>
    sampleStructure(i, { group: 'random', status: 'left', pick: null, check: null }),
  );
  return {
    campaign: 'silicon',
    generated: '2025-06-03T09:41:12Z',
    outcome: {
      verdict: 'converged',
      reason: 'μ / β^{-1/2} is 0.24 after 8 ps of MD.',
      advice: [],
      fittingError: 0.0101,
      mean: 0.0024,
      deviation: 0.0003,
      expectedRmse: 0.01039,
      parameters: 121,
      trainingStructures: 16,
      structuresFromMd: 16,
      totalTime: 8,
      wrecks: 0,
      progress: {
        time: { have: 8, need: 5 },
        sinceRefit: { have: 1.2, need: 1 },
        structures: { have: 16, need: 15 },
        ratio: { have: 0.24, strict: 0.25, relaxed: 0.35 },
        levelling: { have: null, need: 0.03 },
      },
    },
    crystal: {
      formula: 'Si',
      spaceGroup: { number: 227, symbol: 'Fd-3m' },
      primitiveAtoms: 2,
      supercellAtoms: 216,
      supercell: '3×3×3 of the conventional cell',
      cell: [16.293, 16.293, 16.293, 90, 90, 90],
    },
    expansion: [{ order: 2, cutoff: 6, clusters: 60, orbits: 6, beforeSumRules: 16, parameters: 14 }],
    acquisition: {
      criterion: { name: 'trajectory-deviation', n: 3 },
      quantity: 'rms',
      every: 4,
      window: 1000,
      minWindow: 1000,
      minGap: 200,
      stall: { after: 2000, structures: 15, fraction: 0.25 },
    },
    settings: [{ title: 'Molecular dynamics', entries: [{ name: 'Time step', value: '1 fs' }] }],
    traces: [sampleTrace(1, 2000)],
    refits: Array.from({ length: 16 }, (_, i) => sampleRefit(i, { test: { rmse: 0.0116, mae: 0.0093 } })),
    structures: [...initial, ...Array.from({ length: 16 }, (_, i) => sampleStructure(i + 2))],
    testSet: { structures: 50, source: 'another trajectory', mae: 0.0093, rmse: 0.0116 },
    standardisedError: {
      z: Float64Array.from({ length: 4000 }, (_, i) => 2.5 * Math.sin(i) * Math.cos(1.7 * i)),
      time: 16,
      mean: 0.0024,
      deviation: 0.0003,
      skewness: 0.87,
    },
    forceConstants: [
      { order: 2, size: 0, norm: 21, deviation: 0.1, cluster: 'Si' },
      { order: 2, size: 2.35, norm: 5, deviation: null, cluster: 'Si–Si' },
      { order: 3, size: 2.35, norm: 8, deviation: 9, cluster: 'Si–Si–Si' },
      { order: 3, size: 3.84, norm: 0, deviation: 0.1, cluster: 'Si–Si–Si' },
    ],
    campaignFile: 'name: silicon\n',
    provenance: {
      versions: [{ name: 'Node', value: '20.20.2' }],
      stages: [{ stage: 'MD and ε_B', seconds: 84 }],
      wallClock: 112,
      mdSteps: 32_000,
      errorEvaluations: 8_000,
      referenceRuns: 18,
      reference: 'built-in Stillinger–Weber',
      hashes: [{ name: 'Force constants', value: HASH }],
    },
    warnings: [],
    ...change,
  };
}

/** A campaign that has only been started. */
export function emptyData(): ReportData {
  const full = sampleData();
  return {
    ...full,
    outcome: {
      ...full.outcome,
      verdict: 'running',
      reason: 'Preparing.',
      fittingError: null,
      mean: null,
      deviation: null,
      expectedRmse: null,
      trainingStructures: 0,
      structuresFromMd: 0,
      totalTime: 0,
      wrecks: 0,
      progress: { ...full.outcome.progress, ratio: { have: null, strict: 0.25, relaxed: 0.35 } },
    },
    traces: [],
    refits: [],
    structures: [],
    testSet: null,
    standardisedError: null,
    forceConstants: [],
  };
}
