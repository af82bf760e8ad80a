import type { Resources } from './launchers/types.js';
import type { FailureClass } from './types.js';

export type SettingValue = string | number | boolean;
/** Settings of a code by name; those in groups with a dot: `electrons.mixing_beta`. */
export type CodeSettings = Readonly<Record<string, SettingValue>>;

/** What a run starts from: nothing, the density of the run before, or the very point where that was stopped. */
export type Start = 'scratch' | 'density' | 'continue';

/** What is changed before a calculation is tried again. */
export interface Correction {
  readonly name: string;
  /** Only where the settings say this now, for corrections that go in one direction. */
  readonly from?: CodeSettings;
  /** Settings that take another value. */
  readonly set?: CodeSettings;
  /** Settings that are multiplied, from the code's default where none is set. */
  readonly scale?: Readonly<Record<string, number>>;
  readonly start?: Start;
  /** What the program is given more of. */
  readonly more?: Resources;
  /** The forces are those of another calculation afterwards: only where the campaign allows it. */
  readonly changesPhysics?: true;
  /** How often it may be made for one structure; 1 where absent. */
  readonly times?: number;
}

/** What a run printed and wrote, as texts by name: `stdout`, `stderr`, and what else the code has. */
export type RunTexts = Readonly<Record<string, string>>;

/** One row of a code's table: how a failure shows, and what helps. */
export interface LadderRule {
  readonly symptom: string;
  /** For a person: follows "the calculation failed: ". */
  readonly meaning: string;
  readonly failureClass: FailureClass;
  /** Any of them shows it. */
  readonly signs: readonly { readonly in: string; readonly pattern: RegExp }[];
  /** Must hold as well. */
  readonly when?: (texts: RunTexts) => boolean;
  /** In the order in which they are tried. */
  readonly corrections: readonly Correction[];
}

/** A code's table with what its settings are where nobody sets them. */
export interface Ladder {
  readonly rules: readonly LadderRule[];
  readonly defaults: CodeSettings;
}

/** How far corrections may go: the campaign's choice. */
export interface CorrectionPolicy {
  /** Corrections of one structure in all. */
  readonly limit: number;
  readonly changePhysics: boolean;
}

export const DEFAULT_CORRECTIONS: CorrectionPolicy = { limit: 5, changePhysics: false };

export interface Diagnosis {
  readonly rule: LadderRule;
  /** The lines that show it. */
  readonly evidence: readonly string[];
}

/** The first rule whose signs are in the texts; undefined for a failure that the table does not know. */
export function diagnose(rules: readonly LadderRule[], texts: RunTexts): Diagnosis | undefined {
  for (const rule of rules) {
    const evidence = rule.signs.flatMap(({ in: name, pattern }) => linesWith(texts[name] ?? '', pattern));
    if (evidence.length > 0 && (rule.when?.(texts) ?? true))
      return { rule, evidence: [...new Set(evidence)] };
  }
  return undefined;
}

/** Lines kept for each sign. */
const LINES = 5;
const WIDTH = 400;

function linesWith(text: string, pattern: RegExp): readonly string[] {
  if (!pattern.test(text)) return [];
  const lines = text.split(/\r?\n/).filter((line) => pattern.test(line));
  return lines.slice(-LINES).map((line) => line.trim().slice(0, WIDTH));
}

/**
 * The next correction for a symptom after those made already; undefined at the end of the ladder. Values that were tried
 * before, at first or on the way, are passed over.
 */
export function nextCorrection(
  ladder: Ladder,
  symptom: string,
  settings: CodeSettings,
  made: readonly Correction[],
  { limit, changePhysics }: CorrectionPolicy,
): Correction | undefined {
  if (made.length >= limit) return undefined;
  const tried = [...made.keys(), made.length].map((k) => ({
    ...ladder.defaults,
    ...correctedSettings(ladder, settings, made.slice(0, k)).settings,
  }));
  return ladder.rules
    .find((rule) => rule.symptom === symptom)
    ?.corrections.find(
      (correction) =>
        (changePhysics || !correction.changesPhysics) &&
        made.filter(({ name }) => name === correction.name).length < (correction.times ?? 1) &&
        says(tried[made.length], correction.from ?? {}) &&
        !tried.some((before) => isContained(correction, before)),
    );
}

/** Whether a correction asks for nothing but what the settings say already. */
function isContained({ set, scale, start, more }: Correction, settings: CodeSettings): boolean {
  if (scale !== undefined || start !== undefined || more !== undefined) return false;
  return says(settings, set ?? {});
}

function says(settings: CodeSettings, wanted: CodeSettings): boolean {
  return Object.entries(wanted).every(([key, value]) => settings[key] === value);
}

/** What the corrections ask for, as multiples of what the first attempt was given. */
export function resourcesOf(corrections: readonly Correction[]): Required<Resources> {
  const product = (key: keyof Resources) =>
    corrections.reduce((all, { more }) => all * (more?.[key] ?? 1), 1);
  return { time: product('time'), memory: product('memory') };
}

/** The settings after corrections, in order, and what the next run starts from: the last one's say. */
export function correctedSettings(
  { defaults }: Ladder,
  settings: CodeSettings,
  corrections: readonly Correction[],
): { readonly settings: CodeSettings; readonly start: Start } {
  const out: Record<string, SettingValue> = { ...settings };
  for (const { set, scale } of corrections) {
    for (const [key, factor] of Object.entries(scale ?? {}))
      out[key] = Number(out[key] ?? defaults[key]) * factor;
    Object.assign(out, set);
  }
  return { settings: out, start: corrections.at(-1)?.start ?? 'scratch' };
}
