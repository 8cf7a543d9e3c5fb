/* Rounds of daemons that are killed while mail comes in and goes out, of a database that is away, and the account behind them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { worldArguments } from '../../src/cli/world-arguments.js';
import type { ShownMessage } from '../../src/services/queue/index.js';
import { type Internet, startInternet } from '../../src/testing/index.js';
import { account, type CrashReport, Lives } from './books.js';
import { handInAll, type RunningDaemon, startServing } from './daemons.js';
import type { Ground } from './ground.js';
import { numbersFrom } from './numbers.js';
import { world } from './world.js';

export interface CrashOptions {
  /** For what the daemons are told. */
  readonly folder: string;
  readonly ground: Ground;
  /** Daemons that live side by side; more than one takes a database. */
  readonly nodes: number;
  /** Each ends with a kill. */
  readonly rounds: number;
  readonly messagesARound: number;
  readonly seed: number;
  readonly onRound?: (round: number, facts: RoundFacts) => void;
}

export interface RoundFacts {
  readonly accepted: number;
  readonly killedAfterMs: number;
  /** What befell the place where the queue is kept; null: nothing did. */
  readonly trouble: string | null;
}

/** Time enough for a handful of transactions, and for the start of the next process to be hit as well. */
const KILL_MS_MAX = 1_500;
const TROUBLE_SHARE = 0.4;
const DRAIN_MS_MAX = 240_000;
const SETTLE_MS = 300;

export async function crashRounds(options: CrashOptions): Promise<CrashReport> {
  const { folder, ground, nodes, rounds, messagesARound, seed, onRound } = options;
  const draw = numbersFrom(seed);
  await using internet = await startInternet(world());
  const args = await argumentsFor(internet, folder, ground);
  const accepted = new Set<string>();
  const lives = new Lives(internet);
  let running: RunningDaemon[] = [];
  for (let round = 1; round <= rounds; round++) {
    running = await filledUp(running, nodes, args);
    const before = accepted.size;
    const addresses = running.map(({ address }) => address);
    const handing = handInAll(addresses, `r${round}`, messagesARound, accepted);
    const startedAt = performance.now();
    const trouble = draw() < TROUBLE_SHARE ? drawnFrom(Object.keys(ground.troubles), draw) : null;
    const troubled = trouble === null ? Promise.resolve() : ground.troubles[trouble]!(draw);
    await untilItIsTime(draw, handing, () => accepted.size - before, messagesARound);
    const killedAfterMs = Math.round(performance.now() - startedAt);
    await drawnFrom(running, draw).end('SIGKILL');
    await handing;
    await troubled;
    // What was on its way to a host when the process ended still arrives there.
    await pause(SETTLE_MS);
    lives.ended();
    onRound?.(round, { accepted: accepted.size - before, killedAfterMs, trouble });
  }
  await drain(await filledUp(running, nodes, args), ground);
  lives.ended();
  const kept = await keptIn(ground);
  return account({
    rounds,
    internet,
    accepted,
    kept,
    waitingNotices: await noticesAmong(kept, ground),
    lives,
  });
}

/** Those that live, and new ones in place of the dead. */
async function filledUp(
  running: readonly RunningDaemon[],
  nodes: number,
  args: readonly string[],
): Promise<RunningDaemon[]> {
  const alive = running.filter((each) => !each.isOver());
  while (alive.length < nodes) alive.push(await startServing(args));
  return alive;
}

function drawnFrom<T>(choices: readonly T[], draw: () => number): T {
  return choices[Math.floor(draw() * choices.length)]!;
}

/** Now and then whatever is going on, so that starts are hit as well; else in the midst of what comes in and goes out. */
async function untilItIsTime(
  draw: () => number,
  handing: Promise<void>,
  acceptedNow: () => number,
  messages: number,
): Promise<void> {
  if (draw() < 0.2) return pause(draw() * KILL_MS_MAX);
  const wanted = Math.floor(draw() * messages);
  let isOver = false;
  void handing.then(() => {
    isOver = true;
  });
  while (acceptedNow() < wanted && !isOver) await pause(1);
  await pause(draw() * KILL_MS_MAX * 0.2);
}

async function argumentsFor(internet: Internet, folder: string, ground: Ground): Promise<readonly string[]> {
  const ca = await internet.writeCa(join(folder, 'ca.pem'));
  const config = join(folder, 'crash.yaml');
  // What a kill has interrupted is due again after the first wait.
  await writeFile(
    config,
    'retry: { schedule: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s], jitter: 0% }\nlimits: { messageBytes: 100000 }\n',
  );
  return [
    ...['serve', '--listen', '127.0.0.1:0', ...ground.args, '--config', config, '--helo', 'mail.s.test'],
    ...worldArguments(internet, ca),
    ...['--log', 'json'],
  ];
}

/** Lets daemons run until nobody waits but for an operator. */
async function drain(running: readonly RunningDaemon[], ground: Ground): Promise<void> {
  const until = performance.now() + DRAIN_MS_MAX;
  while (performance.now() < until) {
    await pause(500);
    const kept = await keptIn(ground);
    if (
      kept.every(({ held, recipients }) => held === 'yes' || recipients.every(({ state }) => isEnded(state)))
    )
      break;
  }
  await Promise.all(running.map(({ end }) => end('SIGTERM')));
}

function isEnded(state: string): boolean {
  return state !== 'waiting' && state !== 'attempting';
}

async function keptIn(ground: Ground): Promise<readonly ShownMessage[]> {
  const stores = ground.open();
  try {
    const all: ShownMessage[] = [];
    for (let after: string | null = null; ; after = all.at(-1)!.id) {
      const page: readonly ShownMessage[] = await stores.queue.list({
        after,
        messagesMax: 500,
        ended: 'yes',
      });
      all.push(...page);
      if (page.length < 500) return all;
    }
  } finally {
    await stores.close();
  }
}

/** The texts of notices that wait as well: one that a kill has met too often is held. */
async function noticesAmong(kept: readonly ShownMessage[], ground: Ground): Promise<readonly string[]> {
  const stores = ground.open();
  try {
    const waiting = kept.filter(
      ({ from, recipients }) => from === '' && recipients.some(({ state }) => !isEnded(state)),
    );
    return await Promise.all(
      waiting.map(async ({ id }) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of stores.bodies.read(id)()) chunks.push(chunk);
        return Buffer.concat(chunks).toString();
      }),
    );
  } finally {
    await stores.close();
  }
}
