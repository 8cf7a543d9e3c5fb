import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { inTurn } from './command.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'waxseal-explore-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const FIVE_MESSAGES = fileURLToPath(new URL('../../examples/five-messages.json', import.meta.url));
const SCENARIO = JSON.stringify({
  name: 'a name with </script><script>alert(1)</script>',
  world: { dns: { 'MX a.example': ['0 .'] } },
  steps: [{ message: { to: ['user@a.example'] }, expect: [{ outcome: 'bounced' }] }],
});

describe('waxseal explore', () => {
  it('writes one page that asks for nothing else, and prints where it is', async () => {
    const out = join(folder, 'page.html');
    expect(await inTurn(['explore', '--out', out])).toMatchObject({
      exit: 0,
      stdout: `${out}\n`,
      stderr: '',
    });
    const page = readFileSync(out, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(Buffer.byteLength(page)).toBeLessThan(700_000);
    expect(page).not.toMatch(/<(?:link|img|iframe)\b|<script[^>]+src=/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain('<!--given-->');
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  it('begins with what is given, which stays data', async () => {
    const out = join(folder, 'given.html');
    expect((await inTurn(['explore', file('s.json', SCENARIO), '--out', out])).exit).toBe(0);
    const page = readFileSync(out, 'utf8');
    const [, json] = /<script type="application\/json" id="given">(.*?)<\/script>/.exec(page)!;
    expect(JSON.parse(json!)).toEqual({ name: 's.json', text: SCENARIO });
    const bare = join(folder, 'bare.html');
    expect((await inTurn(['explore', '--out', bare])).exit).toBe(0);
    expect(page.split('<script').length).toBe(readFileSync(bare, 'utf8').split('<script').length + 1);
  });

  it('stays below a million octets with the journals of five messages', async () => {
    const [out, journals] = [join(folder, 'five.html'), join(folder, 'five.json')];
    expect((await inTurn(['simulate', FIVE_MESSAGES, '--journal', journals])).exit).toBe(0);
    expect((await inTurn(['explore', journals, '--out', out])).exit).toBe(0);
    expect(statSync(out).size).toBeLessThan(800_000);
  });

  it.each([
    ['{}', 65, 'neither a journal nor a valid scenario'],
    ['{"format":"waxseal-journal"}', 65, 'no valid journal'],
  ])('refuses %s', async (text, exit, told) => {
    const ended = await inTurn(['explore', file('bad.json', text), '--out', join(folder, 'no.html')]);
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(told) });
  });
});
