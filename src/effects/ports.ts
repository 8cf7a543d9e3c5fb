import type { Crowd, DialledWord } from '../policy/queue/crowd.js';
import type { AnswerOf, AskOf, EffectName } from './catalog.js';

/** Effects that the interpreter answers itself: a host run is another program. */
export type OwnEffect = 'host.run';
/** Effects about one SMTP connection. */
export type SessionEffect = Extract<EffectName, `smtp.${string}` | 'tls.handshake' | 'peer.inspect'>;
/** Effects without a connection. */
export type WorldEffect = Exclude<EffectName, OwnEffect | SessionEffect>;

/**
 * One question of the world. It never rejects: whatever happens is an answer. When the signal aborts it gives up; what it answers
 * then is not looked at, because nobody waits for it any more.
 */
export type Port<K extends EffectName> = (ask: AskOf<K>, signal: AbortSignal) => Promise<AnswerOf<K>>;

/** One SMTP connection from connect to quit. Its methods are called one at a time, in the order of the protocol. */
export interface SmtpSession {
  connect: Port<'smtp.connect'>;
  greeting: Port<'smtp.greeting'>;
  hello: Port<'smtp.hello'>;
  startTls: Port<'smtp.starttls'>;
  handshake: Port<'tls.handshake'>;
  inspect: Port<'peer.inspect'>;
  auth: Port<'smtp.auth'>;
  /**
   * The message itself, as it is to be read by the server before dot-stuffing, is given by the interpreter. When the signal aborts
   * it answers at once with what was heard until then, and `lost: 'aborted'` where a reply is missing.
   */
  send(ask: AskOf<'smtp.send'>, message: MessageSource, signal: AbortSignal): Promise<AnswerOf<'smtp.send'>>;
  quit: Port<'smtp.quit'>;
  /** Closes at once, whatever state it is in. Idempotent; never throws. */
  destroy(): void;
}

/** Who goes back where sessions with a server are limited, and he would wait for long. */
export interface GoesBack {
  /** Those of one name take turns with those of others. */
  readonly name: string;
  /** Told why, once; the attempt is broken off by it, as by a signal that aborts. */
  readonly onCrowded: (crowd: Crowd) => void;
}

/** An attempt that needs a session. */
export interface SessionSeeker extends GoesBack {
  /** What it has dialled before. */
  readonly dialled: DialledWord;
}

/** The octets of a message, with CRLF line ends, without dot-stuffing; may be read several times. */
export type MessageSource = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What a caller must bring. Leaving one out does not compile. */
export type Adapters = { readonly [K in WorldEffect]: Port<K> } & {
  /** A fresh connection object; no I/O happens before its `connect`. `seeker`: who would rather go back than wait for long, where sessions are limited. */
  readonly 'smtp.session': (seeker?: SessionSeeker) => SmtpSession;
};
