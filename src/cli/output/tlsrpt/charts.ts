/*
 * Plots as inline SVG: no scripts, and every bar has its numbers in a title. Failures stand at the bottom of the stack, so that
 * they can be compared from day to day, and are never drawn too thin to be seen.
 */
import { nextDay } from '../../../policy/tls-report/read/date-time.js';
import type { DaySummary, SessionCounts } from '../../../policy/tls-report/read/summary.js';
import { type Markup, markup, NOTHING } from '../markup.js';
import { count, share } from './words.js';

const DAYS_MAX = 92;
const WIDTH = 860;
const HEIGHT = 240;
const PLOT = { left: 62, right: 852, top: 14, bottom: 208 } as const;
const THICKNESS_MIN = 2.5;
const LABELS_MAX = 8;

/** Sessions for each day. Beyond three months, the latest days only. */
export function dayChart(days: readonly DaySummary[]): Markup {
  const shown = withGaps(days);
  const highest = Math.max(1, ...shown.map(({ success, failure }) => success + failure));
  const top = niceCeiling(highest);
  const scale = (sessions: number) => (sessions / top) * (PLOT.bottom - PLOT.top);
  const step = (PLOT.right - PLOT.left) / shown.length;
  const bars = shown.map((day, at) => dayBar(day, PLOT.left + at * step, step, scale));
  const labelEvery = Math.ceil(shown.length / LABELS_MAX);
  const labels = shown.map(({ day }, at) =>
    at % labelEvery === 0
      ? markup`<text x="${round(PLOT.left + (at + 0.5) * step)}" y="${PLOT.bottom + 20}" text-anchor="middle">${day}</text>`
      : NOTHING,
  );
  const ticks = ticksUpTo(top).map((value) => {
    const y = round(PLOT.bottom - scale(value));
    return markup`<line class="rule" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}"/><text x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${count(value)}</text>`;
  });
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="days-title days-description">
<title id="days-title">Sessions for each day</title>
<desc id="days-description">Bars from ${shown[0]?.day ?? ''} to ${shown.at(-1)?.day ?? ''}; failed sessions below, successful ones above. The same numbers are in the table that follows.</desc>
${ticks}${bars}${labels}
</svg>`;
}

function dayBar(day: DaySummary, left: number, step: number, scale: (sessions: number) => number): Markup {
  const width = round(Math.min(48, step * 0.72));
  const x = round(left + (step - width) / 2);
  const failed = thickness(day.failure, scale);
  const passed = thickness(day.success, scale);
  const title = `${day.day}: ${count(day.success)} succeeded, ${count(day.failure)} failed (${share(day)} passed)`;
  return markup`<g><title>${title}</title><rect class="passed" x="${x}" y="${round(PLOT.bottom - failed - passed)}" width="${width}" height="${passed}"/><rect class="failed" x="${x}" y="${round(PLOT.bottom - failed)}" width="${width}" height="${failed}"/></g>
`;
}

function thickness(sessions: number, scale: (sessions: number) => number): number {
  return sessions === 0 ? 0 : round(Math.max(THICKNESS_MIN, scale(sessions)));
}

/** Days without a report between days with one, where that does not make too many. */
function withGaps(days: readonly DaySummary[]): readonly DaySummary[] {
  const latest = days.slice(-DAYS_MAX);
  const filled: DaySummary[] = [];
  for (const day of latest) {
    for (let gap = followingDay(filled); gap !== null && gap < day.day; gap = followingDay(filled)) {
      if (filled.length > DAYS_MAX) return latest;
      filled.push({ day: gap, success: 0, failure: 0, mayCountTwice: 0, successShare: null });
    }
    filled.push(day);
  }
  return filled.length > DAYS_MAX ? latest : filled;
}

function followingDay(days: readonly DaySummary[]): string | null {
  const last = days.at(-1);
  return last === undefined ? null : nextDay(last.day);
}

/** One horizontal bar, filled in proportion. */
export function shareBar(part: number, whole: number, title: string): Markup {
  const width = part === 0 || whole === 0 ? 0 : Math.max(0.6, (100 * part) / whole);
  return markup`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="${title}"><title>${title}</title><rect class="back" width="100" height="4"/><rect class="failed" width="${round(Math.min(100, width))}" height="4"/></svg>`;
}

/** Success and failure side by side. */
export function splitBar(counts: SessionCounts): Markup {
  const all = counts.success + counts.failure;
  const failed = all === 0 || counts.failure === 0 ? 0 : Math.max(0.6, (100 * counts.failure) / all);
  const title = `${count(counts.success)} succeeded, ${count(counts.failure)} failed`;
  return markup`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="${title}"><title>${title}</title><rect class="${all === 0 ? 'back' : 'passed'}" width="100" height="4"/><rect class="failed" width="${round(failed)}" height="4"/></svg>`;
}

/** The next round number that can be quartered. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8].find((factor) => factor * power >= value) ?? 10) * power;
}

function ticksUpTo(top: number): readonly number[] {
  return top % 4 === 0
    ? [0, top / 4, top / 2, (3 * top) / 4, top]
    : top % 2 === 0
      ? [0, top / 2, top]
      : [0, top];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
