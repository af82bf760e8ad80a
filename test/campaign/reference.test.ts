import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { campaignReference } from '../../src/campaign/reference.js';

describe('the reference of the campaign file', () => {
  const page = campaignReference();

  it('is the page in the documentation (refresh it with `npm run build && npm run docs`)', () => {
    expect(readFileSync(new URL('../../docs/campaign-file.md', import.meta.url), 'utf8')).toBe(page);
  });

  it('names nested keys, choices, defaults and units', () => {
    expect(page).toContain('`calculator: command`');
    expect(page).toMatch(/\| `minGap` \| time \| `200 fs` \|/);
    expect(page).toMatch(/\| `random\.displacement` \| number > 0 \| `0.03` \| .*Å/);
    expect(page).toMatch(/\| `crystal` \| text \| required \|/);
    expect(page).not.toContain('undefined');
  });
});
