/*
 * Connections that wait for another message. Bounded in number, in time and in messages; whoever takes one is alone with
 * it. None of them keeps the process alive.
 */
import { keywordsOf } from '../../../policy/smtp/ehlo.js';
import { limitsOf, NO_LIMITS } from '../../../policy/smtp/limits.js';
import type { KeepableSession } from '../smtp/index.js';
import { destinationOf, type Exchange } from './exchange.js';

export interface ReuseOptions {
  /** Connections that wait at the same time, in all. Default: 100. */
  readonly connectionsMax?: number;
  /** Connections that wait at the same time for one address and port. Default: 2. */
  readonly perHostMax?: number;
  /** How long one waits. Default: 5,000. */
  readonly idleMs?: number;
  /** How old one may become; this bounds how old evidence can be. Default: 300,000. */
  readonly ageMs?: number;
  /** Messages over one connection. Default: 100. */
  readonly messagesMax?: number;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
}

export interface Connection {
  readonly session: KeepableSession;
  /** Everything asked on the way to TLS and to the EHLO behind it, in order. */
  readonly exchanges: Exchange[];
  messages: number;
  /** Of its recipients. */
  readonly domains: Set<string>;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** When its server has answered as it should for the last time, in milliseconds since 1970. */
  heardAt: number;
  /** The TLSA records that it was inspected for last, as `tlsaSet` writes them; null: never. */
  inspectedFor: string | null;
  /** When the first of the peer's certificates does, in milliseconds since 1970. */
  expiresAt: number;
}

interface Waiting {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly timer: NodeJS.Timeout;
  readonly destination: string;
}

const FAREWELL_MS = 5000;

export class KeptConnections {
  readonly now: () => number;
  readonly #limits: Required<Omit<ReuseOptions, 'now'>>;
  /** Oldest first. */
  readonly #waiting = new Map<Connection, Waiting>();
  #closed = false;

  constructor({ now = Date.now, ...limits }: ReuseOptions) {
    this.now = now;
    this.#limits = { ...DEFAULTS, ...limits };
    for (const [name, limit] of Object.entries(this.#limits)) {
      if (!Number.isSafeInteger(limit) || limit < 1 || limit > LIMIT_MAX)
        throw new TypeError(`${name} must be a whole number from 1 to ${LIMIT_MAX}`);
    }
  }

  /** Whether it was kept; if not, it is the caller's to close. */
  keep(connection: Connection): boolean {
    const now = this.now();
    const until = Math.min(
      now + this.#limits.idleMs,
      connection.openedAt + this.#limits.ageMs,
      connection.expiresAt,
    );
    if (this.#closed || until <= now || isUsedUp(connection, this.#limits.messagesMax)) return false;
    const timer = setTimeout(() => this.#dismiss(connection), until - now).unref();
    const destination = destinationOf(connection.exchanges[0]);
    this.#waiting.set(connection, { until, timer, destination });
    connection.session.park(() => this.#remove(connection));
    this.#makeRoom(destination);
    return true;
  }

  /** For a connection that was taken and not used. */
  putBack(connection: Connection): void {
    if (!this.keep(connection)) this.#dismiss(connection);
  }

  /** For the first of these destinations that has any, the one that waited shortest: its server is the least likely to have left. */
  take(destinations: readonly string[]): Connection | null {
    for (const destination of destinations) {
      const connection = this.#takeOne(destination);
      if (connection !== null) return connection;
    }
    return null;
  }

  #takeOne(destination: string): Connection | null {
    for (const [connection, { until, destination: kept }] of [...this.#waiting].reverse()) {
      if (kept !== destination) continue;
      if (until > this.now()) {
        this.#remove(connection);
        return connection;
      }
      this.#dismiss(connection);
    }
    return null;
  }

  /** Says QUIT to all of them, and keeps none from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#waiting.keys()].map((connection) => this.#dismiss(connection)));
  }

  #makeRoom(destination: string): void {
    const same = [...this.#waiting].filter(([, kept]) => kept.destination === destination);
    if (same.length > this.#limits.perHostMax) this.#dismiss(same[0]![0]);
    else if (this.#waiting.size > this.#limits.connectionsMax)
      this.#dismiss(this.#waiting.keys().next().value!);
  }

  #remove(connection: Connection): void {
    clearTimeout(this.#waiting.get(connection)?.timer);
    this.#waiting.delete(connection);
  }

  #dismiss(connection: Connection): Promise<unknown> {
    this.#remove(connection);
    return connection.session.quit({ session: 0, deadlineMs: FAREWELL_MS }, new AbortController().signal);
  }
}

/** By our limit, and by those of the server, which counts MAIL commands and domains by the session (RFC 9422, Section 4). */
function isUsedUp({ messages, domains, exchanges }: Connection, messagesMax: number): boolean {
  const hello = exchanges.findLast((exchange) => exchange.step === 'hello')?.answer;
  const { mailMax, domainMax } = hello?.kind === 'replied' ? limitsOf(keywordsOf(hello.reply)) : NO_LIMITS;
  const isAtLast = domainMax !== null && domains.size >= domainMax;
  return isAtLast || messages >= Math.min(messagesMax, mailMax ?? messagesMax);
}

const LIMIT_MAX = 2 ** 31 - 1;
const DEFAULTS = {
  connectionsMax: 100,
  perHostMax: 2,
  idleMs: 5000,
  ageMs: 300_000,
  messagesMax: 100,
} as const;
