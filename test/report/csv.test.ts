import { describe, expect, it } from 'vitest';
import { reportFiles } from '../../src/report/csv.js';
import { emptyData, sampleData, sampleStructure, sampleTrace } from './sample.js';

function lines(name: string, data = sampleData()): readonly string[] {
  return reportFiles(data)
    .find((file) => file.name === name)!
    .content.trimEnd()
    .split('\n');
}

describe('CSV files', () => {
  it('are one for each figure, and one for each walker', () => {
    const names = reportFiles(sampleData({ traces: [sampleTrace(1, 2), sampleTrace(2, 2)] })).map(
      (file) => file.name,
    );
    expect(names).toEqual([
      'trajectory-walker-1.csv',
      'trajectory-walker-2.csv',
      'refits.csv',
      'structures.csv',
      'bayesian-error-histogram.csv',
      'force-constants.csv',
    ]);
  });

  it('have as many columns in every line as in the first', () => {
    for (const data of [sampleData(), emptyData()]) {
      for (const { content } of reportFiles(data)) {
        const widths = new Set(
          content
            .trimEnd()
            .split('\n')
            .map((row) => row.split(',').length),
        );
        expect(widths.size).toBe(1);
      }
    }
  });

  it('hold every sample in meV/Å and nothing where a value is unknown', () => {
    const rows = lines('trajectory-walker-1.csv');
    expect(rows).toHaveLength(2001);
    expect(rows[1]).toBe('0.004,8,,,');
    expect(Number(rows[2000].split(',')[1])).toBeCloseTo(sampleData().traces[0].error[1999] * 1e3, 6);
  });

  it('quote what CSV needs quoted and disarm formulas', () => {
    const hostile = sampleData({ structures: [sampleStructure(0, { label: '=cmd|"x",\n1' })] });
    const content = reportFiles(hostile).find((file) => file.name === 'structures.csv')!.content;
    expect(content).toContain(`"'=cmd|""x"",\n1"`);
  });
});
