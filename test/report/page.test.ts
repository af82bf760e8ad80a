import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/page.js';
import type { ReportData } from '../../src/report/types.js';
import { typeset, typesetSvg } from '../../src/report/typeset.js';
import { emptyData, sampleData, sampleRefit, sampleStructure, sampleTrace } from './sample.js';

interface Page {
  readonly body: { readonly textContent: string };
  querySelectorAll(
    selector: string,
  ): ArrayLike<{ readonly textContent: string; hasAttribute(name: string): boolean }>;
}

function parse(data: ReportData): Page {
  return (parseHTML(renderReport(data)) as unknown as { document: Page }).document;
}

function words(data: ReportData): string {
  return parse(data).body.textContent.replace(/\s+/g, ' ');
}

const HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(1)>';

describe('the page', () => {
  it('gives verdict and key numbers first', () => {
    const start = words(sampleData()).slice(0, 700);
    for (const text of [
      'silicon',
      'converged',
      '10.4 meV/Å',
      '10.1 meV/Å',
      '0.24 limit 0.25',
      '16 from MD',
      '8.00 ps',
    ]) {
      expect(start).toContain(text);
    }
  });

  it('is self-contained: no script, no address, nothing to load', () => {
    const page = renderReport(sampleData()).replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    expect(page).not.toMatch(/https?:|\/\/[a-z]|<script|<link|<img|<iframe|@import|url\(|src=|javascript:/i);
  });

  it('has the same bytes for the same data', () => {
    expect(renderReport(sampleData())).toBe(renderReport(sampleData()));
  });

  it('has every part', () => {
    const titles = Array.from(parse(sampleData()).querySelectorAll('h2'), (h2) => h2.textContent);
    expect(titles).toEqual([
      'What this means',
      'Figures',
      'Test set',
      'Training structures',
      'Refits',
      'Crystal and expansion',
      'Settings',
      'Cost and provenance',
    ]);
    expect(parse(sampleData()).querySelectorAll('figure svg')).toHaveLength(7);
  });

  it('escapes names, files and messages from outside', () => {
    const data = sampleData();
    const hostile = sampleData({
      campaign: HOSTILE,
      campaignFile: HOSTILE,
      warnings: [HOSTILE],
      outcome: { ...data.outcome, reason: HOSTILE, advice: [HOSTILE] },
      settings: [{ title: HOSTILE, entries: [{ name: HOSTILE, value: HOSTILE }] }],
      crystal: { ...data.crystal, formula: HOSTILE, supercell: HOSTILE },
      structures: [sampleStructure(0, { label: HOSTILE })],
      testSet: { ...data.testSet!, source: HOSTILE },
      provenance: {
        ...data.provenance,
        reference: HOSTILE,
        versions: [{ name: HOSTILE, value: HOSTILE }],
        stages: [{ stage: HOSTILE, seconds: 1 }],
        hashes: [{ name: HOSTILE, value: HOSTILE }],
      },
    });
    const page = parse(hostile);
    expect(page.querySelectorAll('script, img')).toHaveLength(0);
    expect(renderReport(hostile)).not.toMatch(/<script|<img/);
    // Still readable as what it is.
    expect(page.querySelectorAll('pre code')[0].textContent).toContain('<script>alert(1)</script>');
  });
});

describe('edge cases', () => {
  it('renders a campaign that has only been started', () => {
    const text = words(emptyData());
    expect(text).toContain('Nothing has been fitted yet');
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  });

  it('renders one refit without MD, a test set or picks', () => {
    const refit = sampleRefit(0, {
      times: [],
      mean: null,
      deviation: null,
      expectedRmse: null,
      logEvidence: null,
    });
    const text = words({ ...emptyData(), refits: [refit], structures: [sampleStructure(0, { pick: null })] });
    expect(text).toContain('1 refit');
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  });

  it('renders four walkers, each under its own heading', () => {
    const data = sampleData({ traces: [1, 2, 3, 4].map((walker) => sampleTrace(walker, 100)) });
    const titles = Array.from(parse(data).querySelectorAll('figure h3'), (h3) => h3.textContent);
    expect(titles).toEqual(['Walker 1, 300 K', 'Walker 2, 400 K', 'Walker 3, 500 K', 'Walker 4, 600 K']);
  });

  it('folds long tables and leaves short ones open', () => {
    const open = (structures: number) =>
      parse(
        sampleData({ structures: Array.from({ length: structures }, (_, i) => sampleStructure(i)) }),
      ).querySelectorAll('details')[0];
    expect(open(20).hasAttribute('open')).toBe(true);
    expect(open(400).hasAttribute('open')).toBe(false);
    expect(open(400).textContent).toContain('400 structures');
  });
});

describe('the test set', () => {
  const withRmse = (rmse: number) =>
    words(sampleData({ testSet: { structures: 50, source: 's', mae: 0.008, rmse } }));

  it('is flagged where it differs by more than 15 %', () => {
    expect(withRmse(0.0116)).not.toContain('differs by more than');
    expect(withRmse(0.0125)).toContain('differs by more than 15 %');
    expect(withRmse(0.0125)).toContain('expects to be better than it is');
    expect(withRmse(0.0085)).toContain('expects to be worse than it is');
  });

  it('is not there where there is none', () => {
    expect(words(sampleData({ testSet: null }))).toContain('There is no test set');
  });
});

describe('symbols', () => {
  it('are set in HTML with everything else escaped', () => {
    expect(typeset('β^{-1/2} of ε_B < 3 meV/Å').text).toBe(
      '<i>β</i><sup>−1/2</sup> of <i>ε</i><sub>B</sub> &lt; 3\u00a0meV/Å',
    );
    expect(typeset('a_<b>_B snake_case').text).toBe('a_&lt;b&gt;_B snake_case');
  });

  it('are set in SVG text and nowhere else', () => {
    expect(typesetSvg('<g aria-label="ε_B"><text x="1">ε_B (meV/Å)</text></g>')).toBe(
      '<g aria-label="ε_B"><text x="1">ε<tspan dy="3.4" font-size="9.5px">B</tspan><tspan dy="-3.4"> (meV/Å)</tspan></text></g>',
    );
  });
});
