/*
 * How long hostile input keeps the event loop from turning: whole attempts against hostile servers, and what is read of files. What
 * strangers send is bounded so that others wait no longer than this for them.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { createNodeEngine, readMessage, settingsOf } from '../../src/node.js';
import { sibling } from '../sibling.js';
import { CHAINS } from './chains.js';
import { GREETINGS } from './greetings.js';
import { longestStallMs } from './longest-stall.js';
import { PAGES } from './pages.js';
import { readings } from './readings.js';
import type { Hostility, Place } from './strangers.js';
import { ZONES } from './zones.js';

export const STALL_MS_MAX = 50;
/** Each in fresh surroundings; the middle one counts, so that one collection of garbage does not. */
const ROUNDS = 3;

export interface Stall {
  readonly input: string;
  readonly ms: number;
  /**
   * What Node's own TLS takes of it, which nobody here can bound: the handshake, and to hand the chain over, which looks for each
   * certificate's issuer among all. 0 where it shows nothing hostile.
   */
  readonly handshakeMs: number;
  /** What came of it. */
  readonly outcome: string;
}

/** Whether it is longer than others should have to wait. */
export function isTooLong({ ms, handshakeMs }: Stall): boolean {
  return ms - handshakeMs > STALL_MS_MAX;
}

export function renderStall(stall: Stall): string {
  const { input, ms, handshakeMs, outcome } = stall;
  const ofNode = handshakeMs < 1 ? '' : `, ${handshakeMs.toFixed(1)} ms of it Node's own handshake and chain`;
  return `${ms.toFixed(1).padStart(8)} ms  ${input}: ${outcome}${ofNode}${isTooLong(stall) ? '  TOO LONG' : ''}`;
}

/** Each input whose name holds the word, one after the other. */
export async function* stalls(word = ''): AsyncGenerator<Stall> {
  await using strangers = startStrangers();
  const { attempt, handshake } = strangers;
  // What is loaded once is nobody's input.
  for (const _ of [1, 2, 3]) await (await attempt({}))();
  for (const [input, hostility] of hostilities()) {
    if (!input.includes(word)) continue;
    const handshakes = hostility.chain === undefined ? null : await middleOf(() => handshake(hostility));
    const attempts = await middleOf(() => attempt(hostility));
    yield { input, ...attempts, handshakeMs: handshakes?.ms ?? 0 };
  }
  for (const [input, work] of readings()) {
    if (!input.includes(word)) continue;
    yield { input, ...(await middleOf(async () => async () => work())), handshakeMs: 0 };
  }
}

function* hostilities(): Generator<readonly [string, Hostility]> {
  yield ['an honest host', {}];
  for (const chain of keys(CHAINS)) yield [`chain: ${chain}`, { chain }];
  for (const zone of keys(ZONES)) yield [zone, { zone }];
  for (const greeting of keys(GREETINGS)) if (greeting !== 'plain') yield [greeting, { greeting }];
  for (const page of keys(PAGES)) if (page !== 'none') yield [page, { page }];
}

async function middleOf(prepare: () => Promise<() => Promise<string>>) {
  const rounds: number[] = [];
  let outcome = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const work = await prepare();
    rounds.push(
      await longestStallMs(async () => {
        outcome = await work();
      }),
    );
  }
  return { ms: rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!, outcome };
}

function startStrangers() {
  const child = fork(sibling('./strangers', import.meta.url));
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the strangers have ended')));
  gone.catch(() => undefined);
  const become = async (hostility: Hostility) => {
    child.send(hostility);
    const [place] = (await Promise.race([once(child, 'message'), gone])) as [Place];
    return place;
  };
  return {
    /** An attempt to deliver to hostile servers, by an engine that has delivered before. */
    async attempt(hostility: Hostility): Promise<() => Promise<string>> {
      const place = await become({});
      const engine = createNodeEngine({
        settings: settingsOf('rfc', {
          privateAddresses: 'allow',
          helo: 'client.example',
          port: place.port,
          httpsPort: place.httpsPort,
          // Most addresses lead nowhere.
          deadlines: { ...settingsOf('rfc').deadlines, connectMs: 100 },
        }),
        resolver: { servers: [place.resolver] },
        dnsCache: 'off',
        ca: [place.caPem],
      });
      await engine.deliver(MAIL);
      await become(hostility);
      return async () => {
        const { results } = await engine.deliver(MAIL);
        return results[0]!.outcome;
      };
    },
    /** The same certificates, shown to Node alone. */
    async handshake(hostility: Hostility): Promise<() => Promise<string>> {
      const { tlsPort } = await become(hostility);
      return async () => {
        const socket = connect({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
        socket.once('secureConnect', () => void socket.getPeerX509Certificate());
        await once(socket, 'secureConnect');
        socket.destroy();
        return 'done';
      };
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

const OCTETS = Buffer.from('From: <sender@sender.example>\r\nSubject: x\r\n\r\nHello.\r\n');
const { content, facts } = readMessage(OCTETS);
const MAIL = {
  from: 'sender@sender.example',
  to: ['user@a.example'],
  content,
  facts: { ...facts, requireTls: 'no', report: 'none' },
} as const;

const keys = <T extends object>(object: T) => Object.keys(object) as (keyof T & string)[];
