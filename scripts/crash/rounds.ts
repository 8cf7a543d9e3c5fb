/* Rounds of a daemon that is killed while mail comes in and goes out, and the account behind them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sqliteStores } from '../../src/adapters/sqlite/index.js';
import { type ListenAddress, parseListenAddress } from '../../src/hosts/listen-address.js';
import { LmtpClient } from '../../src/hosts/lmtp/lmtp-client.fixture.js';
import type { ShownMessage } from '../../src/services/queue/index.js';
import { type Internet, startInternet } from '../../src/testing/index.js';

export interface CrashOptions {
  readonly folder: string;
  /** Kills. */
  readonly rounds: number;
  readonly messagesARound: number;
  readonly seed: number;
  readonly onRound?: (
    round: number,
    facts: { readonly accepted: number; readonly killedAfterMs: number },
  ) => void;
}

export interface CrashReport {
  readonly rounds: number;
  /** Recipients whose message was answered 250. */
  readonly accepted: number;
  readonly delivered: number;
  /** Whose sender was told that they failed. */
  readonly told: number;
  /** Recipients of whom nobody knows any more; must be none. */
  readonly lost: readonly string[];
  /** Recipients who got it more than once, and how often. */
  readonly doubled: Readonly<Record<string, number>>;
  /** Those of them that got it twice from one process, which no kill explains; must be none. */
  readonly unexplained: readonly string[];
  /** Messages that arrived and that no client was told are safe: the reply was lost, or came too late. */
  readonly unanswered: number;
}

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));
const DOMAINS = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.test`);
/** Time enough for a handful of transactions, and for the start of the next process to be hit as well. */
const KILL_MS_MAX = 1_500;
const CLIENTS = 4;
const DRAIN_MS_MAX = 240_000;
const SETTLE_MS = 300;

export async function crashRounds(options: CrashOptions): Promise<CrashReport> {
  const { folder, rounds, messagesARound, seed, onRound } = options;
  const draw = numbersFrom(seed);
  await using internet = await startInternet(world());
  const state = join(folder, 'state');
  const args = await argumentsFor(internet, folder, state);
  const accepted = new Set<string>();
  const lives = new Lives(internet);
  for (let round = 1; round <= rounds; round++) {
    const daemon = await start(args);
    const before = accepted.size;
    const handing = handInAll(daemon.address, `r${round}`, messagesARound, accepted);
    const startedAt = performance.now();
    await untilItIsTime(draw, handing, () => accepted.size - before, messagesARound);
    const killedAfterMs = Math.round(performance.now() - startedAt);
    daemon.child.kill('SIGKILL');
    await daemon.ended;
    await handing;
    // What was on its way to a host when the process ended still arrives there.
    await pause(SETTLE_MS);
    lives.ended();
    onRound?.(round, { accepted: accepted.size - before, killedAfterMs });
  }
  await drain(args, state);
  lives.ended();
  return account({ rounds, internet, accepted, kept: await keptIn(state), lives });
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

function world() {
  const names = [...DOMAINS, 's.test'];
  return {
    dns: Object.fromEntries(
      names.flatMap((name) => [
        [`MX ${name}`, [`10 mx.${name}`]],
        [`A mx.${name}`, [`@mx.${name}`]],
      ]),
    ),
    // One domain refuses for good, so that senders have to be told.
    mail: Object.fromEntries(
      names.map((name) => [
        `mx.${name}`,
        name === 'e.test' ? { replies: { end: '550 5.7.1 not wanted' } } : {},
      ]),
    ),
  };
}

async function argumentsFor(internet: Internet, folder: string, state: string): Promise<readonly string[]> {
  const { resolver, port, httpsPort } = internet;
  const ca = await internet.writeCa(join(folder, 'ca.pem'));
  const config = join(folder, 'crash.yaml');
  // What a kill has interrupted is due again after the first wait.
  await writeFile(
    config,
    'retry: { schedule: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s], jitter: 0% }\n',
  );
  return [
    ...['serve', '--listen', '127.0.0.1:0', '--state', state, '--config', config, '--helo', 'mail.s.test'],
    ...[
      '--resolver',
      `${resolver.address}:${resolver.port}`,
      '--port',
      `${port}`,
      '--https-port',
      `${httpsPort}`,
    ],
    ...['--ca', ca, '--allow-loopback', '--log', 'json'],
  ];
}

async function start(args: readonly string[]) {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const address = parseListenAddress(line.replace(/^ready smtp /, ''));
    if (address !== null) return { child, ended, address };
  }
  throw new Error(`it did not start: ${said}`);
}

/** Several clients at once, until all is handed in or nobody answers any more; whoever was told 250 is noted. */
async function handInAll(
  address: ListenAddress,
  prefix: string,
  count: number,
  accepted: Set<string>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    const client = await LmtpClient.open(address);
    try {
      await client.say('EHLO client.test');
      while (next < count) {
        const number = next++;
        const recipient = `${prefix}-${number}@${DOMAINS[number % DOMAINS.length]}`;
        await client.say('MAIL FROM:<s@s.test>', `RCPT TO:<${recipient}>`);
        await client.say('DATA');
        client.write(`Subject: ${recipient}\r\n\r\n${'x'.repeat((number * 997) % 20_000)}\r\n.\r\n`);
        const [answer] = await client.hear();
        if (answer!.startsWith('250')) accepted.add(recipient);
      }
    } finally {
      client.close();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, () => work().catch(() => undefined)));
}

/** Lets a last daemon run until nobody waits. */
async function drain(args: readonly string[], state: string): Promise<void> {
  const daemon = await start(args);
  const until = performance.now() + DRAIN_MS_MAX;
  while (performance.now() < until) {
    await pause(500);
    if ((await keptIn(state)).every(({ recipients }) => recipients.every((each) => isEnded(each.state))))
      break;
  }
  daemon.child.kill('SIGTERM');
  await daemon.ended;
}

function isEnded(state: string): boolean {
  return state !== 'waiting' && state !== 'attempting';
}

async function keptIn(directory: string): Promise<readonly ShownMessage[]> {
  const stores = sqliteStores({ directory });
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

/** What arrived while one process lived: nobody gets a message twice from the same one. */
class Lives {
  readonly #internet: Internet;
  #before: ReadonlyMap<string, number> = new Map();
  readonly doubledInOne = new Set<string>();

  constructor(internet: Internet) {
    this.#internet = internet;
  }

  ended(): void {
    const now = arrivals(this.#internet);
    for (const [recipient, count] of now)
      if (count - (this.#before.get(recipient) ?? 0) > 1) this.doubledInOne.add(recipient);
    this.#before = now;
  }
}

/** How often a message arrived, by its recipient: each has one. */
function arrivals(internet: Internet): ReadonlyMap<string, number> {
  const arrived = new Map<string, number>();
  for (const domain of DOMAINS)
    for (const { recipients } of internet.received(`mx.${domain}`))
      for (const recipient of recipients) arrived.set(recipient, (arrived.get(recipient) ?? 0) + 1);
  return arrived;
}

interface Books {
  readonly rounds: number;
  readonly internet: Internet;
  readonly accepted: ReadonlySet<string>;
  readonly kept: readonly ShownMessage[];
  readonly lives: Lives;
}

/** Who got what how often, and who is accounted for. */
function account({ rounds, internet, accepted, kept, lives }: Books): CrashReport {
  const arrived = arrivals(internet);
  const notices = internet.received('mx.s.test').map(({ text }) => text);
  const told = new Set(
    notices.flatMap((text) =>
      [...text.matchAll(/^Final-Recipient: rfc822; (\S+)\s*$/gm)].map(([, address]) => address!),
    ),
  );
  const states = new Map(
    kept.flatMap(({ recipients }) => recipients.map(({ recipient, state }) => [recipient, state] as const)),
  );
  const isKnown = (recipient: string) =>
    arrived.has(recipient) ||
    told.has(recipient) ||
    ['waiting', 'attempting'].includes(states.get(recipient) ?? '');
  return {
    rounds,
    accepted: accepted.size,
    delivered: [...accepted].filter((each) => arrived.has(each)).length,
    told: [...accepted].filter((each) => told.has(each)).length,
    lost: [...accepted].filter((each) => !isKnown(each)),
    doubled: Object.fromEntries([...arrived].filter(([, count]) => count > 1)),
    unexplained: [...lives.doubledInOne],
    unanswered: [...arrived.keys()].filter((each) => !accepted.has(each)).length,
  };
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
