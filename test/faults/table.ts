import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../e2e/cli.js';

/** What a fault cost. */
export interface Cost {
  readonly fault: string;
  /** MD steps that were computed again. */
  readonly steps: number;
  /** Finished reference runs that were run again. */
  readonly repeated: number;
  /** Reference runs whose result never came. */
  readonly lost: number;
  /** From the fault, or from its end where it lasts, until work goes on. */
  readonly seconds: number;
}

const FOLDER = join(root, 'dist/faults');
const LINES = join(FOLDER, 'costs.jsonl');
const TABLE = join(FOLDER, 'table.md');

export function clearTable(): void {
  mkdirSync(FOLDER, { recursive: true });
  rmSync(LINES, { force: true });
}

export function tell(cost: Cost): void {
  appendFileSync(LINES, `${JSON.stringify(cost)}\n`);
}

/** Writes and shows the table of all cases that were measured. */
export function printTable(wall: number): void {
  const costs = existsSync(LINES) ? readFileSync(LINES, 'utf8').trim().split('\n') : [];
  const rows = costs
    .map((line) => JSON.parse(line) as Cost)
    .sort((a, b) => a.fault.localeCompare(b.fault, 'en', { numeric: true }))
    .map(({ fault, steps, repeated, lost, seconds }) => [fault, steps, repeated, lost, seconds.toFixed(1)]);
  const head = ['fault', 'MD steps redone', 'reference runs repeated', 'lost', 's until it goes on'];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  writeFileSync(TABLE, `${table}\n\n${rows.length} faults in ${wall.toFixed(0)} s.\n`);
  console.log(`\n${readFileSync(TABLE, 'utf8')}(${TABLE})`);
}
