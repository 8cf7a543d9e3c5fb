/* The page of `waxseal explore` in a real browser, from disk: until it is there, and until a turned fact is drawn. */
import { existsSync } from 'node:fs';
import { type Page, startChromium } from '../peer-tests/chromium.js';
import { changesOf, USUAL } from '../src/explorer/state.js';
import { median } from './measure.js';
import type { Benchmark, Line } from './table.js';

const PAGE = new URL('../dist/explorer/explorer.html', import.meta.url).href;
const DRAWN_MS = 16;

export const explorer: Benchmark = {
  title: 'The page of `waxseal explore` in Chromium, from disk',
  async run({ rounds }) {
    if (!existsSync('/usr/bin/chromium')) return [];
    const page = await startChromium();
    try {
      await page.prefer('light');
      return [...(await opened(page, rounds)), ...(await turned(page, rounds))];
    } finally {
      await page.close();
    }
  },
};

async function opened(page: Page, rounds: number): Promise<readonly Line[]> {
  const seen: { readonly painted: number; readonly drawn: number; readonly cpuMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    await page.open(PAGE);
    const painted = await page.evaluate<number>(PAINTED);
    const drawn = await page.evaluate<number>(
      `performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`,
    );
    seen.push({ painted, drawn, cpuMs: await page.cpuMs() });
  }
  const painted = median(seen.map((each) => each.painted));
  return [
    {
      what: 'until the first paint',
      value: `${painted.toFixed(0)} ms`,
      aim: { text: 'at most 1 s', reached: painted <= 1_000 },
    },
    {
      what: 'until what becomes of the message is there',
      value: `${median(seen.map(({ drawn }) => drawn)).toFixed(0)} ms`,
      cpu: `${median(seen.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms`,
    },
  ];
}

async function turned(page: Page, rounds: number): Promise<readonly Line[]> {
  const alone = await turns(page, rounds, 'window.setTimeout = () => 0;');
  const whole = await turns(page, rounds, '');
  return [
    {
      what: 'a turned fact, until all that it changes is drawn',
      value: `${median(alone.drawnMs).toFixed(1)} ms`,
      cpu: `${alone.cpuMs.toFixed(1)} ms`,
      aim: { text: `CPU at most ${DRAWN_MS} ms`, reached: alone.cpuMs <= DRAWN_MS },
    },
    {
      what: 'with what would help and what others make of it',
      value: '',
      cpu: `${whole.cpuMs.toFixed(1)} ms`,
    },
  ];
}

/** Turns each fact to each of its words and back, as somebody does at the lists. `before`: what is done to the page first. */
async function turns(page: Page, rounds: number, before: string) {
  await page.open(PAGE);
  const changes = JSON.stringify(changesOf(USUAL).map(({ choice, word }) => [choice, word, USUAL[choice]]));
  const go = `(async () => {
    const drawnMs = [];
    for (const [choice, ...words] of ${changes})
      for (const word of words) {
        const list = document.getElementById('choice-' + choice);
        list.value = word;
        const start = performance.now();
        list.dispatchEvent(new Event('change'));
        document.body.offsetHeight;
        drawnMs.push(performance.now() - start);
        await ${AFTER_FRAME};
      }
    return drawnMs;
  })()`;
  await page.evaluate(`${before} undefined`);
  // Once for the compiler.
  await page.evaluate(go);
  const from = await page.cpuMs();
  const drawnMs: number[] = [];
  for (let round = 0; round < rounds; round++) drawnMs.push(...(await page.evaluate<number[]>(go)));
  return { drawnMs, cpuMs: ((await page.cpuMs()) - from) / drawnMs.length };
}

/** When the first of it was to be seen, counted from its opening. */
const PAINTED = `new Promise((done) => {
  const seen = (list) => list.getEntriesByName('first-contentful-paint').forEach(({ startTime }) => done(startTime));
  new PerformanceObserver(seen).observe({ type: 'paint', buffered: true });
})`;

/** A promise for the moment behind the next frame, and behind what was put off to it. */
const AFTER_FRAME = `new Promise((done) => {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });
})`;
