import { cutoffFits } from '../../crystal/supercell.js';
import type { Supercell } from '../../crystal/types.js';
import { inputError } from '../../errors.js';
import { formatCutoffs, parseCutoffGrid } from '../../expansion/cutoffGrid.js';
import { expansionGrid, type OptionTexts, withLimits } from '../../expansion/optionGrid.js';
import { checkOptions, formatOptions } from '../../expansion/options.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import type { Expansion } from '../../expansion/types.js';

/** The grid as the flags give it; each may be repeated. */
export interface GridTexts extends OptionTexts {
  readonly cutoffs?: readonly string[];
}

/**
 * The expansions to compare: the grid, and beside it a campaign's own, from whose cutoffs and options it starts. Those that
 * the supercell does not hold go to `onWarning`. Throws `InputError` naming the flag.
 */
export function expansionsOf(
  texts: GridTexts,
  supercell: Supercell,
  own: Expansion | undefined,
  onWarning: (message: string) => void,
): readonly Expansion[] {
  const cutoffs = texts.cutoffs === undefined ? own && [own.cutoffs] : parseCutoffGrid(texts.cutoffs);
  if (cutoffs === undefined) {
    throw inputError({
      field: '--cutoffs',
      message: 'there is nothing to compare',
      expected: 'a grid of cutoffs, Å',
      hint: 'for example --cutoffs "2:5.4,3:3|4,4:0|2.5"',
    });
  }
  const grid = expansionGrid(cutoffs, texts, own?.options);
  const all = own === undefined ? grid : withOwn(grid, withLimits(own.cutoffs, own.options ?? {}));
  const { species } = supercell.primitive.crystal;
  for (const { cutoffs: one, options } of all) checkOptions(options ?? {}, one, species);
  return fitting(all, supercell, onWarning);
}

/** `2:5.4,3:4,4:4 sites 4:2`: what tells an expansion from the others. */
export function expansionName({ cutoffs, options }: Expansion): string {
  return [formatCutoffs(cutoffs), formatOptions(options)].filter((part) => part !== '').join(' ');
}

function withOwn(grid: readonly Expansion[], own: Expansion): readonly Expansion[] {
  return grid.some((e) => expansionName(e) === expansionName(own)) ? grid : [own, ...grid];
}

function fitting(
  grid: readonly Expansion[],
  supercell: Supercell,
  onWarning: (message: string) => void,
): readonly Expansion[] {
  const fits = ({ cutoffs }: Expansion) =>
    Object.values(cutoffs).every((cutoff) => cutoffFits(supercell, cutoff));
  const kept = grid.filter(fits);
  if (kept.length === 0) checkSupercell(grid[0].cutoffs, supercell, '--cutoffs');
  for (const expansion of grid) {
    if (!fits(expansion)) onWarning(`left out: ${expansionName(expansion)} is too long for the supercell`);
  }
  return kept;
}
