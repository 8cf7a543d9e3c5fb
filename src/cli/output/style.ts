/* The look of the page: system fonts, two colours that everybody can tell apart, and as much width as there is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f2; --card: #ffffff; --ink: #1d2330; --soft: #5b6475; --line: #e2e0da;
  --passed: #3d74b8; --failed: #d0480f; --failed-soft: #fbe9df; --passed-soft: #e3edf8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171d; --card: #1c2028; --ink: #e8eaef; --soft: #9aa3b5; --line: #2f3540;
    --passed: #6ea3e0; --failed: #ff8a52; --failed-soft: #3a251c; --passed-soft: #1e2c3e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .9rem; }
h3 { font-size: 1.02rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 .6rem; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; margin: 0 0 .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .9rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .85rem 1.1rem; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tiles span { color: var(--soft); font-size: .875rem; }
.tiles .alarm b { color: var(--failed); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .5rem; padding: 0; list-style: none; font-size: .875rem; color: var(--soft); }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .4rem; vertical-align: -.08rem; }
.legend .passed { background: var(--passed); }
.legend .failed { background: var(--failed); }
.scroll { overflow-x: auto; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; }
.chart { min-width: 34rem; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .rule { stroke: var(--line); stroke-width: 1; }
svg .passed { fill: var(--passed); }
svg .failed { fill: var(--failed); }
svg .back { fill: var(--line); }
svg g:hover rect { opacity: .8; }
.bar { height: .55rem; border-radius: .3rem; margin: .35rem 0 .6rem; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .1rem 1rem; align-items: baseline; }
.head .number { font-variant-numeric: tabular-nums; font-weight: 600; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.kind { background: var(--failed-soft); border-radius: .3rem; padding: .05rem .35rem; }
.remedy { margin: 0; }
.clause { color: var(--soft); font-size: .82rem; white-space: nowrap; }
th .kind { white-space: nowrap; }
td.clause { white-space: normal; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: 0 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; min-width: 5rem; }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: .82rem; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.when { white-space: nowrap; }
tbody tr:last-child > * { padding-bottom: 0; }
details > summary { cursor: pointer; }
details[open] > summary { margin-bottom: .7rem; }
ul.plain { margin: 0; padding-left: 1.1rem; }
footer { color: var(--soft); font-size: .85rem; padding-top: 2rem; padding-bottom: 3rem; }
@media (max-width: 40rem) { th, td { padding-right: .6rem; } td.when { white-space: normal; } }
@media print { body { background: none; } .card { break-inside: avoid; } }
`;
