import { diagnosticsPart } from './diagnostics/sections.js';
import { htmlDocument } from './document.js';
import { html } from './escape.js';
import { figures } from './sections/figures.js';
import { header } from './sections/header.js';
import { meaning } from './sections/meaning.js';
import { provenanceSection } from './sections/provenance.js';
import { refitsSection } from './sections/refits.js';
import { setupSection } from './sections/setup.js';
import { structuresSection } from './sections/structures.js';
import { testSection } from './sections/tests.js';
import type { ReportData } from './types.js';

/**
 * The page of a campaign. Every text that comes from outside (names, files, messages) is escaped.
 */
export function renderReport(data: ReportData): string {
  return htmlDocument(
    `${data.campaign}: ${data.outcome.verdict}`,
    html`${header(data)}
${meaning(data)}
${figures(data)}
${testSection(data)}
${diagnosticsPart(data.diagnostics)}
${structuresSection(data)}
${refitsSection(data)}
${setupSection(data)}
${provenanceSection(data)}
<footer>Made by Anharmony. The data of the figures are in CSV files beside this page.</footer>`,
  );
}
