import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJournal, printJournal } from '../effects/codecs/journal.codec.js';
import { simulateScenario } from '../testing/index.js';
import { makeFolder, removeFolder } from './command.fixture.js';
import { keptJournals } from './kept-journals.js';

const { journal } = simulateScenario({
  name: 'one',
  world: { dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] }, mail: { 'mx.a.test': {} } },
  steps: [{ message: { to: ['u@a.test'] }, expect: [] }],
}).steps[0]!;

const DAY_MS = 86_400_000;
let directory: string;
let now: number;
const faults: string[] = [];
const open = () =>
  keptJournals({ directory, clock: () => now, onFault: (message) => faults.push(message), days: 2 });
beforeEach(async () => {
  directory = await makeFolder();
  now = Date.UTC(2026, 0, 10, 23, 59);
  faults.length = 0;
});
afterEach(() => removeFolder(directory));

describe('journals of a process that serves', () => {
  it('stand on a line each in a file for the day, which others go on with', async () => {
    const first = open();
    for (let each = 0; each < 20; each++) first.keep(journal);
    await first.close();
    const second = open();
    second.keep(journal);
    await second.close();
    const lines = (await readFile(join(directory, '2026-01-10.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    for (const line of lines) expect(parseJournal(line)).toEqual({ ok: true, value: journal });
    expect(faults).toEqual([]);
  });

  it('grow with the number of recipients, and not with its square', () => {
    const lengthFor = (count: number) => {
      const others = Array.from({ length: count - 1 }, (_, at) => `user${at + 1001}@a.test`);
      const to = ['user1000@a.test', ...others] as const;
      const { steps } = simulateScenario({
        name: 'many',
        world: {
          dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
          mail: { 'mx.a.test': { replies: { data: '450 4.2.0 later' } } },
        },
        steps: [{ message: { to }, expect: [] }],
      });
      return printJournal(steps[0]!.journal).length;
    };
    const [few, more, most] = [lengthFor(20), lengthFor(40), lengthFor(80)];
    expect((most - more) / (more - few)).toBeCloseTo(2, 1);
  });

  it('never come in the way of what they are about: one that cannot be written is told and left out', async () => {
    const journals = open();
    const endless = { ...journal, attempts: [{ ...journal.attempts[0]!, places: [1n as never] }] };
    journals.keep(endless);
    journals.keep(journal);
    await journals.close();
    expect(faults).toEqual(['a journal cannot be kept: Do not know how to serialize a BigInt']);
    const text = await readFile(join(directory, '2026-01-10.jsonl'), 'utf8');
    expect(parseJournal(text)).toEqual({ ok: true, value: journal });
  });

  it('go after some days, and nothing else does', async () => {
    for (const name of ['2026-01-08.jsonl', '2026-01-09.jsonl', '2025-12-31.jsonl', 'notes.txt'])
      await writeFile(join(directory, name), '');
    const journals = open();
    journals.keep(journal);
    await journals.close();
    expect((await readdir(directory)).sort()).toEqual([
      ...['2026-01-08.jsonl', '2026-01-09.jsonl', '2026-01-10.jsonl', 'notes.txt'],
    ]);
    now += DAY_MS;
    journals.keep(journal);
    await journals.close();
    expect((await readdir(directory)).sort()).toEqual([
      ...['2026-01-09.jsonl', '2026-01-10.jsonl', '2026-01-11.jsonl', 'notes.txt'],
    ]);
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a link', (path) => symlink(join(directory, 'elsewhere'), path)],
    ['a FIFO', (path) => promisify(execFile)('mkfifo', [path])],
    ['a file of which others are part', (path) => writeFile(path, '').then(() => chmod(path, 0o666))],
  ])('are not written to %s in place of their file', async (_, put) => {
    await writeFile(join(directory, 'elsewhere'), '');
    await put(join(directory, '2026-01-10.jsonl'));
    const journals = open();
    journals.keep(journal);
    await journals.close();
    expect(faults).toEqual([expect.stringContaining('1 journals cannot be kept')]);
    expect(await readFile(join(directory, 'elsewhere'), 'utf8')).toBe('');
  });

  it('that cannot be written are told, and those behind them are kept again', async () => {
    await rm(directory, { recursive: true });
    const journals = open();
    journals.keep(journal);
    await journals.close();
    expect(faults).toEqual([expect.stringMatching(/^1 journals? cannot be kept: .*ENOENT/)]);
    await mkdir(directory);
    journals.keep(journal);
    await journals.close();
    expect(await readdir(directory)).toEqual(['2026-01-10.jsonl']);
  });
});
