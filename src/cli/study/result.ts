/** What a study found. */
export interface StudyResult {
  /** For a person. */
  readonly text: string;
  /** The same for machines; eV, Å, ps. */
  readonly json: unknown;
  /** Figures and tables to be written. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

export interface StudySettings {
  /** Campaigns of each kind, with seeds counted up from the campaign file's. */
  readonly seeds: number;
  /** MD time of each campaign, fs; undefined: the campaign file's. */
  readonly time?: number;
}

export function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => first + k);
}
