/*
 * `npm run fuzz`: the parsers of what others send, fed with damaged texts. Damage begins with the corpus in property-tests/corpus; a text that
 * reaches code which none has reached so far (as V8 counts it) joins it, so that the next damage begins further in. Nothing may throw, and
 * nothing may take longer than 50 ms. Ends with 1, and says the text, if something does.
 *
 *   npm run fuzz                 10 seconds for each parser
 *   npm run fuzz -- 300 policy   five minutes for those whose name has that in it
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { Dice } from '../property-tests/arbitraries/dice.js';
import { damage } from '../property-tests/hostile/damage.js';
import { CORPUS, corpusOf } from '../property-tests/parsers/corpus.js';
import { type Parser, parsers } from '../property-tests/parsers/parsers.js';

const BATCH = 200;
const TEXT_LENGTH_MAX = 4000;
/** Kept by a run for each parser at most, so that the corpus stays small. */
const KEPT_MAX = 20;
const SLOW_MS = 50;

const [seconds = '10', wanted = ''] = process.argv.slice(2);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** What of our own code ran since the last question. */
async function reached(): Promise<readonly string[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.includes('/src/'))
    .flatMap(({ url, functions }) =>
      functions.flatMap(({ ranges }) =>
        ranges
          .filter(({ count }) => count > 0)
          .map(({ startOffset, endOffset }) => `${url} ${startOffset} ${endOffset}`),
      ),
    );
}

/** What is wrong with a text; null: nothing. */
function complaintAbout({ parse }: Parser, text: string): string | null {
  const before = process.cpuUsage();
  try {
    parse(text);
  } catch (error) {
    return `throws ${String(error)}`;
  }
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000;
  return ms > SLOW_MS ? `takes ${ms} ms` : null;
}

function damaged(text: string, others: readonly string[], dice: Dice): string {
  const partner = dice.pick(others);
  const base =
    dice.below(4) === 0
      ? text.slice(0, dice.below(text.length + 1)) + partner.slice(dice.below(partner.length + 1))
      : text;
  // Octets as characters: what is broken in UTF-8 comes along as well.
  return damage(Buffer.from(base, 'latin1'), dice)
    .toString(dice.below(2) === 0 ? 'latin1' : 'utf8')
    .slice(0, TEXT_LENGTH_MAX);
}

async function fuzz(name: string, parser: Parser, until: number): Promise<string | null> {
  const dice = new Dice(Date.now());
  const pool = [...corpusOf(name), ...parser.fragments, parser.fragments.join('')];
  const seen = new Set<string>();
  for (const text of pool) parser.parse(text);
  for (const range of await reached()) seen.add(range);
  let kept = 0;
  let tried = 0;
  const isNew = async () => {
    const found = (await reached()).filter((range) => !seen.has(range));
    for (const range of found) seen.add(range);
    return found.length > 0;
  };
  while (performance.now() < until) {
    const batch = Array.from({ length: BATCH }, () => damaged(dice.pick(pool), pool, dice));
    tried += BATCH;
    for (const text of batch) {
      const complaint = complaintAbout(parser, text);
      if (complaint !== null) return `${name} ${complaint}: ${JSON.stringify(text)}`;
    }
    const known = new Set(seen);
    if (!(await isNew())) continue;
    // One of them it was: once more, one after the other.
    seen.clear();
    for (const range of known) seen.add(range);
    for (const text of batch) {
      parser.parse(text);
      if (!(await isNew())) continue;
      pool.push(text);
      if (++kept <= KEPT_MAX) keep(name, text);
    }
  }
  console.log(`${name}: ${tried} texts, ${kept} of them reached something new`);
  return null;
}

function keep(name: string, text: string): void {
  const folder = join(CORPUS, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, createHash('sha256').update(text).digest('hex').slice(0, 12)), text);
}

for (const [name, parser] of Object.entries(parsers)) {
  if (!name.includes(wanted)) continue;
  const complaint = await fuzz(name, parser, performance.now() + Number(seconds) * 1000);
  if (complaint === null) continue;
  console.error(complaint);
  process.exitCode = 1;
}
session.disconnect();
