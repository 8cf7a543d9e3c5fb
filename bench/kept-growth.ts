/*
 * Whether what is kept costs more where much of it is kept: policies that are read, tallies that are added to, in memory and in a SQLite file, and
 * messages that are claimed in a SQLite file where many more wait.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageTo, planOf, settlementOf } from '../spec/contracts/queue.fixture.js';
import { NOW } from '../spec/contracts/stores.fixture.js';
import { memoryStores } from '../src/adapters/memory/index.js';
import { sqliteStores } from '../src/adapters/sqlite/index.js';
import type { QueueStore } from '../src/effects/queue-stores.js';
import type { Stores } from '../src/effects/stores.js';
import { type Contender, type Effort, measure, QUICK } from './measure.js';
import { type Benchmark, type Line, rateLine, ratioOf } from './table.js';

const IN_MEMORY = [1_000, 10_000, 100_000, 1_000_000] as const;
const IN_A_FILE = [1_000, 10_000, 100_000] as const;
const BATCH = 50;
const DAY = '2026-01-01';
/** Steeper than that with a thousand times as many is not held to be flat. */
const AT_MOST = 3;
const never = new AbortController().signal;

interface Kept {
  readonly what: string;
  readonly fill: (stores: Stores, at: number) => Promise<unknown>;
  readonly use: (stores: Stores, count: number) => Contender;
}

const POLICIES: Kept = {
  what: 'a policy read',
  fill: ({ policies }, at) => {
    const policy = { mode: 'enforce', mx: [`mx.d${at}.example`], maxAgeSeconds: 604_800, lines: [] } as const;
    const entry = { id: '1', policy, fetchedAt: NOW };
    return policies['policy-cache.write']({ domain: domainAt(at), change: { kind: 'store', entry } }, never);
  },
  use: ({ policies }, count) =>
    inTurn(async (turn) => {
      const found = await policies['policy-cache.read']({ domain: domainAt(scattered(turn, count)) }, never);
      if (found.kind !== 'read' || found.cached === null) throw new Error('no policy');
    }),
};

const TALLIES: Kept = {
  what: 'a tally added',
  fill: (stores, at) => tally(stores, at),
  use: (stores, count) => inTurn((turn) => tally(stores, scattered(turn, count))),
};

const MESSAGES: Kept = {
  what: 'a message taken in, claimed and settled',
  fill: ({ queue }, at) =>
    queue.accept([messageTo(`w${at}`, [`u@w${at % 1_000}.example`], { queuedAt: NOW + 3_600_000 })]),
  use: ({ queue }, count) => {
    let number = 0;
    return inTurn(() => goThrough(queue, `n${count}-${number++}`));
  },
};

export const keptGrowth: Benchmark = {
  title: 'Growth with what is kept',
  async run(effort) {
    const lines: Line[] = [];
    for (const kept of [POLICIES, TALLIES, MESSAGES]) {
      lines.push(...(await growthOf(kept, 'in memory', countsFor(effort, IN_MEMORY), effort)));
      lines.push(...(await growthOf(kept, 'in a file', countsFor(effort, IN_A_FILE), effort)));
    }
    return lines;
  },
};

function countsFor(effort: Effort, counts: readonly number[]): readonly number[] {
  return effort === QUICK ? counts.slice(0, 2) : counts;
}

async function growthOf(
  { what, fill, use }: Kept,
  where: 'in memory' | 'in a file',
  counts: readonly number[],
  effort: Effort,
): Promise<readonly Line[]> {
  const opened = await Promise.all(counts.map((count) => openStores(where, count)));
  try {
    for (const [at, { stores }] of opened.entries())
      for (let from = 0; from < counts[at]!; from += 500)
        await Promise.all(
          Array.from({ length: Math.min(500, counts[at]! - from) }, (_, next) => fill(stores, from + next)),
        );
    const rates = await measure(
      opened.map(({ stores }, at) => use(stores, counts[at]!)),
      effort,
    );
    const [few, many] = [rates[0]!, rates.at(-1)!];
    return [
      ...rates.map((rate, at) =>
        rateLine(`${what} ${where}, ${counts[at]!.toLocaleString('en')} kept`, rate),
      ),
      ratioOf(
        `cost of each, ${counts.at(-1)!.toLocaleString('en')} to ${counts[0]!.toLocaleString('en')}`,
        few.perSecond / many.perSecond,
        few.perCpuSecond / many.perCpuSecond,
        AT_MOST,
      ),
    ];
  } finally {
    for (const { close } of opened) await close();
  }
}

async function openStores(where: 'in memory' | 'in a file', count: number) {
  const bounds = { entriesMax: count, domainsMax: count };
  if (where === 'in memory') {
    const stores = memoryStores(bounds);
    return { stores, close: () => stores.close() };
  }
  const directory = await mkdtemp(join(tmpdir(), 'waxseal-bench-kept-'));
  const stores = sqliteStores({ directory, bounds });
  const close = async () => {
    await stores.close();
    await rm(directory, { recursive: true });
  };
  return { stores, close };
}

function inTurn(once: (turn: number) => Promise<unknown>): Contender {
  let turn = 0;
  return {
    async batch() {
      await Promise.all(Array.from({ length: BATCH }, () => once(turn++)));
      return BATCH;
    },
  };
}

const domainAt = (at: number) => `d${at}.example`;
/** All of them, in an order that no cache likes. */
const scattered = (turn: number, count: number) => (turn * 7_919) % count;

function tally({ reports }: Stores, at: number): Promise<unknown> {
  const domain = domainAt(at);
  const policy = { policyType: 'sts', policyDomain: domain, policyString: [], mxHost: [] } as const;
  return reports.add({ day: DAY, domain }, [{ ...policy, success: 1, failure: 0, details: [] }]);
}

/** One at a time, among all that waits for its hour. */
async function goThrough(queue: QueueStore, id: string): Promise<void> {
  await queue.accept([messageTo(id, ['u@due.example'])]);
  const [claimed] = await queue.claim(planOf({ deliveriesMax: 1, perLaneMax: BATCH }));
  if (claimed === undefined) throw new Error('nothing was claimed');
  await queue.settle([settlementOf(claimed, { end: 'delivered' })], NOW);
}
