/* Plots as inline SVG, without a script; the numbers stand in titles, and in the table under each. */
import type { AuditReport } from '../../../audit/report/index.js';
import { type Markup, markup, NOTHING } from '../markup.js';
import { count } from './sentences.js';

type Day = AuditReport['days'][number];

const PARTS = ['authenticated', 'encrypted', 'clear', 'deferred', 'bounced'] as const;
const DAY_MS = 86_400_000;
const DAYS_MAX = 92;
const PLOT = { width: 860, height: 240, left: 46, right: 852, top: 14, bottom: 208 } as const;
const LABELS_MAX = 8;

/** Shares of each day. Days without data stay empty. */
export function dayPlot(days: readonly Day[]): Markup {
  const shown = days.slice(-DAYS_MAX);
  const first = Date.parse(shown[0]!.day);
  const span = Math.min(DAYS_MAX, Math.round((Date.parse(shown.at(-1)!.day) - first) / DAY_MS) + 1);
  const placed = shown.filter(
    ({ day }) => Date.parse(day) >= Date.parse(shown.at(-1)!.day) - (span - 1) * DAY_MS,
  );
  const begin = Date.parse(placed[0]!.day);
  const step = (PLOT.right - PLOT.left) / span;
  const every = Math.ceil(span / LABELS_MAX);
  const bars = placed.map((day) => {
    const at = Math.round((Date.parse(day.day) - begin) / DAY_MS);
    const label =
      at % every === 0
        ? markup`<text x="${round(PLOT.left + (at + 0.5) * step)}" y="${PLOT.bottom + 20}" text-anchor="middle">${day.day.slice(5)}</text>`
        : NOTHING;
    return markup`${dayBar(day, PLOT.left + at * step, step)}${label}`;
  });
  const ticks = [0, 25, 50, 75, 100].map((percent) => {
    const y = round(PLOT.bottom - (percent / 100) * (PLOT.bottom - PLOT.top));
    return markup`<line class="rule" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}"/><text x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${percent} %</text>`;
  });
  return markup`<svg class="chart" viewBox="0 0 ${PLOT.width} ${PLOT.height}" role="img" aria-labelledby="plot-title plot-description">
<title id="plot-title">What became of the mail of each day</title>
<desc id="plot-description">Stacked shares from ${shown[0]!.day} to ${shown.at(-1)!.day}; from below authenticated, encrypted, in clear, waiting, refused. Days without mail are empty.</desc>
${ticks}${bars}
</svg>`;
}

function dayBar(day: Day, left: number, step: number): Markup {
  const width = round(Math.min(48, step * 0.72));
  const x = round(left + (step - width) / 2);
  const title = `${day.day}: ${PARTS.map((part) => `${count(day[part])} ${part}`).join(', ')}`;
  let y: number = PLOT.bottom;
  const rects = PARTS.map((part) => {
    const height = day.recipients === 0 ? 0 : (day[part] / day.recipients) * (PLOT.bottom - PLOT.top);
    if (height === 0) return NOTHING;
    y -= height;
    return markup`<rect class="${part}" x="${x}" y="${round(y)}" width="${width}" height="${round(height)}"/>`;
  });
  return markup`<g><title>${title}</title>${rects}</g>
`;
}

/** How a domain's mail was protected. */
export function protectionBar(
  counts: Pick<AuditReport['domains'][number], (typeof PARTS)[number] | 'recipients'>,
): Markup {
  const title = PARTS.map((part) => `${count(counts[part])} ${part}`).join(', ');
  let x = 0;
  const rects = PARTS.map((part) => {
    const width = counts.recipients === 0 ? 0 : (100 * counts[part]) / counts.recipients;
    if (width === 0) return NOTHING;
    const rect = markup`<rect class="${part}" x="${round(x)}" width="${round(width)}" height="4"/>`;
    x += width;
    return rect;
  });
  return markup`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="${title}"><title>${title}</title>${rects}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
