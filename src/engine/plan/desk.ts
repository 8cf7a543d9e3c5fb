/*
 * Where the questions of a session wait for whoever owns the socket. An attempt at the desk runs as every other does; only its
 * answers come from outside, one at a time.
 */
import type { AnswerOf, AskOf } from '../../effects/catalog.js';
import type { SessionEffect, SmtpSession } from '../../effects/ports.js';

/** A question about a connection. */
export type SessionAsk = { [K in SessionEffect]: { readonly type: K } & AskOf<K> }[SessionEffect];

interface Waiting {
  readonly ask: SessionAsk;
  readonly give: (answer: never) => void;
}

export class Desk {
  #waiting: Waiting | null = null;
  #isClosed = false;
  readonly #onlookers: (() => void)[] = [];

  /** The question that waits, as soon as there is one; null: there will be none any more. */
  async next(): Promise<SessionAsk | null> {
    while (this.#waiting === null && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#onlookers.push(resolve));
    }
    return this.#isClosed ? null : this.#waiting!.ask;
  }

  /** Answers the question that waits. */
  give<K extends SessionEffect>(answer: AnswerOf<K>): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.give(answer as never);
  }

  /** Nobody asks any more. */
  close(): void {
    this.#isClosed = true;
    this.#stir();
  }

  ask<K extends SessionEffect>(type: K, ask: AskOf<K>): Promise<AnswerOf<K>> {
    return new Promise((resolve) => {
      this.#waiting = { ask: { ...ask, type } as unknown as SessionAsk, give: resolve };
      this.#stir();
    });
  }

  /** A connection that somebody else makes and keeps. */
  session(): SmtpSession {
    return {
      connect: (ask) => this.ask('smtp.connect', ask),
      greeting: (ask) => this.ask('smtp.greeting', ask),
      auth: (ask) => this.ask('smtp.auth', ask),
      hello: (ask) => this.ask('smtp.hello', ask),
      startTls: (ask) => this.ask('smtp.starttls', ask),
      handshake: (ask) => this.ask('tls.handshake', ask),
      inspect: (ask) => this.ask('peer.inspect', ask),
      send: (ask, _, signal) => this.send(ask, signal),
      quit: (ask) => this.ask('smtp.quit', ask),
      destroy: () => undefined,
    };
  }

  /** The one question that is waited for even when the attempt is stopped: nothing was heard of it, then. */
  send(ask: AskOf<'smtp.send'>, signal: AbortSignal): Promise<AnswerOf<'smtp.send'>> {
    const nothing = {
      mail: null,
      recipients: ask.recipients.map(() => null),
      data: null,
      end: null,
    } as const;
    return new Promise((resolve) => {
      const stop = () => resolve({ ...nothing, lost: 'aborted' });
      signal.addEventListener('abort', stop, { once: true });
      this.ask('smtp.send', ask).then((answer) => {
        signal.removeEventListener('abort', stop);
        resolve(answer);
      });
    });
  }

  #stir(): void {
    for (const wake of this.#onlookers.splice(0)) wake();
  }
}
