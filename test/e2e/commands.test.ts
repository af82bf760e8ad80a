import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Finished,
  forceConstants,
  isAlive,
  killTree,
  processTree,
  type Running,
  root,
  run,
  smallCampaign,
  start,
  temporaryFolder,
  untilSaid,
} from './cli.js';

/** What `start`, `list`, `status`, `watch`, `cancel`, `run` and `report` do, with real processes and a real server. */
const UNLIMITED = '{ stopAtConvergence: false }';

function workplace() {
  const folder = temporaryFolder();
  copyFileSync(join(root, 'examples/silicon.POSCAR'), join(folder.path, 'silicon.POSCAR'));
  writeFileSync(join(folder.path, 'small.yaml'), smallCampaign('small'));
  writeFileSync(join(folder.path, 'long.yaml'), smallCampaign('long', { convergence: UNLIMITED }));
  return folder;
}

const served = workplace();
const alone = workplace();
const services: Running[] = [];
let undisturbed: Finished;

async function service(args: readonly string[], ready: RegExp): Promise<void> {
  const running = start(args, served.path);
  services.push(running);
  await untilSaid(running, ready);
}

beforeAll(async () => {
  await service(['server'], /Temporal server: 127/);
  await service(['worker'], /"msg":"working"/);
}, 120_000);

afterAll(async () => {
  for (const { child, finished } of services.reverse()) {
    child.kill('SIGINT');
    await finished;
  }
  served.remove();
  alone.remove();
}, 60_000);

describe('a server with a worker', () => {
  const here = (...args: string[]) => run(args, served.path);

  it('starts a campaign, shows it, cancels it in the middle of MD, and goes on with it', async () => {
    const started = await here('start', 'long.yaml');
    expect(started, started.stderr).toMatchObject({ code: 0 });
    expect(started.stdout).toMatch(/^campaign long: started/);
    expect(JSON.parse((await here('list', '--json')).stdout)).toMatchObject([
      { name: 'long', status: 'RUNNING' },
    ]);

    const watching = start(['watch', 'long', '--format', 'plain'], served.path);
    await untilSaid(watching, / pick walker=1/);
    expect((await here('status', 'long')).stdout).toMatch(/^campaign long: running\nrunning: stage /);

    const began = performance.now();
    const cancelled = await here('cancel', 'long');
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(cancelled).toMatchObject({ code: 0 });
    expect(cancelled.stdout).toMatch(/^campaign long: cancelled/);
    const watched = await watching.finished;
    expect(watched.code).toBe(130);
    expect(watched.stdout).toMatch(/ finished .*verdict=cancelled/);
    expect((await here('status', 'long')).stdout).toMatch(/^campaign long: completed\ncancelled: /);

    expect((await here('start', 'long.yaml')).stdout).toMatch(/^campaign long: resumed/);
    const report = await here('report', 'long');
    expect(report, report.stderr).toMatchObject({ code: 0 });
    expect(existsSync(join(report.stdout.trim(), 'report.html'))).toBe(true);
  }, 120_000);

  it('refuses the name for another configuration, and says what differs', async () => {
    writeFileSync(join(served.path, 'other.yaml'), smallCampaign('long', { seed: '7' }));
    const refused = await here('start', 'other.yaml');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/name: "long" is taken by another configuration/);
    expect(refused.stderr).toMatch(/seed: 1 before, 7 now/);
  }, 30_000);

  it('runs a campaign to its end, with nothing but JSON lines where they are asked for', async () => {
    undisturbed = await here('run', 'small.yaml', '--format', 'json');
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    const lines = undisturbed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) {
      expect(line).toMatchObject({ campaign: 'small' });
      expect(Object.keys(line)).toEqual(expect.arrayContaining(['walker', 'step', 'time', 'level']));
    }
    expect(lines.at(-1)).toMatchObject({ msg: 'result', verdict: 'converged' });
  }, 120_000);

  it('finds campaigns by what became of them, and reports on finished ones', async () => {
    const query = ['list', '--json', '--query', "AnharmonyVerdict = 'converged'"];
    // Visibility follows within a second.
    const found = async () =>
      (JSON.parse((await here(...query)).stdout) as { name: string }[]).map(({ name }) => name);
    await expect.poll(found, { timeout: 10_000, interval: 500 }).toEqual(['small']);
    const report = await here('report', 'small');
    expect(report, report.stderr).toMatchObject({ code: 0 });
    expect(existsSync(join(report.stdout.trim(), 'report.html'))).toBe(true);
    const bad = await here('list', '--query', 'Nothing = 1');
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/--query/);
    expect((await here('status', 'nobody')).code).toBe(2);
    expect((await here('cancel', 'long')).stdout).toMatch(/^campaign long: cancelled/);
  }, 60_000);
});

describe('`run` by itself', () => {
  it('ends at Ctrl-C within ten seconds, says how to go on, and leaves no process behind', async () => {
    const running = start(['run', 'small.yaml'], alone.path);
    await untilSaid(running, / refit .*structures=8/);
    const tree = processTree(running.child.pid!);
    const began = performance.now();
    running.child.kill('SIGINT');
    const ended = await running.finished;
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stderr).toMatch(/interrupted: campaign small goes on where it was with the same command/);
    expect(tree.length).toBeGreaterThan(1);
    expect(tree.filter(isAlive)).toEqual([]);
  }, 120_000);

  it('goes on when two start it at once: both end with the result of an undisturbed run', async () => {
    const both = [0, 1].map(() => start(['run', 'small.yaml'], alone.path));
    try {
      const expected = (
        JSON.parse(undisturbed.stdout.trim().split('\n').at(-1)!) as { forceConstants: string }
      ).forceConstants;
      for (const { finished } of both) {
        const result = await finished;
        expect(result.code, result.stderr).toBe(0);
        expect(forceConstants(result)).toBe(expected);
      }
    } finally {
      for (const { child } of both) killTree(child.pid!);
    }
  }, 120_000);
});
