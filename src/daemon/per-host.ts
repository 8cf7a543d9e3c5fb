/*
 * So many sessions with one server at once, and so many a minute, whatever domains it serves: who comes too late waits in line, as long
 * as his attempt may take. It says nothing about the server, so it is no answer of one.
 */
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import type { Adapters, MessageSource, SmtpSession } from '../effects/ports.js';
import { Slots } from '../hosts/slots.js';
import { NODE_PLATFORM, type QueuePlatform } from '../services/queue/platform.js';

/** Servers of which slots are kept while nobody has one. */
const SERVERS_MAX = 10_000;

export interface HostBounds {
  /** Open with one address and port at a time, at most. */
  readonly sessionsMax: number;
  /** How long after one session the next may begin, in milliseconds. Default: at once. */
  readonly sessionEveryMs?: number;
}

/** Sessions that keep to such bounds. */
export function perHost(
  open: Adapters['smtp.session'],
  bounds: HostBounds,
  platform: Pick<QueuePlatform, 'elapsed' | 'wait'> = NODE_PLATFORM,
): Adapters['smtp.session'] {
  const servers = new Map<string, Server>();
  const serverAt = (address: string) => {
    const known = servers.get(address) ?? new Server(bounds, platform);
    servers.delete(address);
    servers.set(address, known);
    if (servers.size > SERVERS_MAX) servers.delete(servers.keys().next().value!);
    return known;
  };
  return () => new LimitedSession(open(), serverAt);
}

class Server {
  readonly #slots: Slots;
  readonly #everyMs: number;
  readonly #platform: Pick<QueuePlatform, 'elapsed' | 'wait'>;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(
    { sessionsMax, sessionEveryMs = 0 }: HostBounds,
    platform: Pick<QueuePlatform, 'elapsed' | 'wait'>,
  ) {
    this.#slots = new Slots(sessionsMax);
    this.#everyMs = sessionEveryMs;
    this.#platform = platform;
  }

  /** Resolves to what ends the session, or to null once the signal aborts. Never rejects. */
  async take(signal: AbortSignal): Promise<(() => void) | null> {
    const release = await this.#slots.take(signal);
    if (release === null || this.#everyMs === 0) return release;
    const now = this.#platform.elapsed();
    const beginsAt = Math.max(now, this.#nextAt);
    this.#nextAt = beginsAt + this.#everyMs;
    if (beginsAt > now) await this.#platform.wait(beginsAt - now, signal);
    if (!signal.aborted) return release;
    release();
    return null;
  }
}

class LimitedSession implements SmtpSession {
  readonly #inner: SmtpSession;
  readonly #serverAt: (address: string) => Server;
  #release: () => void = () => undefined;

  constructor(inner: SmtpSession, serverAt: (address: string) => Server) {
    this.#inner = inner;
    this.#serverAt = serverAt;
  }

  async connect(ask: AskOf<'smtp.connect'>, signal: AbortSignal): Promise<AnswerOf<'smtp.connect'>> {
    this.#release();
    const release = await this.#serverAt(`${ask.address} ${ask.port}`).take(signal);
    // Nobody looks at what is answered to a question that was broken off.
    if (release === null) return { kind: 'failed', cause: 'timeout' };
    this.#release = release;
    const answer = await this.#inner.connect(ask, signal);
    if (answer.kind === 'failed') this.#release();
    return answer;
  }

  hello(ask: AskOf<'smtp.hello'>, signal: AbortSignal): Promise<AnswerOf<'smtp.hello'>> {
    return this.#inner.hello(ask, signal);
  }

  greeting(ask: AskOf<'smtp.greeting'>, signal: AbortSignal): Promise<AnswerOf<'smtp.greeting'>> {
    return this.#inner.greeting(ask, signal);
  }

  auth(ask: AskOf<'smtp.auth'>, signal: AbortSignal): Promise<AnswerOf<'smtp.auth'>> {
    return this.#inner.auth(ask, signal);
  }

  startTls(ask: AskOf<'smtp.starttls'>, signal: AbortSignal): Promise<AnswerOf<'smtp.starttls'>> {
    return this.#inner.startTls(ask, signal);
  }

  handshake(ask: AskOf<'tls.handshake'>, signal: AbortSignal): Promise<AnswerOf<'tls.handshake'>> {
    return this.#inner.handshake(ask, signal);
  }

  inspect(ask: AskOf<'peer.inspect'>, signal: AbortSignal): Promise<AnswerOf<'peer.inspect'>> {
    return this.#inner.inspect(ask, signal);
  }

  send(ask: AskOf<'smtp.send'>, message: MessageSource, signal: AbortSignal): Promise<AnswerOf<'smtp.send'>> {
    return this.#inner.send(ask, message, signal);
  }

  async quit(ask: AskOf<'smtp.quit'>, signal: AbortSignal): Promise<AnswerOf<'smtp.quit'>> {
    const answer = await this.#inner.quit(ask, signal);
    this.#release();
    return answer;
  }

  destroy(): void {
    this.#inner.destroy();
    this.#release();
  }
}
