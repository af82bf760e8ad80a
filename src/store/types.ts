/** Kinds of artifacts (CAMPAIGN). */
export type ArtifactKind =
  | 'campaign-file'
  | 'crystal'
  | 'supercell'
  | 'basis'
  | 'structure'
  | 'structure-list'
  | 'label'
  | 'label-attempt'
  | 'attempt-list'
  | 'label-import'
  | 'training-set'
  | 'gram'
  | 'force-field'
  | 'checkpoint'
  | 'trace'
  | 'ledger-entry'
  | 'history'
  | 'test-set';

/** All that history, state and payloads hold of an artifact. */
export interface Ref {
  readonly kind: ArtifactKind;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly bytes: number;
}

/**
 * An immutable, content-addressed store. A put is atomic and durable: temporary file, fsync, rename. A get checks
 * the hash and throws `CorruptArtifactError` when a single bit differs.
 */
export interface Store {
  put(kind: ArtifactKind, content: Uint8Array): Promise<Ref>;
  get(ref: Ref): Promise<Uint8Array>;
  has(ref: Ref): Promise<boolean>;
  /**
   * Named pointers to artifacts: how a result is found again by what it was computed from (a label by structure and
   * settings, a basis by crystal and cutoffs). `link` never overwrites: the first result stands and is returned.
   */
  link(namespace: string, key: string, ref: Ref): Promise<Ref>;
  resolve(namespace: string, key: string): Promise<Ref | undefined>;
}
