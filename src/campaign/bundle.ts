import type { Problem } from '../errors.js';
import type { TemperatureProgram } from '../md/temperature.js';
import type { AcquisitionSettings } from '../uncertainty/types.js';
import { type CampaignSettings, mostLookahead, walkersOf } from './schema.js';
import type { CampaignRules } from './state.js';

/** Raised only when results would change: an upgrade that raises it refuses to go on with a campaign of before. */
export const METHOD_VERSION = 1;

/** A file that the campaign reads, with its content: workers need nothing but the store. */
export interface InputFile {
  readonly name: string;
  readonly text: string;
}

/** A file with labelled structures; where a part of it was taken, or it is no text that workers read, these as extended XYZ. */
export interface DataInput extends InputFile {
  /** What of the file is no label; absent where the text says it itself. */
  readonly refused?: readonly Problem[];
}

/** Everything that a campaign is: the artifact that all its activities start from. */
export interface CampaignBundle {
  readonly format: 'anharmony-campaign';
  readonly methodVersion: number;
  readonly settings: CampaignSettings;
  readonly crystal: InputFile;
  readonly testSet: DataInput | null;
  /** Imported training data; absent where there is none. */
  readonly data?: readonly DataInput[];
  /** The campaign file as it was written. */
  readonly source: string;
  /** Its folder: where a reference program's own files are found. */
  readonly folder: string;
}

/**
 * What the fingerprint is the hash of: the resolved settings, the inputs and the method version; not comments in the
 * file, its folder, or settings of this machine that change no result.
 */
export function fingerprintSource(bundle: CampaignBundle): unknown {
  const { methodVersion, settings, crystal, testSet, data } = bundle;
  return {
    methodVersion,
    settings,
    crystal: crystal.text,
    testSet: testSet?.text ?? null,
    ...(data && { data: data.map((file) => file.text) }),
  };
}

/** The settings that decisions look at. */
export function rulesOf(settings: CampaignSettings): CampaignRules {
  const { md, acquisition, convergence, limits, initial, reference } = settings;
  const steps = (femtoseconds: number) => Math.round(femtoseconds / md.timestep);
  return {
    walkers:
      typeof md.walkers === 'number'
        ? Array.from({ length: md.walkers }, () => ({ temperature: programOf(md.temperature, md.timestep) }))
        : md.walkers.map(({ temperature }) => ({ temperature: programOf(temperature, md.timestep) })),
    timestep: md.timestep,
    lookahead:
      acquisition.lookahead === 'auto'
        ? Math.min(reference.slots, 4, mostLookahead(walkersOf(md.walkers)))
        : acquisition.lookahead,
    slots: reference.slots,
    acquisition: acquisitionOf(settings),
    phononStructures: initial.phonon.count,
    dropAfter: initial.dropAfter,
    hasTestSet: settings.test !== undefined,
    limits: { steps: steps(limits.time), structures: limits.structures, roundSteps: limits.roundSteps },
    convergence: {
      stopAtConvergence: convergence.stopAtConvergence,
      minSteps: steps(convergence.minTime),
      stepsSinceRefit: steps(convergence.sinceRefit),
      minStructures: convergence.minStructures,
      ratio: convergence.ratio,
      levelledRatio: convergence.levelledRatio,
      tolerance: convergence.tolerance,
      overStructures: convergence.overStructures,
    },
  };
}

/** A temperature of the campaign file with its times in MD steps of `timestep` fs. */
export function programOf(
  temperature: CampaignSettings['md']['temperature'],
  timestep: number,
): TemperatureProgram {
  if (typeof temperature === 'number') return temperature;
  return temperature.map((leg) => {
    const steps = Math.max(1, Math.round(leg.time / timestep));
    return 'hold' in leg ? { from: leg.hold, to: leg.hold, steps } : { from: leg.from, to: leg.to, steps };
  });
}

/** The acquisition with its times in MD steps. */
export function acquisitionOf({ acquisition, md }: CampaignSettings): AcquisitionSettings {
  const steps = (femtoseconds: number) => Math.round(femtoseconds / md.timestep);
  const { criterion, quantity, every, window, minWindow, minGap, stall } = acquisition;
  return {
    criterion,
    quantity,
    every,
    window,
    minWindow,
    minGap: steps(minGap),
    stall: stall === false ? null : { ...stall, after: steps(stall.after) },
  };
}
