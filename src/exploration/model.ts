import type { ForceFunction } from '../md/types.js';
import type { ExplorationProgress, ExplorationResult } from './types.js';

/** The Bayesian error of one structure, eV/Å. */
export interface ErrorSummary {
  /** ε_B: rms over all 3N rows. */
  readonly rms: number;
  /** Largest rms of one atom's three rows, and that atom. */
  readonly largestAtom: number;
  readonly worstAtom: number;
}

/** What a walker must know of the force field it moves in. */
export interface WalkerModel {
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** Distance of nearest neighbours in the ideal crystal, Å (the guard's). */
  readonly nearestNeighbour: number;
  /** β^{-1/2}, eV/Å. */
  readonly fittingError: number;
  readonly force: ForceFunction;
  /** Error bars at displacements u ([3·atoms], Å), under the posterior covariance with all structures added so far. */
  error(u: Float64Array): ErrorSummary;
  /** Adds a structure to the posterior covariance; needs no label (lookahead). `u` must not be kept. */
  addStructure(u: Float64Array): void;
}

/** Where a walker is, for somebody who watches. */
export interface WalkerReport {
  readonly step: number;
  /** ε_B over all rows, eV/Å. */
  readonly rms: number;
  /** The criterion's quantity, its window and threshold, eV/Å. */
  readonly error: number;
  readonly mean: number;
  readonly deviation: number;
  readonly threshold: number;
  /** Kinetic, K. */
  readonly temperature: number;
}

/** Called as a walker goes on; none of them can change what it does, except for stopping it. */
export interface ExplorationHooks {
  /** At each computed ε_B. */
  onProgress?(report: WalkerReport): void;
  /** Asked after every step; no checkpoints without. */
  wantsCheckpoint?(step: number): boolean;
  /** Gets a snapshot that shares nothing with the running walker. */
  onCheckpoint?(progress: ExplorationProgress): void;
  /** Asked after every step; true ends the walker there. */
  shouldStop?(): boolean;
}

/** A walker that was stopped from outside, ready to go on. */
export interface StoppedExploration {
  readonly outcome: 'stopped';
  readonly progress: ExplorationProgress;
}

export type Exploration = ExplorationResult | StoppedExploration;
