import type { PhononStudy } from '../forcefield/bands/phononStudy.js';

/**
 * One row for each point of the path: where it is, then frequency, standard deviation, 16th and 84th percentile of each branch,
 * THz; empty without error bars.
 */
export function bandsCsv({ bands }: Pick<PhononStudy, 'bands'>): string {
  const { branches } = bands[0].table;
  const columns = Array.from({ length: branches }, (_, k) => k + 1).flatMap((k) =>
    ['THz', 'deviation_THz', 'low_THz', 'high_THz'].map((what) => `branch${k}_${what}`),
  );
  const rows = bands.flatMap(({ piece, table }, p) =>
    [...piece.distance].map((distance, i) => {
      const label = piece.labels.find((l) => l.distance === distance)?.label ?? '';
      const values = Array.from({ length: branches }, (_, b) => i * branches + b).flatMap((k) => {
        const { spread, frequencies } = table;
        if (spread === undefined) return [String(frequencies[k]), '', '', ''];
        return [frequencies[k], spread.deviation[k], spread.low[k], spread.high[k]].map(String);
      });
      return [p + 1, label, distance, ...piece.q.subarray(3 * i, 3 * i + 3), ...values].join(',');
    }),
  );
  return `${['piece,label,distance_per_A,q1,q2,q3', ...columns].join(',')}\n${rows.join('\n')}\n`;
}

/** Frequency and modes of the primitive cell per THz. */
export function densityCsv({ density }: Pick<PhononStudy, 'density'>): string {
  const rows = [...density.frequency].map((f, i) => `${f},${density.density[i]}`);
  return `frequency_THz,modes_per_THz\n${rows.join('\n')}\n`;
}
