/* The status page of a daemon in a real browser: narrow and wide, light and dark, by keys alone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpDoor } from '../src/daemon/admin/http-server.js';
import { statusPage } from '../src/daemon/admin/status-page.js';
import { listenAddressText } from '../src/hosts/listen-address.js';
import { type Page, startChromium } from './chromium.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const NOW = Date.UTC(2026, 5, 1, 12);
const HTML = statusPage({
  name: 'mail.s.test',
  now: NOW,
  isWatched: false,
  counts: {
    ...{
      waiting: 12_345,
      attempting: 7,
      held: 1,
      lanesWell: 40,
      lanesFailing: 2,
      lanesClosed: 1,
      lanesPutOff: 3,
    },
    oldestDueAt: NOW,
  },
  lanes: Array.from({ length: 30 }, (_, at) => ({
    ...{ lane: `direct ${'long'.repeat(12)}${at}.example`, waiting: 400 - at, attempting: at % 3 },
    ...{ failures: at % 4, closedUntil: at % 4 === 3 ? NOW + 60_000 : 0, dueAt: NOW + at },
  })),
  passed: [
    { taken: 3, delivered: 2 },
    { taken: 30, delivered: 20, deferred: 4, delayed: 1, bounced: 2, expired: 1, dropped: 1 },
  ],
  kept: Array.from({ length: 20 }, (_, at) => ({
    ...{ domain: `<b>${'long'.repeat(15)}${at}.example`, row: 'REPLY-4', times: 20 - at },
    why: 'Another host may take it now; if none does, this one may later.',
  })),
  messages: Array.from({ length: 20 }, (_, at) => ({
    ...{ id: `0mx1zyfvz-00fd7673c1901cee63${at}`, from: `<script>alert(${at})</script>@s.test` },
    ...{
      queuedAt: new Date(NOW).toISOString(),
      sizeBytes: 1,
      tls: 'ordinary' as const,
      held: at === 3,
      transport: null,
    },
    recipients: [
      {
        ...{
          recipient: `u${at}@a.test`,
          state: 'waiting' as const,
          waitsFor: null,
          attempts: at,
          status: '4.7.5',
          mx: 'mx.a.test',
        },
        ...{
          nextAttemptAt: new Date(NOW + 60_000).toISOString(),
          authentication: 'none' as const,
          because: null,
        },
        reply: { code: 451, text: '4.7.0 <img src=x onerror=alert(1)> greylisted' },
      },
      {
        ...{ recipient: `done${at}@a.test`, state: 'delivered' as const, waitsFor: null, attempts: 1 },
        ...{ status: '2.0.0', mx: 'mx.a.test', nextAttemptAt: null, authentication: 'none' as const },
        ...{ because: null, reply: null },
      },
    ],
  })),
});

const door = httpDoor(
  async (_, { pathname }) => ({
    ...{ status: pathname === '/' ? 200 : 404, type: 'text/html; charset=utf-8', body: HTML },
  }),
  () => undefined,
);
let page: Page;
let url: string;
beforeAll(async () => {
  url = `http://${listenAddressText(await door.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }))}/`;
  page = await startChromium();
});
afterAll(async () => {
  await page?.close();
  await door.close();
});

describe('the status page in a browser', () => {
  it('shows what waits and why, as text that does nothing, and asks for nothing else', async () => {
    await page.open(url);
    expect(await page.evaluate('document.querySelectorAll("tbody tr").length')).toBe(75);
    const hour = await page.evaluate(
      '[...document.querySelectorAll("table")[0].rows].map((row) => row.cells[2].textContent).join()',
    );
    expect(hour).toBe('Last hour,30,20,5,3,1');
    // Who waits no more is not among those that wait.
    expect(await page.evaluate('document.body.textContent.includes("done0@a.test")')).toBe(false);
    expect(await page.evaluate('document.querySelectorAll("script, img").length')).toBe(0);
    expect(await page.evaluate('document.body.textContent.includes("<script>alert(0)")')).toBe(true);
    expect(page.errors).toEqual([]);
    expect(page.requests.filter((each) => !each.endsWith('favicon.ico'))).toEqual([url]);
  });

  it.each([
    ['wide', 1280, 'light'],
    ['wide', 1280, 'dark'],
    ['narrow', 360, 'light'],
    ['narrow', 360, 'dark'],
  ] as const)(
    'can be read on a %s screen of %i pixels in %s colours, and breaks no rule of axe',
    async (_, width, scheme) => {
      await page.prefer(scheme, width);
      await page.open(url);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await page.evaluate(AXE);
      const broken = await page.evaluate<readonly string[]>(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
      );
      expect(broken).toEqual([]);
    },
  );
});
