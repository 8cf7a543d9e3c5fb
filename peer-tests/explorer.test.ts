/* The page of `waxseal explore` in a real browser, from disk. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, USUAL } from '../src/explorer/state.js';
import { type Page, startChromium } from './chromium.js';

const folder = mkdtempSync(join(tmpdir(), 'waxseal-explorer-'));
const command = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function explore(...given: readonly string[]): string {
  const out = join(folder, `page-${given.length}.html`);
  execFileSync(process.execPath, [command, 'explore', ...given, '--out', out]);
  return pathToFileURL(out).href;
}

let page: Page;
let url: string;
beforeAll(async () => {
  url = explore();
  page = await startChromium();
});
afterAll(async () => {
  await page?.close();
  rmSync(folder, { recursive: true });
});

const text = (selector: string) =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);

/** As somebody does who chooses another word. */
const turn = (choice: string, word: string) =>
  page.evaluate(`(() => {
    const control = document.getElementById('choice-${choice}');
    control.value = '${word}';
    control.dispatchEvent(new Event('change'));
  })()`);

const packed = (record: string) => deflateRawSync(record).toString('base64url');

/** What is opened from an address takes a moment. */
async function toldOf(address: string): Promise<string> {
  await page.open(address);
  return page.evaluate<string>(`new Promise((done) => {
    const told = () => document.getElementById('source').textContent;
    const look = () => (told() === '' ? setTimeout(look) : done(told()));
    look();
  })`);
}

/** What is folded up is made when it is unfolded, a moment later, and has things that are folded up itself. */
const unfoldAll = () =>
  page.evaluate(`(async () => {
    for (const _ of [1, 2, 3]) {
      document.querySelectorAll('details').forEach((each) => { each.open = true; });
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
  })()`);

const press = (button: string) =>
  page.evaluate(
    `[...document.querySelectorAll('button')].find((each) => each.textContent === '${button}').click()`,
  );

/** The records of the five messages of the documents, so many times. */
function fiveMessages(times: number): string {
  const [journals, repeated] = [join(folder, 'five.json'), join(folder, `five-${times}.json`)];
  const messages = fileURLToPath(new URL('../examples/five-messages.json', import.meta.url));
  execFileSync(process.execPath, [command, 'simulate', messages, '--journal', journals]);
  const { attempts, ...head } = JSON.parse(readFileSync(journals, 'utf8'));
  writeFileSync(repeated, JSON.stringify({ ...head, attempts: Array(times).fill(attempts).flat() }));
  return repeated;
}

