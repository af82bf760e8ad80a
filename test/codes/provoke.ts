import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { computeLabel, type LabelAnswer } from '../../src/reference/attempts.js';
import { DEFAULT_GATE_LIMITS } from '../../src/reference/gateLimits.js';
import type { Calculator, ReferenceStructure } from '../../src/reference/types.js';
import { inScratch } from '../reference/scratch.js';

/** Debian's mpirun, as root too. */
export const MPIRUN = ['mpirun', '--allow-run-as-root', '--bind-to', 'none', '-np', '2'];

/** Computes a label as a campaign does; `meanwhile` sees the folder while the code runs. */
export function labelOf(
  calculator: Calculator,
  structure: ReferenceStructure,
  meanwhile: (folder: string) => Promise<void> = async () => undefined,
): Promise<LabelAnswer> {
  return inScratch(async ({ scratch, signal }) => {
    const folder = join(scratch, 'run');
    const [answer] = await Promise.all([labelIn(folder, calculator, structure, signal), meanwhile(folder)]);
    return answer;
  });
}

export function labelIn(
  scratch: string,
  calculator: Calculator,
  structure: ReferenceStructure,
  signal: AbortSignal,
): Promise<LabelAnswer> {
  return computeLabel({
    calculator,
    structure,
    limits: DEFAULT_GATE_LIMITS,
    attempts: 2,
    signal,
    scratch,
  });
}

/** Processes of this program that work in this folder. */
export function processesIn(folder: string, program: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const isIt = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program;
      return isIt && readlinkSync(`/proc/${pid}/cwd`) === folder ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits two minutes at most: machines are busy. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2400 && !condition(); i++) await pause(50);
  expect(condition()).toBe(true);
}

/** Whether a file of the folder holds this text by now. */
export const says = (file: string, text: string | RegExp) => (folder: string) => () => {
  const path = join(folder, file);
  return existsSync(path) && new RegExp(text).test(readFileSync(path, 'latin1'));
};

/** Works in a folder on a disk of so many bytes; false where none can be mounted. */
export function onSmallDisk(
  size: string,
  work: (disk: string, signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  return inScratch(async ({ scratch, signal }) => {
    const disk = join(scratch, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]).status !== 0) return false;
    try {
      await work(disk, signal);
      return true;
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });
}
