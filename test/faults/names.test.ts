import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectUndisturbed, outcomeOf, referenceLog } from './outcome.js';
import { begin, clear, converged, newSite, runCampaign, type Site } from './site.js';
import { tell } from './table.js';

describe('one name', () => {
  let site: Site;
  beforeAll(() => {
    site = newSite();
  });
  afterAll(() => clear(site));

  it('9: two `run` commands at once do the campaign once', async () => {
    await Promise.all([runCampaign(site), runCampaign(site)].map(converged));
    const { began, ended, repeated } = referenceLog(site);
    tell({ fault: '9 two `run` at once', steps: 0, repeated, lost: began - ended, seconds: 0 });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });

  it('10: is refused for another file, which is told what differs; the campaign stands', async () => {
    const text = readFileSync(join(site.path, 'campaign.yaml'), 'utf8');
    writeFileSync(join(site.path, 'other.yaml'), text.replace('temperature: 300', 'temperature: 400'));
    const refused = await begin(site, ['run', 'other.yaml']).finished;
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/name: "small" is taken by another configuration/);
    expect(refused.stderr).toMatch(/md.temperature: 300 before, 400 now/);
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
    tell({ fault: '10 the name for another file', steps: 0, repeated: 0, lost: 0, seconds: 0 });
  });
});
