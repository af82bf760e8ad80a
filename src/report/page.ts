import { html, raw } from './escape.js';
import { figures } from './sections/figures.js';
import { header } from './sections/header.js';
import { meaning } from './sections/meaning.js';
import { provenanceSection } from './sections/provenance.js';
import { refitsSection } from './sections/refits.js';
import { setupSection } from './sections/setup.js';
import { structuresSection } from './sections/structures.js';
import { testSection } from './sections/tests.js';
import { STYLE } from './style.js';
import type { ReportData } from './types.js';

/**
 * One self-contained HTML page: no network, no scripts, figures as inline SVG. Every text that comes from outside
 * (names, files, messages) is escaped; the policy in its head would stop scripts and network even so.
 */
export function renderReport(data: ReportData): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${data.campaign}: ${data.outcome.verdict}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
${header(data)}
${meaning(data)}
${figures(data)}
${testSection(data)}
${structuresSection(data)}
${refitsSection(data)}
${setupSection(data)}
${provenanceSection(data)}
<footer>Made by Anharmony. The data of the figures are in CSV files beside this page.</footer>
</main>
</body>
</html>
`.text;
}