describe('the explorer in a browser', () => {
  it('shows the end of the facts in its address, and asks for nothing but itself', async () => {
    await page.open(`${url}#dnssec=all&tlsa=stale`);
    expect(await text('.outcome h2')).toBe('Deferred 4.7.5');
    expect(await text('.outcome .clauses')).toContain('PEER-6');
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([url]);
  });

  it('shows the row that applied, lit, in every decision', async () => {
    await unfoldAll();
    const rows = await page.evaluate<readonly (readonly [string, string])[]>(
      `[...document.querySelectorAll('details.decision')].map((each) =>
        [each.querySelector('summary b').textContent, each.querySelector('tr.lit th').textContent])`,
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const [row, lit] of rows) expect(lit).toBe(row);
  });

  it('shows what is demanded of each host, by whom, and what comes of it', async () => {
    await page.open(`${url}#dnssec=all&tlsa=stale&sts=enforce`);
    const plan = await page.evaluate<readonly (readonly string[])[]>(
      `[...document.querySelectorAll('.plan tr')].map((row) => [row.children[0].textContent, row.children[1].textContent])`,
    );
    expect(plan).toEqual(
      expect.arrayContaining([
        ['DANE demands', 'authenticate'],
        ['MTA-STS demands', 'authenticate'],
        ['the host: to', 'connect'],
        ['its certificate', 'required'],
        ['in clear, should TLS fail', 'forbidden'],
      ]),
    );
  });

  it('takes the change that is offered, and tells it by its address', async () => {
    await page.open(`${url}#dnssec=all&tlsa=stale`);
    await page.evaluate(
      `[...document.querySelectorAll('.changes button')].find((each) => each.textContent.includes('3 1 1')).click()`,
    );
    expect(await text('.outcome h2')).toBe('Delivered 2.0.0before: Deferred 4.7.5');
    expect(await page.evaluate('location.hash')).toBe('#dnssec=all&tlsa=key');
    // The button is gone, and whoever pressed it by a key is where what came of it stands.
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H2');
  });

  it('tells the question that is looked at by its address, and comes back to it', async () => {
    await page.open(`${url}#dnssec=all&tlsa=stale&question=3`);
    expect(await text('.place')).toMatch(/^Question 3 of \d+/);
    await page.evaluate(
      `[...document.querySelectorAll('button')].find((each) => each.textContent === 'Next').click()`,
    );
    expect(await page.evaluate('location.hash')).toBe('#dnssec=all&tlsa=stale&question=4');
    await page.open(`${url}#dnssec=all&tlsa=stale&question=999999`);
    expect(await text('.place')).toMatch(/^Question (\d+) of \1: /);
  });

  it('shows what others would have made of it, and the notice to the sender', async () => {
    await page.open(`${url}#dnssec=all&tlsa=stale`);
    const verdicts = await page.evaluate<readonly (readonly [string, string])[]>(
      `[...document.querySelectorAll('.others tbody tr')].map((row) => [row.children[0].textContent, row.children[1].textContent])`,
    );
    expect(verdicts).toContainEqual(['waxseal', 'deferred 4.7.5']);
    expect(verdicts).toContainEqual(['maddy', 'bounced 5.7.0']);
    expect(await text('.first-difference')).toContain('The first row that differs, by stalwart');
    expect(await text('.notice pre')).toContain('Status: 4.7.5');
  });

  it('can be worked by keys alone', async () => {
    await page.open(url);
    // The second control: what the message asks for. What it changes is told where it is heard.
    await page.press('Tab', 'Tab', 'ArrowDown');
    expect(await page.evaluate('location.hash')).toBe('#message=requiretls');
    expect(await text('.outcome .verdict')).toBe('Bounced');
    expect(await text('#told[role=status]')).toContain(
      'Verdict: from “Delivered 2.0.0” to “Bounced 5.7.10”.',
    );
  });

  it('marks what a turned fact has changed, in words, until it begins anew', async () => {
    await page.open(`${url}#dnssec=all&tlsa=key`);
    const marks = () =>
      page.evaluate<readonly string[]>(
        `[...document.querySelectorAll('#result mark')].map((mark) => mark.parentElement.textContent)`,
      );
    expect(await marks()).toEqual([]);
    await turn('starttls', 'not-offered');
    await unfoldAll();
    expect(await marks()).toEqual(
      expect.arrayContaining([
        'Deferred 4.7.5before: Delivered 2.0.0',
        'nonebefore: dane',
        'TLS-3 give-up start-tls, mx.provider.examplebefore: start (TLS-1)',
        'TLS-1before',
        'not-offeredbefore: offered',
        'END-4 defer 4.7.5 attempt-conclusionnew',
      ]),
    );
    expect(await text('.gone')).toContain('PEER-3 dane peer-authentication');
    expect(await text('#every-change tbody')).toContain('Verdict');
    await page.evaluate(`location.hash = '#dnssec=all'; new Promise((done) => setTimeout(done))`);
    expect(await marks()).toEqual([]);
    expect(page.errors).toEqual([]);
  });

  it('opens a scenario, goes through it question by question, and back to the facts', async () => {
    const scenario = join(folder, 'scenario.json');
    const name = '<img src=x onerror=document.title=1>';
    const world = { dns: { 'MX a.example': [`10 ${'m'.repeat(60)}.example`] } };
    const steps = [{ message: { to: ['user@a.example'] }, expect: [{ outcome: 'deferred' }] }];
    writeFileSync(scenario, JSON.stringify({ name, world, steps }));
    await page.open(explore(scenario));
    expect(await text('#source')).toBe('Shown is scenario.json.');
    expect(await text('.place')).toMatch(/^Question 1 of \d+: dns.mx$/);
    await page.evaluate(
      `[...document.querySelectorAll('button')].find((each) => each.textContent === 'Next').click()`,
    );
    expect(await text('.place')).toMatch(/^Question 2 of \d+/);
    await page.evaluate(`document.getElementById('back').click()`);
    expect(await text('.outcome h2')).toBe('Delivered 2.0.0');
    expect(page.errors).toEqual([]);
  });

  it('puts a record into the address, and finds it there in another copy of the page', async () => {
    await page.open(explore(fiveMessages(1)));
    await press('Next');
    await press('Put this record into the address');
    const hash = await page.evaluate<string>(
      `new Promise((done) => { const look = () => (location.hash === '' ? setTimeout(look) : done(location.hash)); look(); })`,
    );
    expect(hash).toMatch(/^#record=[\w-]+&question=2$/);
    expect(await text('#source')).toMatch(/^The address holds five-1\.json now, .* [\d,]+ characters\. /);
    await press('Next');
    expect(await page.evaluate('location.hash')).toBe(hash.replace('question=2', 'question=3'));

    expect(await toldOf(url + hash)).toBe('Shown is the record in the address.');
    expect(await page.evaluate(`document.querySelectorAll('.outcome').length`)).toBe(5);
    expect(await text('.place')).toMatch(/^Question 2 of /);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([url]);
  });

  it('plays a change that a record names, and tells what would come of it', async () => {
    await page.open(explore(fiveMessages(1)));
    await page.evaluate(`document.querySelectorAll('.smallest button').forEach((each) => each.click())`);
    const told = await page.evaluate<readonly (readonly [string, string])[]>(
      `[...document.querySelectorAll('.smallest > li')].map((each) =>
        [each.querySelector('button').className, each.querySelector('[role=status]').textContent])`,
    );
    expect(told.length).toBeGreaterThan(5);
    for (const [verdict, said] of told)
      expect(said).toMatch(
        verdict === 'delivered' ? /^Verdict: from “(?:Deferred 4|Bounced 5)/ : /^Verdict: /,
      );
    expect(told[0]![1]).toMatch(
      /^Verdict: from “Deferred 4\.7\.5” to “Delivered 2\.0\.0”\. Decided by: from PEER-6 /,
    );
    expect(page.errors).toEqual([]);
  });

  it('says of a record which the address cannot hold that it cannot', async () => {
    await page.open(explore(fiveMessages(6)));
    await press('Put this record into the address');
    await page.evaluate(
      `new Promise((done) => { const look = () => (document.getElementById('source').textContent.includes('cannot') ? done() : setTimeout(look)); look(); })`,
    );
    expect(await text('#source')).toMatch(
      /^The address cannot hold five-6\.json, which has [\d,]+ octets, and 262,144 are the most: share the file\.$/,
    );
    expect(await page.evaluate('location.hash')).toBe('');
  });

  it.each([
    ['what is not base64url', 'a%b', 'is damaged'],
    ['what inflates to very much', packed(' '.repeat(20_000_000)), 'has more than 262,144 octets'],
    ['what is too long', 'a'.repeat(40_000), 'is longer than 32,768 characters'],
    ['what is no journal', packed('{"format":"other"}'), 'is no journal: '],
  ])('says what is wrong with an address that holds %s, and shows the facts', async (_, record, why) => {
    expect(await toldOf(`${url}#record=${record}`)).toContain(`What the address holds ${why}`);
    expect(await text('.outcome h2')).toBe('Delivered 2.0.0');
    expect(page.errors).toEqual([]);
  });

  it('says of a record that was tampered with that it is not what this engine makes of it', async () => {
    const journal = JSON.parse(readFileSync(fiveMessages(1), 'utf8'));
    const { result, entries } = journal.attempts[0];
    result.recipients[0].status = '2.0.0';
    expect(await toldOf(`${url}#record=${packed(JSON.stringify(journal))}`)).toContain(
      'This engine decides it otherwise than is recorded.',
    );
    entries.splice(1, 1);
    expect(await toldOf(`${url}#record=${packed(JSON.stringify(journal))}`)).toMatch(
      /It cannot be followed to its end: |Nothing can be made of the record in the address: /,
    );
    expect(page.errors).toEqual([]);
  });

  it('says what is neither a journal nor a scenario, and keeps what it shows', async () => {
    await page.open(url);
    await page.evaluate(`(() => {
      const given = new DataTransfer();
      given.items.add(new File(['{"name": 1}'], 'odd.json'));
      const input = document.getElementById('file');
      input.files = given.files;
      input.dispatchEvent(new Event('change'));
      return new Promise((done) => {
        const look = () => (document.getElementById('source').textContent === '' ? setTimeout(look) : done());
        look();
      });
    })()`);
    expect(await text('#source')).toContain('odd.json is neither a journal nor a scenario');
    expect(await text('.outcome h2')).toBe('Delivered 2.0.0');
  });

  it('can be used while a scenario of thousands of steps is played, and then shows its last step', async () => {
    const scenario = join(folder, 'long.json');
    const step = (to: string) => ({ message: { to: [to] }, expect: [] });
    const steps = [...Array.from({ length: 4000 }, () => step('a@none.test')), step('last@none.test')];
    writeFileSync(scenario, JSON.stringify({ name: 'long', world: { dns: {} }, steps }));
    await page.open(explore(scenario));
    const turns = await page.evaluate<number>(`new Promise((done) => {
      let turns = 0;
      const look = () => {
        turns += 1;
        if (document.querySelector('.outcome') === null) setTimeout(look);
        else done(turns);
      };
      look();
    })`);
    expect(turns).toBeGreaterThan(3);
    expect(await text('#source')).toBe('Shown is long.json.');
    expect(await page.evaluate(`document.querySelector('.outcome').ariaLabel`)).toContain('last@none.test');
    expect(page.errors).toEqual([]);
  });

  it.each([
    ['light', 1280, 'facts'],
    ['dark', 1280, 'facts'],
    ['light', 320, 'a record'],
    ['dark', 320, 'a record'],
  ] as const)('has nothing that axe finds: %s, %s pixels, %s', async (scheme, width, shown) => {
    await page.prefer(scheme, width);
    if (shown === 'facts') {
      await page.open(`${url}#dnssec=all&tlsa=stale`);
      await turn('tlsa', 'key');
    } else {
      await page.open(explore(fiveMessages(1)));
      await page.evaluate(`document.querySelectorAll('.smallest button').forEach((each) => each.click())`);
    }
    await unfoldAll();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.evaluate(AXE);
    const found = await page.evaluate<readonly { id: string; nodes: readonly { html: string }[] }[]>(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });

  it('never fails, whichever fact is turned', async () => {
    await page.open(url);
    for (const { choice, word } of changesOf(USUAL)) {
      await page.evaluate(
        `location.hash = ${JSON.stringify(`#${choice}=${word}`)}; new Promise((done) => setTimeout(done))`,
      );
      expect(await text('.outcome h2'), `${choice}=${word}`).toMatch(
        /^(Delivered|Deferred|Bounced) \d\.\d+\.\d+$/,
      );
    }
    expect(page.errors).toEqual([]);
  });
});
