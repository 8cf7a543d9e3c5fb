/*
 * DNS over TLS (RFC 7858). One connection for each server, opened when it is needed and closed when it has been idle;
 * several queries may be under way on it, answered in any order (RFC 7766, Section 6.2.1.1) and told apart by their ids.
 * A server may close an idle connection at any time, so a query that finds the connection closing is asked once more.
 */
import { randomInt } from 'node:crypto';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsResolver } from '../resolver-config.js';
import { echoOf, idOf, isTruncated, type WireQuery, withId } from '../wire-query.js';
import { framed, Unframer } from './framing.js';
import {
  type Delivered,
  delivered,
  hasEnded,
  type Patience,
  type Undelivered,
  undelivered,
  untilSettled,
} from './settle.js';
import { verifiedPeer } from './verified-peer.js';

/** Below what servers allow an idle client (RFC 7858, Section 3.4). */
const IDLE_MS = 10_000;
/** Queries under way on one connection; far fewer than there are ids. */
const IN_FLIGHT_MAX = 1000;

export class TlsLink {
  readonly #server: TlsResolver;
  readonly #secureContext: () => SecureContext;
  #current: Connection | null = null;

  constructor(server: TlsResolver, secureContext: () => SecureContext) {
    this.#server = server;
    this.#secureContext = secureContext;
  }

  /** Asks by TLS. Never rejects. */
  async ask(query: WireQuery, { ms, signal }: Patience): Promise<Delivered> {
    const endsAt = performance.now() + ms;
    const reused = this.#current !== null;
    const first = await this.#askOnce(query, { ms, signal });
    const leftMs = endsAt - performance.now();
    const wasClosing = reused && first.kind === 'failed' && hasEnded(first.code) && leftMs > 0;
    return wasClosing ? this.#askOnce(query, { ms: leftMs, signal }) : first;
  }

  #askOnce(query: WireQuery, patience: Patience): Promise<Delivered> {
    return untilSettled<Delivered>(patience, (settle) => {
      const connection = this.#open();
      return connection.ask(query, settle);
    });
  }

  #open(): Connection {
    if (this.#current !== null) return this.#current;
    const connection = new Connection(this.#server, this.#secureContext(), () => {
      if (this.#current === connection) this.#current = null;
    });
    this.#current = connection;
    return connection;
  }
}

type Settle = (answer: Delivered | Undelivered) => void;

interface UnderWay {
  readonly sent: WireQuery;
  readonly settle: Settle;
}

/** The connection ended although nothing was wrong with it. */
const CLOSED = 'ECONNRESET';

class Connection {
  readonly #socket: TLSSocket;
  readonly #underWay = new Map<number, UnderWay>();
  readonly #unframer = new Unframer();
  readonly #onEnd: () => void;
  #idle: NodeJS.Timeout | null = null;
  /** How often something came. */
  #heard = 0;
  #state: 'open' | 'retired' | 'ended' = 'open';

  constructor({ address, port, name }: TlsResolver, secureContext: SecureContext, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#socket = connect({ host: address, port, ...verifiedPeer(name, secureContext) });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.#end(undelivered('unreachable', error)));
    this.#socket.on('close', () => this.#end(undelivered('unreachable', CLOSED)));
    this.#socket.on('data', (chunk) => this.#hear(chunk));
  }

  /** Gives a function that forgets the query. What is written before the handshake is over waits for its end. */
  ask(query: WireQuery, settle: Settle): () => void {
    if (this.#underWay.size >= IN_FLIGHT_MAX) throw Object.assign(new Error(), { code: 'EBUSY' });
    let id = randomInt(0x1_0000);
    while (this.#underWay.has(id)) id = (id + 1) & 0xffff;
    const sent = withId(query, id);
    this.#underWay.set(id, { sent, settle });
    this.#wake();
    this.#socket.write(framed(sent.octets));
    const heardBefore = this.#heard;
    return () => {
      this.#underWay.delete(id);
      // Nothing at all came while it waited: a connection that may be dead is not for others.
      if (this.#heard === heardBefore) this.#retire();
      else if (this.#underWay.size === 0) this.#rest();
    };
  }

  #hear(chunk: Buffer): void {
    this.#heard++;
    for (const message of this.#unframer.push(chunk)) {
      // Too short for an id: nobody's answer.
      if (message.length < 2) continue;
      const asked = this.#underWay.get(idOf({ octets: message }));
      // Nobody waits for it any more: its asker gave up.
      if (asked === undefined) continue;
      const isAnswer = echoOf(message, asked.sent) !== 'mismatch' && !isTruncated(message);
      asked.settle(isAnswer ? delivered(message) : undelivered('malformed'));
    }
  }

  #wake(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#socket.ref();
  }

  /** A connection at rest keeps no process alive, and does not rest for long. */
  #rest(): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'retired') this.#end(undelivered('unreachable', CLOSED));
    this.#socket.unref();
    this.#idle ??= setTimeout(() => this.#end(undelivered('unreachable', CLOSED)), IDLE_MS).unref();
  }

  /** Those who wait may go on waiting; nobody joins them. */
  #retire(): void {
    if (this.#state === 'open') this.#state = 'retired';
    this.#onEnd();
    if (this.#underWay.size === 0) this.#rest();
  }

  #end(why: Undelivered): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#onEnd();
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (const { settle } of [...this.#underWay.values()]) settle(why);
    this.#socket.destroy();
  }
}
