import { expect, it } from 'vitest';
import type { ReportDue } from '../../../effects/stores.js';
import { scheduleOf } from '../../../policy/tls-report/send/schedule.js';
import { chooseReports } from './choose-reports.js';

const DAY = '2026-05-01';
const HOUR_MS = 3_600_000;

/** A store that holds these, and how it is asked. */
function storeOf(reports: readonly ReportDue[]) {
  const asked: unknown[] = [];
  const list = async ({ after, entriesMax }: { readonly after: unknown; readonly entriesMax: number }) => {
    asked.push(after);
    const begin =
      after === null ? 0 : 1 + reports.findIndex(({ domain }) => domain === (after as ReportDue).domain);
    return reports.slice(begin, begin + entriesMax);
  };
  return { list, asked };
}

const report = (domain: string, own: Partial<ReportDue> = {}): ReportDue => ({
  ...{ day: DAY, domain, state: { kind: 'open' } },
  ...own,
});
const named = (count: number) =>
  Array.from({ length: count }, (_, at) => report(`d${String(at).padStart(4, '0')}.example`));
const over = scheduleOf('a.example', DAY).overAt;
const settings = { now: over - 2 * HOUR_MS, spread: 'night', reportsMax: 10_000 } as const;

it.each([
  [0, 1],
  [499, 1],
  [500, 2],
  [501, 2],
  [1_000, 3],
])('of %i reports all are looked at, in %i pages', async (count, pages) => {
  const store = storeOf(named(count));
  const { due, waiting } = await chooseReports(store, {}, settings);
  expect([due.length + waiting.length, store.asked.length]).toEqual([count, pages]);
  expect(store.asked[1]).toEqual(pages > 1 ? { day: DAY, domain: 'd0499.example' } : undefined);
});

it('those that are due longest come first, and no more than a pass is for', async () => {
  const names = named(9);
  const dueAt = ({ domain }: ReportDue) => scheduleOf(domain, DAY).dueAt;
  const inOrder = names.toSorted((a, b) => dueAt(a) - dueAt(b)).map(({ domain }) => domain);
  for (const reportsMax of [1, 4, 9]) {
    const { due, waiting } = await chooseReports(storeOf(names), {}, { ...settings, reportsMax });
    expect([due.map(({ domain }) => domain), waiting]).toEqual([inOrder.slice(0, reportsMax), []]);
    const early = { ...settings, now: Math.min(...names.map(dueAt)) - 1, reportsMax };
    const before = await chooseReports(storeOf(names), {}, early);
    expect([before.due, before.waiting.map(({ domain }) => domain)]).toEqual([
      [],
      inOrder.slice(0, reportsMax),
    ]);
  }
});

it('those of one day, or of one domain, and none that are settled', async () => {
  const other = { day: '2026-04-30' };
  const reports = [
    ...[report('a.example'), report('b.example'), report('c.example', other)],
    ...[
      report('d.example', { state: { kind: 'sent' } }),
      report('e.example', { state: { kind: 'dropped' } }),
    ],
  ];
  const chosen = async (choice: Parameters<typeof chooseReports>[1]) => {
    const { due, waiting } = await chooseReports(storeOf(reports), choice, settings);
    return [...due, ...waiting]
      .map(({ domain }) => domain[0])
      .toSorted()
      .join('');
  };
  expect([
    ...[await chosen({}), await chosen({ day: DAY }), await chosen(other)],
    ...[await chosen({ domain: 'b.example' }), await chosen({ ...other, domain: 'b.example' })],
  ]).toEqual(['abc', 'ab', 'c', 'b', '']);
});
