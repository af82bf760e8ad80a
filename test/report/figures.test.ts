import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { logTick, logTicks, positiveAxis } from '../../src/report/figures/axis.js';
import { calibrationFigure, calibrationRatio } from '../../src/report/figures/calibration.js';
import { forceConstantsFigure } from '../../src/report/figures/forceConstants.js';
import { learningFigure, structuresFigure } from '../../src/report/figures/learning.js';
import { trajectoryFigure } from '../../src/report/figures/trajectory.js';
import { histogram, zHistogramFigure } from '../../src/report/figures/zHistogram.js';
import { sampleData, sampleRefit, sampleStructure, sampleTrace } from './sample.js';

interface Found {
  readonly textContent: string;
  getAttribute(name: string): string | null;
}

function all(svg: string, selector: string): readonly Found[] {
  const { document } = parseHTML(svg) as unknown as {
    document: { querySelectorAll(selector: string): Iterable<Found> };
  };
  return [...document.querySelectorAll(selector)];
}

function text(svg: string): string {
  return all(svg, 'text')
    .map((element) => element.textContent)
    .join('|');
}

/** Path data with coordinates rounded to whole pixels. */
function rounded(path: string | null): string {
  return (path ?? '').replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number))));
}

const DATA = sampleData();

describe('every figure', () => {
  const figures: Readonly<Record<string, string>> = {
    trajectory: trajectoryFigure(DATA.traces[0], DATA.structures, DATA.refits),
    'short trajectory': trajectoryFigure(sampleTrace(1, 3), [], []),
    'one sample': trajectoryFigure(sampleTrace(1, 1), [], []),
    'no trajectory': trajectoryFigure(sampleTrace(1, 0), [], []),
    learning: learningFigure(DATA.refits),
    'one refit': learningFigure([
      sampleRefit(0, { times: [], mean: null, deviation: null, expectedRmse: null }),
    ]),
    'no refit': learningFigure([]),
    structures: structuresFigure(DATA.refits),
    'no structures': structuresFigure([]),
    histogram: zHistogramFigure(DATA.standardisedError),
    'constant z': zHistogramFigure({ ...DATA.standardisedError!, z: new Float64Array(10) }),
    'no z': zHistogramFigure(null),
    'force constants': forceConstantsFigure(DATA.forceConstants, 2),
    'no force constants': forceConstantsFigure([], 2),
    calibration: calibrationFigure(DATA.structures),
    'no calibration': calibrationFigure([]),
  };

  it.each(Object.entries(figures))(
    '%s has no broken number, no style sheet and no random names',
    (_name, svg) => {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img"/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|<style|<script/);
      expect(all(svg, 'svg')).toHaveLength(1);
    },
  );

  it('is the same twice', () => {
    expect(calibrationFigure(DATA.structures)).toBe(calibrationFigure(DATA.structures));
    expect(trajectoryFigure(DATA.traces[0], DATA.structures, DATA.refits)).toBe(figures.trajectory);
  });

  it('says why it is empty', () => {
    expect(text(figures['no trajectory'])).toBe('No MD has been run yet.');
    expect(text(figures['no refit'])).toBe('Nothing has been fitted yet.');
  });

  it('stays small for a million samples', () => {
    const svg = trajectoryFigure(sampleTrace(1, 1_000_000), [], []);
    expect(svg.length).toBeLessThan(200_000);
  });
});

describe('trajectory', () => {
  const svg = (rules: readonly ('trajectory-deviation' | 'stall' | 'wreck')[], walker = 1) =>
    trajectoryFigure(
      sampleTrace(1, 2000),
      rules.map((rule, i) => {
        const structure = sampleStructure(i);
        return { ...structure, pick: { ...structure.pick!, rule, walker } };
      }),
      [sampleRefit(0, { times: [1, 2] }), sampleRefit(1, { times: [3, 4] })],
    );

  it('marks every structure of its walker, by rule, and no other', () => {
    const drawn = svg(['trajectory-deviation', 'trajectory-deviation', 'stall', 'wreck']);
    expect(
      all(drawn, 'g[aria-label="dot"]').map((g) => (g as unknown as { children: unknown[] }).children.length),
    ).toEqual([2, 1, 1]);
    expect(text(drawn)).toContain('taken: stall rule');
    expect(text(svg(['stall'], 2))).not.toContain('taken');
  });

  it('marks refits at the time of this walker', () => {
    expect(all(svg([]), 'g[aria-label="rule"] line')).toHaveLength(2);
  });

  it('has axes in ps and meV/Å', () => {
    expect(text(svg([]))).toContain('MD time (ps)');
    expect(text(svg([]))).toContain('Bayesian error εB (meV/Å)');
  });
});

