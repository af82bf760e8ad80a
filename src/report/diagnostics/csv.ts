import { csv, type ReportFile } from '../csv.js';
import { toMev } from '../figures/axis.js';
import type { DiagnosticsOutcome } from './sections.js';

/** Left-out residuals of each training structure as CSV; nothing where there are no diagnostics. */
export function diagnosticsFiles(outcome: DiagnosticsOutcome | undefined): readonly ReportFile[] {
  const named = outcome?.diagnosed;
  if (!named) return [];
  const suspects = new Set(named.diagnostics.suspects.map((s) => s.index));
  const rows = named.diagnostics.structures.map((s, k) => [
    named.numbers[k],
    named.sources[k],
    toMev(s.residual),
    toMev(s.leftOut),
    toMev(s.expected),
    s.chi,
    s.typical,
    s.worstAtom + 1,
    s.worstDeviation,
    suspects.has(k),
  ]);
  const head = [
    'structure',
    'source',
    'residual (meV/A)',
    'left out (meV/A)',
    'expected (meV/A)',
    'chi',
    'typical (sigma)',
    'worst atom',
    'worst atom (sigma)',
    'suspect',
  ];
  return [{ name: 'left-out.csv', content: csv(head, rows) }];
}
