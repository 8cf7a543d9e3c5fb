/* The page of `waxseal audit --html` in a real browser, from disk. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Page, startChromium } from './chromium.js';

const folder = mkdtempSync(join(tmpdir(), 'waxseal-audit-page-'));
const command = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const scenario = fileURLToPath(new URL('../examples/five-messages.json', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let page: Page;
let url: string;
beforeAll(async () => {
  const [journal, html] = [join(folder, 'five.json'), join(folder, 'week.html')];
  execFileSync(process.execPath, [command, 'simulate', scenario, '--journal', journal]);
  expect(spawnSync(process.execPath, [command, 'audit', journal, '--html', html]).status).toBe(0);
  url = pathToFileURL(html).href;
  page = await startChromium();
});
afterAll(async () => {
  await page?.close();
  rmSync(folder, { recursive: true });
});

describe('the page of an audit in a browser', () => {
  it('asks for nothing but itself, and tells what was summed up', async () => {
    await page.open(url);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([url]);
    expect(await page.evaluate<string>('document.body.textContent')).toContain('PEER-6');
  });

  const schemes = ['light', 'dark'] as const;
  it.each(schemes)('has nothing that axe finds, %s, on a wide screen and on a narrow one', async (scheme) => {
    for (const width of [1280, 320]) {
      await page.prefer(scheme, width);
      await page.open(url);
      await page.evaluate(AXE);
      const found = await page.evaluate<readonly { id: string; nodes: readonly { html: string }[] }[]>(
        'axe.run().then(({ violations }) => violations)',
      );
      expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });

  it('is darker in the dark', async () => {
    const background = async (scheme: (typeof schemes)[number]) => {
      await page.prefer(scheme);
      await page.open(url);
      return page.evaluate<string>(
        'getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor',
      );
    };
    expect(await background('dark')).not.toBe(await background('light'));
  });
});
