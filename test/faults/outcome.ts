import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { Addition } from '../../src/campaign/messages.js';
import { parseLedgerLines } from '../../src/store/ledger.js';
import type { Ref } from '../../src/store/types.js';
import { CAMPAIGN, type Site, until } from './site.js';

/** What must not depend on any fault. */
export interface Outcome {
  readonly forceConstants: string;
  /** Training structures of the last refit, in order. */
  readonly structures: readonly string[];
  /** As the campaign counts them. */
  readonly referenceRuns: number;
  readonly mdSteps: number;
}

export function ledgerOf(site: Site): readonly LedgerEntryBody[] {
  return parseLedgerLines<LedgerEntryBody>(
    readFileSync(join(site.path, 'runs', CAMPAIGN, 'ledger.jsonl'), 'utf8'),
  );
}

export function objectPath(site: Site, { hash }: Pick<Ref, 'hash'>): string {
  return join(site.home, 'store/objects', hash.slice(0, 2), hash.slice(2));
}

export function outcomeOf(site: Site): Outcome {
  const entries = ledgerOf(site);
  const refits = entries.filter((entry) => entry.type === 'refitted');
  const last = refits.at(-1)!;
  const set = JSON.parse(readFileSync(objectPath(site, last.trainingSet), 'utf8')) as {
    readonly entries: readonly Addition[];
  };
  const explored = entries.filter((entry) => entry.type === 'explored');
  return {
    forceConstants: last.forceField.parametersHash,
    structures: set.entries.map((entry) => `${entry.id} ${entry.group} ${entry.structure.hash}`),
    referenceRuns: entries.filter((e) => e.type === 'quarantined' || (e.type === 'labelled' && !e.adopted))
      .length,
    mdSteps: explored.reduce((sum, e) => sum + e.toStep - e.fromStep, 0),
  };
}

/** MD steps per second of an undisturbed round. */
export function paceOf(site: Site): number {
  const explored = ledgerOf(site).filter((entry) => entry.type === 'explored');
  const seconds = explored.reduce((sum, e) => sum + e.seconds, 0);
  return explored.reduce((sum, e) => sum + e.toStep - e.fromStep, 0) / seconds;
}

export interface ReferenceLog {
  /** Runs that began. */
  readonly began: number;
  readonly ended: number;
  /** Finished runs of a structure that had a finished run already. */
  readonly repeated: number;
  /** Runs that began and did not finish: cut off by the fault, and run again. */
  readonly cut: number;
}

/** What the reference program itself wrote down. */
export function referenceLog(...sites: readonly Site[]): ReferenceLog {
  const lines = sites
    .map((site) => join(site.path, 'reference.log'))
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'))
    .map((line) => line.split(' '));
  const asked = (word: string) => lines.filter(([what]) => what === word).map(([, hash]) => hash);
  const ended = asked('ended');
  return {
    began: asked('began').length,
    ended: ended.length,
    repeated: ended.length - new Set(ended).size,
    cut: asked('began').length - ended.length,
  };
}

/** The newest sign of work in a site, ms since the epoch: an object of the store, a checkpoint, a run of the reference. */
function lastWork(site: Site): number {
  const times = [join(site.path, 'reference.log')];
  for (const folder of ['store/objects', `store/progress/${CAMPAIGN}`]) {
    const path = join(site.home, folder);
    if (existsSync(path)) times.push(path, ...readdirSync(path).map((name) => join(path, name)));
  }
  return Math.max(...times.map((path) => (existsSync(path) ? statSync(path).mtimeMs : 0)));
}

/** Seconds from a moment (Date.now()) until work goes on after it. */
export async function secondsUntilWork(site: Site, since: number, patience = 90): Promise<number> {
  const went = await until(`work after the fault`, () => lastWork(site) > since, patience).catch(String);
  if (typeof went === 'string') throw new Error(`${went}\n${site.running.map((r) => r.output()).join('\n')}`);
  return (lastWork(site) - since) / 1e3;
}

/** Everything that a fault must leave as it is. */
export function expectUndisturbed(found: Outcome, undisturbed: Outcome): void {
  expect(found).toEqual(undisturbed);
}