describe('learning', () => {
  const refits = [10, 8, 9, 10].map((fitting, i) =>
    sampleRefit(i, { fittingError: fitting * 1e-3, expectedRmse: null, counted: i > 1, times: [i] }),
  );

  it('draws β^{-1/2} through every refit', () => {
    const line = all(learningFigure(refits), 'g[aria-label="line"] path').map((path) =>
      rounded(path.getAttribute('d')),
    );
    expect(line).toMatchInlineSnapshot(`
      [
        "M60,56L283,97L506,77L729,56",
      ]
    `);
  });

  it('tells counted refits from others and shows a test RMSE only where there is one', () => {
    expect(text(learningFigure(refits))).toContain('not yet counted');
    expect(text(learningFigure(refits))).not.toContain('test RMSE');
    expect(text(learningFigure([sampleRefit(0, { test: { rmse: 0.01, mae: 0.008 } })]))).toContain(
      'test RMSE',
    );
  });

  it('turns logarithmic where early errors would flatten the rest', () => {
    expect(positiveAxis([1, 4], 'x', 5).type).toBe('linear');
    expect(positiveAxis([1, 6], 'x', 5).type).toBe('log');
    expect(positiveAxis([Number.NaN], 'x').domain).toEqual([0, 1]);
  });
});

describe('histogram of z_B', () => {
  it('is a density over all samples', () => {
    const bins = histogram(DATA.standardisedError!.z);
    expect(bins.reduce((sum, bin) => sum + bin.samples, 0)).toBe(4000);
    expect(bins.reduce((sum, bin) => sum + bin.density * (bin.to - bin.from), 0)).toBeCloseTo(1, 12);
  });

  it('puts values between their edges and leaves out what is not finite', () => {
    const bins = histogram(Float64Array.of(-0.5, 0.5, Number.NaN, Number.POSITIVE_INFINITY));
    expect(bins.reduce((sum, bin) => sum + bin.samples, 0)).toBe(2);
    expect(bins[0].from).toBeLessThanOrEqual(-0.5);
    expect(bins[bins.length - 1].to).toBeGreaterThan(0.5);
    expect(histogram(new Float64Array(0))).toEqual([]);
  });

  it('gives the skewness', () => {
    expect(text(zHistogramFigure(DATA.standardisedError))).toContain('skewness 0.87');
  });
});

describe('force constants', () => {
  it('draws each orbit that is not zero, with its error bar where it has one', () => {
    const second = forceConstantsFigure(DATA.forceConstants, 2);
    expect(all(second, 'circle[cx][r]').length).toBeGreaterThanOrEqual(2);
    expect(all(second, 'g[aria-label="rule"] line')).toHaveLength(1);
    expect(text(second)).toContain('‖Φ‖ (eV/Å²)');
    expect(text(second)).toContain('order 2, 2 orbits');
    expect(text(forceConstantsFigure(DATA.forceConstants, 3))).toContain('order 3, 1 orbit');
  });

  it('has readable ticks over many decades', () => {
    expect(logTicks(1e-8, 1e2).ticks.length).toBeLessThan(9);
    expect(logTicks(3, 60).ticks).toEqual([5, 10, 20, 50]);
    expect([1e-5, 0.01, 50, 2e5].map(logTick)).toEqual(['10⁻⁵', '0.01', '50', '2·10⁵']);
  });
});

describe('calibration', () => {
  it('is the root mean square of found over predicted, over structures from MD', () => {
    const structures = [
      sampleStructure(0, { check: { predicted: 1, found: 3 } }),
      sampleStructure(1, { check: { predicted: 1, found: 1 } }),
      sampleStructure(2, { group: 'random', check: { predicted: 1, found: 100 } }),
      sampleStructure(3, { check: null }),
    ];
    expect(calibrationRatio(structures)).toBeCloseTo(Math.sqrt(5), 12);
    expect(calibrationRatio([])).toBeNull();
  });
});
