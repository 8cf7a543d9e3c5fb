/*
 * A session over a connection that may have carried a message before. As long as it is asked what was asked on that
 * connection, it gives the answers of then; what the peer presented is stated anew. As soon as it is asked anything
 * else, the kept connection goes back untouched, and the same way is gone again on a fresh one. That includes TLSA records
 * other than those it was inspected for last: a certificate and its records change together (RFC 7671, Section 8.1), so
 * that new records say nothing about what was presented before them. After the inspection there is no way back: whoever
 * was inspected is who gets the message, or nobody does.
 */

import type { AnswerOf, AskOf, TransactionAnswer } from '../../../effects/catalog.js';
import type { MessageSource, SmtpSession } from '../../../effects/ports.js';
import type { PeerFacts } from '../../../policy/certificate/facts.js';
import { domainPart } from '../../../policy/names/mailbox.js';
import { classOf } from '../../../policy/smtp/reply.js';
import type { KeepableSession } from '../smtp/index.js';
import {
  type AnswerFor,
  type AskFor,
  agree,
  asksFor,
  destinationsOf,
  type Exchange,
  pinned,
  type Step,
  tlsaSet,
} from './exchange.js';
import type { Connection, KeptConnections } from './kept-connections.js';

/** A server that does not answer RSET in this time is not worth more of it. */
const WAKE_MS_MAX = 5000;
/** One that was heard so short a time ago is not asked: if it has left since, the answer to MAIL is what a fresh connection is made for. */
const HEARD_MS_MAX = 1000;

const RESET = { kind: 'lost', cause: 'reset' } as const;
const LOST: { readonly [S in Step]: AnswerFor<S> } = {
  connect: { kind: 'failed', cause: 'reset' },
  greeting: RESET,
  auth: RESET,
  hello: RESET,
  startTls: RESET,
  handshake: { kind: 'failed', cause: 'reset', code: 'ECONNRESET' },
};

export class ReusingSession implements SmtpSession {
  readonly #kept: KeptConnections;
  readonly #open: () => KeepableSession;
  #connection: Connection;
  /** How many answers of a kept connection were told; null: what is asked is asked of the server. */
  #told: number | null = null;
  #state: 'new' | 'open' | 'inspected' | 'sent' | 'spent' | 'over' = 'new';

  constructor(kept: KeptConnections, open: () => KeepableSession) {
    this.#kept = kept;
    this.#open = open;
    this.#connection = this.#fresh();
  }

  async connect(ask: AskOf<'smtp.connect'>, signal: AbortSignal): Promise<AnswerOf<'smtp.connect'>> {
    if (this.#state === 'new') {
      this.#state = 'open';
      if (ask.fresh !== 'yes') await this.#takeKept(ask, signal);
    }
    const answer = await this.#step('connect', ask, signal);
    const { messages } = this.#connection;
    const isUsed = messages > 0 && (answer.kind === 'greeted' || answer.kind === 'connected');
    return isUsed ? { ...answer, mails: messages } : answer;
  }

  hello(ask: AskOf<'smtp.hello'>, signal: AbortSignal): Promise<AnswerOf<'smtp.hello'>> {
    return this.#step('hello', ask, signal);
  }

  greeting(ask: AskOf<'smtp.greeting'>, signal: AbortSignal): Promise<AnswerOf<'smtp.greeting'>> {
    return this.#step('greeting', ask, signal);
  }

  auth(ask: AskOf<'smtp.auth'>, signal: AbortSignal): Promise<AnswerOf<'smtp.auth'>> {
    return this.#step('auth', ask, signal);
  }

  startTls(ask: AskOf<'smtp.starttls'>, signal: AbortSignal): Promise<AnswerOf<'smtp.starttls'>> {
    return this.#step('startTls', ask, signal);
  }

  handshake(ask: AskOf<'tls.handshake'>, signal: AbortSignal): Promise<AnswerOf<'tls.handshake'>> {
    return this.#step('handshake', ask, signal);
  }

