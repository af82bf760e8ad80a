import type { CampaignSettings } from '../../../src/campaign/schema.js';
import type { SettingsGroup } from '../../../src/report/types.js';

const TITLES = {
  md: 'Molecular dynamics',
  initial: 'Initial training data',
  regression: 'Regression',
  reference: 'Reference',
  convergence: 'Convergence',
  limits: 'Limits',
} as const;

/** What was set, beside the expansion and the acquisition, for reading; times in fs. */
export function settingsOf(settings: CampaignSettings): SettingsGroup[] {
  const general = {
    title: 'General',
    entries: [
      { name: 'seed', value: String(settings.seed) },
      { name: 'symprec', value: `${settings.symprec} Å` },
    ],
  };
  const groups = Object.entries(TITLES).map(([key, title]) => ({
    title,
    entries: flatten(settings[key as keyof typeof TITLES]),
  }));
  return [general, ...groups];
}

function flatten(value: object, prefix = ''): { name: string; value: string }[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? flatten(inner, `${prefix}${key}.`)
      : [{ name: prefix + key, value: Array.isArray(inner) ? JSON.stringify(inner) : String(inner) }],
  );
}
