import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { requireTimestep } from '../../src/md/timestep.js';

describe('the timestep', () => {
  it('may be a tenth of the shortest period', () => {
    expect(() => requireTimestep(6.4, 15.6)).not.toThrow();
    expect(() => requireTimestep(5, 2)).not.toThrow();
  });

  it('is refused with the period and a proposal that is accepted', () => {
    expect(() => requireTimestep(8, 15.6, '--timestep')).toThrow(InputError);
    try {
      requireTimestep(8, 15.6, '--timestep');
    } catch (error) {
      expect((error as Error).message).toBe(
        '--timestep: too long for the highest phonon, 15.60 THz, whose period is 64.1 fs; got 8 fs; expected at most 6.4 fs\n' +
          '  hint: 3.2 fs resolves it by 20 steps',
      );
    }
  });

  it.each([0, -1, Number.NaN])('is refused when it is %s', (timestep) => {
    expect(() => requireTimestep(timestep, 1)).toThrow(InputError);
  });
});
