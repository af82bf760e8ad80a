import type { Cutoffs } from '../expansion/types.js';
import type { PhononStudy } from '../forcefield/bands/phononStudy.js';
import type { Hyperparameters } from '../regression/types.js';
import type { AcquisitionSettings, PickRule } from '../uncertainty/types.js';
import type { DiagnosticsOutcome } from './diagnostics/sections.js';

/**
 * Everything the report shows, as plain data: whoever fills it reads the store, the report only draws.
 * Units: energies eV, lengths Å, force errors eV/Å (shown as meV/Å), MD time ps, wall-clock s, temperatures K.
 */
export interface ReportData {
  readonly campaign: string;
  /** When the report was made, ISO 8601. */
  readonly generated: string;
  readonly outcome: Outcome;
  readonly crystal: CrystalSummary;
  readonly expansion: readonly ExpansionRow[];
  readonly acquisition: AcquisitionSettings;
  /** Everything else that was set, in groups for reading. */
  readonly settings: readonly SettingsGroup[];
  /** One per walker; empty before the first MD. */
  readonly traces: readonly WalkerTrace[];
  /** In order of time. */
  readonly refits: readonly RefitRecord[];
  /** Every structure that was asked for, in the order in which they were taken. */
  readonly structures: readonly StructureRecord[];
  readonly testSet: TestSetRecord | null;
  readonly standardisedError: StandardisedError | null;
  /** Cluster orbits of the final force field. */
  readonly forceConstants: readonly ForceConstantNorm[];
  /** Bands of the final force field; absent where there is none yet, or where they would take long. */
  readonly phonons?: PhononStudy | null;
  /** The campaign file as it was read. */
  readonly campaignFile: string;
  readonly provenance: Provenance;
  readonly warnings: readonly string[];
  /** Every training structure left out in turn; absent in older data. */
  readonly diagnostics?: DiagnosticsOutcome;
  /** Whether the latest labels bear the error bars out, one sentence; null or absent while there are too few. */
  readonly confidence?: string | null;
}

export type Verdict = 'converged' | 'exhausted' | 'stalled' | 'stopped' | 'running' | 'cancelled' | 'failed';

/** How the campaign ended, or stands. */
export interface Outcome {
  readonly verdict: Verdict;
  /** One sentence for a person. */
  readonly reason: string;
  /** What a person could change, one sentence each. */
  readonly advice: readonly string[];
  /** β^{-1/2} of the final force field, eV/Å; null before the first fit. */
  readonly fittingError: number | null;
  /** μ and σ of the rms ε_B since the last refit, largest of the walkers, eV/Å; null before MD. */
  readonly mean: number | null;
  readonly deviation: number | null;
  /** sqrt(β⁻¹ + μ² + σ²), eV/Å. */
  readonly expectedRmse: number | null;
  readonly parameters: number;
  /** Structures in the training set of the final force field. */
  readonly trainingStructures: number;
  /** Of these, from MD of the campaign itself. */
  readonly structuresFromMd: number;
  /** MD time of all walkers together, ps. */
  readonly totalTime: number;
  /** Times that the blow-up guard ended MD. */
  readonly wrecks: number;
  readonly progress: ConvergenceProgress;
}

/** Each convergence criterion: what there is and what it needs (METHOD, "Convergence"). */
export interface ConvergenceProgress {
  /** MD time of the campaign, ps. */
  readonly time: { readonly have: number; readonly need: number };
  /** MD time since the last refit, the shortest of the walkers, ps. */
  readonly sinceRefit: { readonly have: number; readonly need: number };
  /** Structures from MD. */
  readonly structures: { readonly have: number; readonly need: number };
  /** μ / β^{-1/2}: below `strict` suffices; below `relaxed` suffices where β^{-1/2} has levelled off. */
  readonly ratio: { readonly have: number | null; readonly strict: number; readonly relaxed: number };
  /** (max − min)/last of β^{-1/2} over the counted refits; null while there are too few. */
  readonly levelling: { readonly have: number | null; readonly need: number };
}

export interface CrystalSummary {
  /** Of the primitive cell, e.g. `GaAs`. */
  readonly formula: string;
  readonly spaceGroup: { readonly number: number; readonly symbol: string };
  readonly primitiveAtoms: number;
  readonly supercellAtoms: number;
  /** For reading, e.g. `3×3×3 of the conventional cell`. */
  readonly supercell: string;
  /** Lengths (Å) and angles (degrees) of the supercell: a, b, c, α, β, γ. */
  readonly cell: readonly number[];
}

export interface ExpansionRow {
  readonly order: number;
  /** Å */
  readonly cutoff: Cutoffs[number];
  readonly clusters: number;
  readonly orbits: number;
  /** Independent parameters before and after the acoustic sum rules. */
  readonly beforeSumRules: number;
  readonly parameters: number;
}

