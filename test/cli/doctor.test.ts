import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { diagnose, registerDoctor } from '../../src/cli/commands/doctor.js';
import { findPrograms } from '../../src/cli/doctor/codes.js';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(...args: string[]): Promise<string> {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const program = new Command();
  registerDoctor(program);
  await program.parseAsync(['doctor', ...args], { from: 'user' });
  return print.mock.calls.flat().join('\n');
}

describe('doctor', () => {
  it('says what this machine has, as JSON', async () => {
    const found = JSON.parse(await run('--json', '--home', '/tmp/absent/home'));
    expect(found.machine.node).toEqual({ version: process.versions.node, wanted: '>=20.3', suffices: true });
    expect(found.machine.cores.usable).toBeGreaterThan(0);
    expect(found.machine.disk).toMatchObject({ home: '/tmp/absent/home', free: expect.any(Number) });
    expect(found.server.ways.map((way: { way: string }) => way.way)).toEqual([
      'settings',
      'path',
      'cache',
      'download',
      'go-install',
    ]);
    expect(process.exitCode).toBe(found.ready ? 0 : 1);
  });

  it('tells a person the same', async () => {
    const text = await run();
    for (const word of [
      'Node',
      'cores',
      'memory',
      'disk',
      'Temporal server',
      'go-install',
      'VASP',
      'LAMMPS',
    ]) {
      expect(text).toContain(word);
    }
  });

  it('says what to install for every code that is not there', async () => {
    const programs = await findPrograms({ PATH: '/nowhere' });
    expect(programs.map(({ name }) => name)).toContain('GPAW');
    for (const { path, install } of programs)
      expect([path, install]).toEqual([undefined, expect.any(String)]);
  });

  it('is not ready without any way to a server, and unreadable settings are a finding', async () => {
    vi.stubEnv('TEMPORAL_PROFILE', 'absent');
    const { ready, server } = await diagnose('/tmp');
    vi.unstubAllEnvs();
    expect(ready).toBe(false);
    expect(server.ways[0].line).toContain('TEMPORAL_PROFILE');
  });
});
