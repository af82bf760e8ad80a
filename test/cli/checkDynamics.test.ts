import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCampaign } from '../../src/campaign/parse.js';
import { checkDynamics, scheduleLines } from '../../src/cli/campaigns/checkDynamics.js';
import { InputError } from '../../src/errors.js';

const argon = readFileSync(new URL('../../examples/argon.yaml', import.meta.url), 'utf8');

/** The example with other lines at its end and another temperature. */
function settings(extra: string, temperature = '40') {
  return parseCampaign(
    `${argon.replace(/temperature: 40[^\n]*/, `temperature: ${temperature}`)}\n${extra}`,
    'argon.yaml',
  );
}

describe('the molecular dynamics of a campaign', () => {
  it('is fine in the example', () => {
    expect(() => checkDynamics(settings(''))).not.toThrow();
    expect(scheduleLines(settings(''))).toEqual([]);
  });

  it.each([
    ['limits: { time: 4 ps }', /acquisition\.window: is longer than the run.*1000 MD steps.*at most 800/],
    ['acquisition: { window: 500 }', /acquisition\.minWindow: is longer than the window/],
    ['limits: { time: 1 fs }', /limits\.time: is shorter than one timestep/],
  ])('%s is refused', (extra, message) => {
    expect(() => checkDynamics(settings(extra))).toThrow(InputError);
    expect(() => checkDynamics(settings(extra))).toThrow(message);
  });

  it('says what a schedule does, and when the limit cuts it short', () => {
    const legs = '[{ from: 20, to: 60, time: 40 ps }, { hold: 60, time: 20 ps }]';
    expect(scheduleLines(settings('', legs))).toEqual(['temperature 20 → 60 K over 60 ps']);
    expect(scheduleLines(settings('limits: { time: 20 ps }', legs))).toEqual([
      'warning: temperature 20 → 60 K over 60 ps, but limits.time ends it after 20 ps at 40 K',
    ]);
  });
});
