import { describe, expect, it } from 'vitest';
import type { PhononStudy } from '../../src/forcefield/bands/phononStudy.js';
import { bandsCsv, densityCsv } from '../../src/report/bandsCsv.js';
import { reportFiles } from '../../src/report/csv.js';
import { bandsFigure, densityFigure } from '../../src/report/figures/bands.js';
import { renderReport } from '../../src/report/page.js';
import { describeStability } from '../../src/report/stability.js';
import { sampleData } from './sample.js';

/** Two branches along two pieces, the second of which starts where the first ended but at another point. */
function study(lowest: number, spread = true): PhononStudy {
  const table = (values: readonly number[]) => {
    const frequencies = Float64Array.from(values);
    const by = (x: number) => frequencies.map((f) => f + x);
    return {
      branches: 2,
      frequencies,
      ...(spread && {
        spread: { samples: 64, deviation: frequencies.map(() => 0.1), low: by(-0.1), high: by(0.1) },
      }),
    };
  };
  const piece = (from: string, to: string, start: number) => ({
    distance: Float64Array.of(start, start + 0.5, start + 1),
    q: Float64Array.of(0, 0, 0, 0.25, 0, 0, 0.5, 0, 0),
    labels: [
      { label: from, distance: start },
      { label: to, distance: start + 1 },
    ],
  });
  return {
    bands: [
      { piece: piece('Γ', 'X', 0), table: table([0, 3, 1, 4, lowest, 5]) },
      { piece: piece('K', 'L', 1), table: table([1, 3, 2, 4, 2, 5]) },
    ],
    density: {
      frequency: Float64Array.of(0, 1, 2),
      density: Float64Array.of(0, 2, 1),
      smearing: 0.1,
    },
    mesh: { divisions: [4, 4, 4], irreducible: 8 },
    stability: {
      verdict: lowest < 0 ? 'unstable' : 'stable',
      lowest: { q: [0.5, 0, 0], frequency: lowest, deviation: spread ? 0.1 : null },
      unstableFraction: spread ? (lowest < 0 ? 1 : 0) : null,
      samples: spread ? 64 : 0,
    },
  };
}

describe('the figure of bands', () => {
  it('names the points, shares a tick where a piece ends and another begins, shows the spread', () => {
    const svg = bandsFigure(study(2).bands);
    for (const label of ['Γ', 'X|K', 'L']) expect(svg).toContain(`>${label}<`);
    expect(svg).toContain('68 % of 64 samples of the posterior');
    expect(svg).not.toContain('least squares');
  });

  it('says where frequencies are imaginary, and that least squares has no error bars', () => {
    const svg = bandsFigure(study(-2, false).bands);
    expect(svg).toContain('Frequency, imaginary below 0');
    expect(svg).toContain('least squares');
    expect(svg).not.toContain('68 %');
  });

  it('has a density beside it', () => {
    expect(densityFigure(study(2))).toContain('Modes per primitive cell');
  });
});

describe('the data of the figures', () => {
  it('are rows of numbers, errors empty where there are none', () => {
    const rows = bandsCsv(study(2)).trim().split('\n');
    expect(rows).toHaveLength(7);
    expect(rows[3]).toBe('1,X,1,0.5,0,0,2,0.1,1.9,2.1,5,0.1,4.9,5.1');
    expect(bandsCsv(study(2, false)).split('\n')[1]).toBe('1,Γ,0,0,0,0,0,,,,3,,,');
    expect(densityCsv(study(2)).trim().split('\n')[2]).toBe('1,2');
  });
});

describe('the report', () => {
  it('shows bands where there are some, with the verdict, and leaves their data beside the page', () => {
    const data = { ...sampleData(), phonons: study(-2) };
    const page = renderReport(data);
    expect(page).toContain('Figure 6. Phonons.');
    expect(page).toContain('The crystal is dynamically unstable: lowest frequency -2.000 ± 0.100 THz');
    expect(reportFiles(data).map((file) => file.name)).toContain('bands.csv');
    expect(renderReport({ ...data, phonons: null })).not.toContain('Figure 6');
  });

  it('never calls undecided what it is not', () => {
    const { stability } = study(2, false);
    expect(describeStability(stability)).toBe(
      'the crystal is dynamically stable: lowest frequency 2.000 THz at q = (0.5 0 0); no samples of a posterior were drawn',
    );
    expect(describeStability({ ...stability, verdict: 'undecided' })).toContain(
      'undecided within the error bars',
    );
  });
});
