import type { CodeSettings } from '../../ladder.js';
import type { BridgeResult } from '../ase/answer.js';
import type { Fail } from '../codeRun.js';
import { type KPoints, kPointCounts } from '../kpoints.js';
import type { Pseudopotential } from '../pseudopotentials.js';

/** A run that claims success is believed only where GPAW has read and used what was asked for. */
export function requireTrust(
  { setups: read = {}, kpoints: used }: BridgeResult,
  asked: {
    readonly setups: readonly Pseudopotential[];
    readonly kpoints: KPoints;
    readonly parameters: CodeSettings;
  },
  fail: Fail,
): void {
  const other = asked.setups.find(({ species, md5 }) => read[species] !== md5);
  if (other) {
    const found = `MD5 ${read[other.species] ?? 'missing'} instead of ${other.md5}`;
    const message = `GPAW read another setup for ${other.species}: ${found}`;
    throw fail('wrong-setup', 'input-wrong', message, [found]);
  }
  const { paired, all } = kPointCounts(asked.kpoints);
  const expected = asked.parameters['symmetry.time_reversal'] === false ? all : paired;
  if (used === expected) return;
  throw fail('wrong-kpoints', 'input-wrong', `GPAW used ${used} k-points instead of ${expected}`);
}
