/*
 * So many sessions with one server at once, whatever domains it serves: who comes too late waits in line, as long as his attempt
 * may take. It says nothing about the server, so it is no answer of one.
 */
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import type { Adapters, MessageSource, SmtpSession } from '../effects/ports.js';
import { Slots } from '../hosts/slots.js';

/** Servers of which slots are kept while nobody has one. */
const SERVERS_MAX = 10_000;

/** Sessions of which so many at most are open with one address and port. */
export function perHost(open: Adapters['smtp.session'], sessionsMax: number): Adapters['smtp.session'] {
  const servers = new Map<string, Slots>();
  const slotsOf = (server: string) => {
    const known = servers.get(server) ?? new Slots(sessionsMax);
    servers.delete(server);
    servers.set(server, known);
    if (servers.size > SERVERS_MAX) servers.delete(servers.keys().next().value!);
    return known;
  };
  return () => new LimitedSession(open(), slotsOf);
}

class LimitedSession implements SmtpSession {
  readonly #inner: SmtpSession;
  readonly #slotsOf: (server: string) => Slots;
  #release: () => void = () => undefined;

  constructor(inner: SmtpSession, slotsOf: (server: string) => Slots) {
    this.#inner = inner;
    this.#slotsOf = slotsOf;
  }

  async connect(ask: AskOf<'smtp.connect'>, signal: AbortSignal): Promise<AnswerOf<'smtp.connect'>> {
    this.#release();
    const release = await this.#slotsOf(`${ask.address} ${ask.port}`).take(signal);
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
