import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeTrajectory,
  encodeTrajectoryChunk,
  encodeTrajectoryHeader,
  type TrajectoryChunk,
} from '../../src/md/trajectoryFormat.js';
import { FrameError } from '../../src/numerics/frame.js';

const header = {
  species: ['Ga', 'As'],
  lattice: Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 5),
  sites: Float64Array.of(0, 0, 0, 2.5, 2.5, 2.5),
  masses: Float64Array.of(69.72, 74.92),
  timestep: 2,
};

function chunk(...steps: number[]): TrajectoryChunk {
  const fill = (scale: number) => Float32Array.from({ length: 6 * steps.length }, (_, i) => scale * (i - 2));
  return {
    steps: Int32Array.from(steps),
    potentialEnergies: Float64Array.from(steps, (s) => s / 7),
    temperatures: Float64Array.from(steps, () => 301),
    errors: Float64Array.from(steps, () => Number.NaN),
    displacements: fill(0.125),
    velocities: fill(0.01),
    forces: fill(-3),
  };
}

const chunks = [chunk(10), chunk(20, 30), chunk(40)];
const bytes = Buffer.concat([encodeTrajectoryHeader(header), ...chunks.map(encodeTrajectoryChunk)]);
const python = spawnSync('python3', ['--version']).status === 0;

describe('the binary trajectory', () => {
  it('is read back as it was written, chunks of any number of frames', () => {
    expect(decodeTrajectory(bytes)).toEqual({ header, chunks });
  });

  it('can be read while its last chunk is being written', () => {
    for (const missing of [1, 30, 300]) {
      expect(decodeTrajectory(bytes.subarray(0, bytes.length - missing)).chunks).toEqual(chunks.slice(0, 2));
    }
  });

  it('is refused where it is none', () => {
    expect(() => decodeTrajectory(new Uint8Array(10))).toThrow(FrameError);
    expect(() => decodeTrajectory(new Uint8Array(100))).toThrow(FrameError);
    expect(() => decodeTrajectory(encodeTrajectoryChunk(chunks[0]))).toThrow(/expected a frame of/);
  });

  it.skipIf(!python)('is read by the Python of the documentation', () => {
    const folder = mkdtempSync(join(tmpdir(), 'anharmony-trajectory-'));
    try {
      const docs = readFileSync(join(import.meta.dirname, '../../docs/trajectory-format.md'), 'utf8');
      const [, program] = /```python\n([\s\S]*?)```/.exec(docs)!;
      writeFileSync(join(folder, 'read.py'), program);
      writeFileSync(join(folder, 'trajectory.bin'), bytes);
      const run = spawnSync('python3', [join(folder, 'read.py'), join(folder, 'trajectory.bin')]);
      const expected = chunks.flatMap((c) =>
        [...c.steps].map((step, k) => {
          const u = c.displacements.subarray(6 * k, 6 * k + 6);
          const squared = u.reduce((sum, x) => sum + x * x, 0) / 2;
          return `${step} ${c.potentialEnergies[k].toFixed(6)} ${squared.toFixed(5)}`;
        }),
      );
      expect(run.stderr.toString()).toBe('');
      expect(run.stdout.toString().trim().split('\n')).toEqual(expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
