/** The page's style sheet: light and dark by the reader's setting, wide and narrow, and for paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fcfcfb; --panel: #f3f4f2; --ink: #1c1f22; --soft: #565d63; --line: #d9dcda; --accent: #0a5c94;
  --good: #0b6b46; --good-back: #def2e7; --fair: #7a5200; --fair-back: #fbeed0; --bad: #9c2f10; --bad-back: #fbe3da;
  --figure-background: #fcfcfb; --figure-blue: #0072b2; --figure-vermilion: #d55e00; --figure-green: #008562;
  --figure-purple: #a8487f; --figure-sky: #3d9fd6; --figure-amber: #a36a00; --figure-quiet: #767676;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181b; --panel: #1e2327; --ink: #e6e8e6; --soft: #a5adb3; --line: #353c42; --accent: #7cc0ee;
    --good: #7fdcb0; --good-back: #143527; --fair: #f2c66a; --fair-back: #3a2d10; --bad: #ff9e7a; --bad-back: #43200f;
    --figure-background: #15181b; --figure-blue: #5db3ec; --figure-vermilion: #ff8a4a; --figure-green: #46cfa2;
    --figure-purple: #e592c4; --figure-sky: #8fd0f5; --figure-amber: #efbf4e; --figure-quiet: #959da3;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2.2rem 1.4rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; letter-spacing: -0.01em; }
h2 { font-size: 1.3rem; margin: 3rem 0 0.8rem; padding-top: 0.9rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.6rem 0 0.4rem; }
p { margin: 0.6rem 0; max-width: 46rem; }
sub, sup { font-size: 0.72em; line-height: 0; }
code, pre, .hash { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.86em; }
.soft { color: var(--soft); }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
.badge { font-weight: 650; padding: 0.12rem 0.75rem; border-radius: 99px; }
.good { color: var(--good); background: var(--good-back); }
.fair { color: var(--fair); background: var(--fair-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.subtitle { color: var(--soft); margin-top: 0.35rem; }
.reason { font-size: 1.1rem; margin: 1.1rem 0 1.2rem; }
.keys { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0.7rem; margin: 0 0 1.4rem; }
.key { background: var(--panel); border-radius: 8px; padding: 0.7rem 0.9rem; }
.key dt { color: var(--soft); font-size: 0.86rem; }
.key dd { margin: 0; }
.key .value { font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; line-height: 1.35; }
.key .value small { font-size: 0.9rem; font-weight: 450; color: var(--soft); }
.key .note { font-size: 0.82rem; color: var(--soft); line-height: 1.35; }
.notice { border-left: 4px solid currentColor; border-radius: 4px; padding: 0.55rem 0.9rem; margin: 0.8rem 0; max-width: 46rem; }
.notice p, .notice ul { margin: 0; color: var(--ink); }
.notice ul { padding-left: 1.1rem; }
figure { margin: 1.4rem 0 2rem; }
figure .wide svg { width: 100%; }
figure .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0.8rem; }
figure .panels svg { width: 100%; max-width: 26rem; }
figure .scroll { overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; overflow: visible; --plot-background: var(--figure-background); }
figure svg g[aria-label$="grid"] { stroke-opacity: 0.13; }
figcaption { color: var(--soft); font-size: 0.92rem; margin-top: 0.5rem; max-width: 46rem; }
figcaption b { color: var(--ink); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; margin: 0.5rem 0; }
th, td { padding: 0.26rem 0.75rem 0.26rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); vertical-align: bottom; }
th small { font-weight: 450; display: block; }
td.n, th.n { text-align: right; }
td.n { white-space: nowrap; }
.long td, .long th { white-space: nowrap; padding-right: 0.95rem; font-size: 0.84rem; }
tr.gone td { color: var(--soft); }
.tag { border-radius: 4px; padding: 0 0.4rem; font-size: 0.85em; white-space: nowrap; }
.bar { display: inline-block; width: 8rem; height: 0.55rem; border-radius: 99px; background: var(--line); overflow: hidden; vertical-align: middle; }
.bar i { display: block; height: 100%; background: var(--figure-blue); }
.bar i.met { background: var(--figure-green); }
.breakout { width: min(96vw, 84rem); margin-left: calc(50% - min(48vw, 42rem)); }
.breakout table { margin-inline: auto; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2.2rem; }
.columns table { width: 100%; }
.columns td:last-child { overflow-wrap: anywhere; }
details { margin: 0.8rem 0; }
summary { cursor: pointer; color: var(--accent); padding: 0.2rem 0; }
pre { background: var(--panel); border-radius: 8px; padding: 0.9rem 1.1rem; overflow-x: auto; line-height: 1.45; tab-size: 2; }
.hash { overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-top: 0.9rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.86rem; }
@media (max-width: 40rem) {
  main { padding: 1.3rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  figure .wide svg { max-width: none; width: 36rem; }
  .key { padding: 0.5rem 0.7rem; }
  .keys { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
  .key .value { font-size: 1.2rem; }
}
@media print {
  :root { color-scheme: light; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  figure, .key, tr { break-inside: avoid; }
  .scroll, pre { overflow: visible; }
  .breakout { width: auto; margin: 0; }
  pre { white-space: pre-wrap; }
  .long td, .long th { font-size: 6.2pt; padding-right: 0.35rem; }
}
`;
