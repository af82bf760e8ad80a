import { type Html, html, raw } from './escape.js';
import { STYLE } from './style.js';

/**
 * A self-contained HTML page: no network, no scripts, figures as inline SVG; the policy in its head would stop both even
 * if a text from outside got through.
 */
export function htmlDocument(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}
