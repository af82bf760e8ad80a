import { readFileSync } from 'node:fs';

/** From package.json, which lies one folder above `src/` and two above `dist/src/`. */
export const PROGRAM_VERSION: string = (() => {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // The other place.
    }
  }
  return 'unknown';
})();