  async inspect(ask: AskOf<'peer.inspect'>, signal: AbortSignal): Promise<PeerFacts> {
    if (this.#told !== null && !this.#hasTold('handshake')) return { kind: 'unreadable', code: 'NO_TLS' };
    const set = tlsaSet(ask.tlsa);
    const isFirst = this.#told !== null && this.#state === 'open';
    const isOther = isFirst && this.#connection.inspectedFor !== set;
    if (isOther && !(await this.#startOver('inspect', ask, signal))) {
      return { kind: 'unreadable', code: 'ECONNRESET' };
    }
    this.#connection.inspectedFor = set;
    const peer = await this.#connection.session.inspect(ask, signal);
    if (peer.kind === 'presented' && this.#state === 'open') {
      this.#state = 'inspected';
      // A path is verified in the handshake only, so that it must not outlive what it was made of.
      const ends = peer.chain.map(({ notAfter }) => notAfter).filter((end) => end > this.#kept.now());
      this.#connection.expiresAt = Math.min(this.#connection.expiresAt, ...ends);
    }
    return peer;
  }

  async send(
    ask: AskOf<'smtp.send'>,
    message: MessageSource,
    signal: AbortSignal,
  ): Promise<TransactionAnswer> {
    const isReady = this.#told === null || this.#told === this.#connection.exchanges.length;
    if (!isReady && !(await this.#startOver('send', ask, signal))) {
      const recipients = ask.recipients.map(() => null);
      return { mail: null, recipients, data: null, end: null, lost: RESET.cause };
    }
    const connection = this.#connection;
    const answer = await connection.session.send(ask, message, signal);
    connection.messages += 1;
    connection.heardAt = this.#kept.now();
    for (const recipient of ask.recipients) connection.domains.add(domainPart(recipient).toLowerCase());
    // Whatever did not end as it should leaves a server in a state that nobody knows.
    const isTaken = answer.lost === null && answer.end !== null && classOf(answer.end) === '2yz';
    const isKeepable = this.#state === 'inspected' || this.#state === 'sent';
    this.#state = isTaken && isKeepable ? 'sent' : 'spent';
    return answer;
  }

  async quit(ask: AskOf<'smtp.quit'>, signal: AbortSignal): Promise<AnswerOf<'smtp.quit'>> {
    const isKept = this.#state === 'sent' && !signal.aborted && this.#kept.keep(this.#connection);
    this.#state = 'over';
    const { session } = this.#connection;
    if (isKept) this.#connection = this.#closed();
    return isKept ? { kind: 'closed' } : session.quit(ask, signal);
  }

  destroy(): void {
    this.#state = 'over';
    this.#connection.session.destroy();
  }

  async #takeKept(ask: AskOf<'smtp.connect'>, signal: AbortSignal): Promise<void> {
    const kept = this.#kept.take(destinationsOf(ask));
    if (kept === null) return;
    this.#connection = kept;
    this.#told = 0;
    const agoMs = this.#kept.now() - kept.heardAt;
    const isJustHeard = agoMs >= 0 && agoMs < HEARD_MS_MAX;
    const wakeMs = isJustHeard ? null : Math.min(WAKE_MS_MAX, ask.deadlineMs);
    const isAwake = (await kept.session.wake(wakeMs, signal)) === 'awake';
    if (isAwake && !isJustHeard) kept.heardAt = this.#kept.now();
    if (isAwake || this.#isOver()) return;
    kept.session.destroy();
    this.#connection = this.#fresh();
    this.#told = null;
  }

  async #step<S extends Step>(step: S, ask: AskFor<S>, signal: AbortSignal): Promise<AnswerFor<S>> {
    if (this.#told !== null && !this.#isOver()) {
      const exchange = this.#connection.exchanges[this.#told];
      if (asksFor(exchange, step, ask)) {
        this.#told += 1;
        return exchange!.answer as AnswerFor<S>;
      }
      if (!(await this.#startOver(step, ask, signal))) return LOST[step];
    }
    const { answer } = await walk(this.#connection, step, ask, signal);
    return answer as AnswerFor<S>;
  }

  /**
   * Leaves the kept connection for a fresh one, and goes the way that was told on it. False: that cannot be done, or the
   * server no longer answers as it was told to have answered.
   */
  async #startOver(
    next: Step | 'inspect' | 'send',
    { session }: { readonly session: number },
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#isOver()) return false;
    const told = this.#connection.exchanges.slice(0, this.#told ?? 0);
    // What was inspected in this session may have failed for its message, so that it is for nobody any more.
    const isUsed = this.#state !== 'open';
    const mayRepeat = next === 'inspect' && told.at(-1)?.step === 'handshake';
    const isCommitted = isUsed || (this.#hasTold('handshake') && !mayRepeat);
    if (isUsed) this.#connection.session.destroy();
    else this.#kept.putBack(this.#connection);
    this.#connection = isCommitted ? this.#closed() : this.#fresh();
    this.#told = null;
    if (isCommitted) return false;
    for (const exchange of told) {
      const again = { ...pinned(exchange), session };
      const heard = await walk(this.#connection, exchange.step, again, signal);
      if (this.#isOver() || !agree(exchange, heard, next)) {
        this.#connection.session.destroy();
        return false;
      }
    }
    return true;
  }

  #hasTold(step: Step): boolean {
    return this.#connection.exchanges.slice(0, this.#told ?? 0).some((exchange) => exchange.step === step);
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  #fresh(): Connection {
    return {
      session: this.#open(),
      exchanges: [],
      messages: 0,
      domains: new Set(),
      openedAt: this.#kept.now(),
      heardAt: 0,
      inspectedFor: null,
      expiresAt: Number.POSITIVE_INFINITY,
    };
  }

  /** Somebody else may have the connection now. */
  #closed(): Connection {
    const connection = this.#fresh();
    connection.session.destroy();
    return connection;
  }
}

/** Asks it of the server, and remembers the answer. */
async function walk<S extends Step>(
  { session, exchanges }: Connection,
  step: S,
  ask: AskFor<S>,
  signal: AbortSignal,
): Promise<Exchange> {
  const method = session[step] as (ask: AskFor<S>, signal: AbortSignal) => Promise<AnswerFor<S>>;
  const answer = await method.call(session, ask, signal);
  const exchange = { step, ask, answer } as unknown as Exchange;
  exchanges.push(exchange);
  return exchange;
}