export interface SettingsGroup {
  readonly title: string;
  readonly entries: readonly { readonly name: string; readonly value: string }[];
}

/** ε_B along one walker's trajectory; columns of equal length, one entry for each computed ε_B; NaN where unknown. */
export interface WalkerTrace {
  readonly walker: number;
  /** The coldest and the hottest target so far, K. */
  readonly temperatures: readonly [number, number];
  /** MD time, ps, ascending. */
  readonly time: Float64Array;
  /** The quantity that triggers (rms or largest atom), eV/Å. */
  readonly error: Float64Array;
  /** μ_k and σ_k of the window, eV/Å. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** eV/Å; infinite or NaN while the criterion cannot tell. */
  readonly threshold: Float64Array;
}

export type StructureGroup = 'random' | 'phonon' | 'MD' | 'imported';

export interface RefitRecord {
  /** 0-based. */
  readonly index: number;
  /** MD time at which the walkers went on with this force field, ps, in the order of walkers; empty before the first MD. */
  readonly times: readonly number[];
  /** Structures in the training set, by group. */
  readonly groups: Readonly<Partial<Record<StructureGroup, number>>>;
  /** β^{-1/2}, eV/Å. */
  readonly fittingError: number;
  /** μ and σ of the rms ε_B of MD with this force field, eV/Å; null where none was run. */
  readonly mean: number | null;
  readonly deviation: number | null;
  /** sqrt(β⁻¹ + μ² + σ²), eV/Å. */
  readonly expectedRmse: number | null;
  readonly logEvidence: number | null;
  readonly hyperparameters: Hyperparameters;
  readonly effectiveParameters: number;
  /** Orders whose hyperparameter is at its bound. */
  readonly notDetermined: readonly number[];
  /** On the test set, eV/Å. */
  readonly test: { readonly rmse: number; readonly mae: number } | null;
  /** Whether it counts for convergence: enough structures, all from MD. */
  readonly counted: boolean;
}

export type StructureStatus = 'training' | 'left' | 'pending' | 'quarantined' | 'rejected';

/** One structure: where it comes from, why it was taken, what its label said. */
export interface StructureRecord {
  readonly index: number;
  readonly group: StructureGroup;
  /** `left`: was in the training set and has left it. */
  readonly status: StructureStatus;
  /** Where it was taken; null for initial and imported structures. */
  readonly pick: PickRecord | null;
  /** SHA-256 of the label; null while there is none. */
  readonly label: string | null;
  /** Reference runs made for it. */
  readonly attempts: number;
  /** Of the reference run that gave the label. */
  readonly seconds: number | null;
  /** rms over force components before the refit that took it in, eV/Å: predicted sqrt(β⁻¹ + ε_B²) and found residual. */
  readonly check: { readonly predicted: number; readonly found: number } | null;
}

export interface PickRecord {
  readonly walker: number;
  readonly step: number;
  /** ps */
  readonly time: number;
  readonly rule: PickRule;
  /** The criterion's quantity, its threshold, μ_k and σ_k at that step, eV/Å. */
  readonly error: number;
  readonly threshold: number;
  readonly mean: number;
  readonly deviation: number;
  /** 0-based index into the supercell. */
  readonly worstAtom: number;
  /** K */
  readonly temperature: number;
}

/** Reference forces that the force field never saw. */
export interface TestSetRecord {
  readonly structures: number;
  /** Where it comes from, for reading. */
  readonly source: string;
  /** eV/Å */
  readonly mae: number;
  readonly rmse: number;
}

/** z_B = (ε_B − mean)/standard deviation over a production trajectory. */
export interface StandardisedError {
  readonly z: Float64Array;
  /** ps */
  readonly time: number;
  /** Of ε_B, eV/Å. */
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
}

export interface ForceConstantNorm {
  readonly order: number;
  /** Largest distance between two sites of the cluster, Å. */
  readonly size: number;
  /** Frobenius norm of one cluster's force constants, eV/Åⁿ. */
  readonly norm: number;
  /** Posterior standard deviation of the norm, eV/Åⁿ. */
  readonly deviation: number | null;
  /** For reading, e.g. `Ga–As`. */
  readonly cluster: string;
}

export interface Provenance {
  /** E.g. program, method version, Node, platform. */
  readonly versions: readonly { readonly name: string; readonly value: string }[];
  /** Wall-clock by stage, s. */
  readonly stages: readonly { readonly stage: string; readonly seconds: number }[];
  /** s */
  readonly wallClock: number;
  readonly mdSteps: number;
  readonly errorEvaluations: number;
  readonly referenceRuns: number;
  /** Reference code as it reported itself. */
  readonly reference: string;
  /** E.g. force constants, ledger head, campaign fingerprint; SHA-256. */
  readonly hashes: readonly { readonly name: string; readonly value: string }[];
}
