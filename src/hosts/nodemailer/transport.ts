/*
 * Nodemailer's transport over the engine: one attempt for each domain of the recipients. The message is built once, signed and all,
 * by Nodemailer; here it is kept while it is sent. There is no queue: who has to wait is `pending`, and is the caller's to try again.
 */

import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { Count, Folder } from '../../effects/codecs/arguments.codec.js';
import { having, methods } from '../../effects/codecs/strict-object.js';
import { Callable, such, TrueFalse, wholeFrom } from '../../effects/codecs/values.js';
import { errorText } from '../../effects/error-text.js';
import { checked } from '../../effects/misuse.js';
import type { DeliveryResult, Engine } from '../../engine/engine.js';
import { following } from '../../engine/following.js';
import { happenedIn } from '../../engine/happened-in.js';
import type { AttemptOptions } from '../../engine/options.js';
import { withAddresses } from '../../engine/read-message.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { createNodeEngine } from '../../node.js';
import type { NodeEngineOptions } from '../../node-options.js';
import { parseHostName } from '../../policy/names/domain-name.js';
import { DEFAULT_SETTINGS } from '../../policy/settings.js';
import { withOwnName } from '../own-name.js';
import { Slots } from '../slots.js';
import { type Spooled, type SpoolOptions, spool } from '../spool.js';
import { dsnRequestOf } from './dsn.js';
import {
  abortError,
  type Envelope,
  errorFor,
  errorForAll,
  failure,
  type SentMessage,
  type TransportError,
} from './outcome.js';

/** How an engine is to be made, unless one is given, and how much is sent at a time. */
export interface WaxsealTransportOptions extends NodeEngineOptions {
  /** An engine of yours, which is not closed with the transport; the options of engines are not looked at then. */
  readonly engine?: Pick<Engine, 'deliver' | 'ready'>;
  /**
   * The name for EHLO, as Nodemailer's own transports take it. Default: what the settings have, else the machine's own, if it is
   * complete.
   */
  readonly name?: string;
  /** Keep connections for other messages to the same server. Default: false. */
  readonly pool?: boolean;
  /** Messages sent at the same time; others wait in line. Default: 50. */
  readonly maxConnections?: number;
  /** Octets up to which a message is kept in memory while it is sent; a larger one is in a file without a name. Default: 262,144. */
  readonly memoryOctetsMax?: number;
  /** Octets of a message at most. Default: 52,428,800. */
  readonly messageOctetsMax?: number;
  /** Where such files are. Default: the system's folder for temporary files. */
  readonly spoolDirectory?: string;
}

/** What a message may say to this transport, as `waxseal` beside `from` and `to`. */
export interface MessageWishes extends Pick<AttemptOptions, 'attempt' | 'dialled' | 'deadlineMs'> {
  /** Whether the message is a report that software made. Default: `none`. */
  readonly report?: 'none' | 'dmarc' | 'tls';
}

/** As much of Nodemailer's message as is used here. */
export interface MailToSend {
  readonly data: object;
  readonly message: {
    getEnvelope(): Envelope;
    messageId(): string;
    createReadStream(): Readable;
  };
}

interface MessageData {
  readonly signal?: AbortSignal;
  readonly requireTLSExtensionEnabled?: boolean;
  readonly dsn?: unknown;
  readonly waxseal?: MessageWishes;
}

type SendCallback = (error: Error | null, info: SentMessage) => void;

export interface WaxsealTransport extends EventEmitter {
  readonly name: string;
  readonly version: string;
  readonly supportsAbortSignal: true;
  /** Throws a {@link MisuseError} for what is no mail, and no callback; whatever else goes wrong is told to the callback. */
  send(mail: MailToSend, callback: SendCallback): void;
  /** Whether a message could be sent: the engine can be made and the resolver answers. Connects to no mail host. */
  verify(): Promise<true>;
  verify(callback: (error: Error | null, success?: true) => void): void;
  /** Stops what is under way, and ends the engine unless it was given. Every later message fails with ECONNECTION. */
  close(): void;
  /** Whether a message would be sent at once. */
  isIdle(): boolean;
}

/** A transport for `nodemailer.createTransport`. Throws a {@link MisuseError} for options that cannot be. */
export function waxsealTransport(options: WaxsealTransportOptions = {}): WaxsealTransport {
  return new Transport(options);
}

const CompleteName = such(
  'a complete host name like mx.example.org',
  (value): value is string =>
    typeof value === 'string' && value.includes('.') && parseHostName(value) !== null,
);

type OwnOptions = Omit<WaxsealTransportOptions, keyof NodeEngineOptions>;

/** The others are checked where an engine is made of them. */
const OwnCodec = having<OwnOptions>(
  'an object with options',
  {
    engine: methods<NonNullable<OwnOptions['engine']>>('an engine', { deliver: true, ready: true }),
    name: CompleteName,
    pool: TrueFalse,
    maxConnections: Count,
    memoryOctetsMax: wholeFrom(0, 1_000_000_000),
    messageOctetsMax: Count,
    spoolDirectory: Folder,
  },
  [],
);

const MailCodec = having<MailToSend>('a mail as Nodemailer hands it over', {
  data: having<object>('an object with the options of the mail', {}),
  message: methods<MailToSend['message']>('a message of Nodemailer', {
    ...{ getEnvelope: true, messageId: true, createReadStream: true },
  }),
});

class Transport extends EventEmitter implements WaxsealTransport {
  readonly name = 'Waxseal';
  readonly version = '1';
  readonly supportsAbortSignal = true;
  /** Set by Nodemailer where a proxy is configured. */
  getSocket: unknown = undefined;
  readonly #engine: NonNullable<WaxsealTransportOptions['engine']>;
  readonly #closeEngine: () => Promise<void>;
  readonly #slots: Slots;
  readonly #slotsMax: number;
  readonly #spool: SpoolOptions;
  readonly #closed = new AbortController();
  /** Messages that were given here and have no answer yet. */
  #sending = 0;

  constructor(options: WaxsealTransportOptions) {
    super();
    checked(OwnCodec, options, 'WAXSEAL_BAD_OPTIONS');
    const {
      engine,
      name,
      pool = false,
      maxConnections = 50,
      memoryOctetsMax,
      messageOctetsMax,
      spoolDirectory,
      ...own
    } = options;
    if (engine === undefined) {
      const settings = withOwnName(own.settings ?? DEFAULT_SETTINGS, name);
      const made = createNodeEngine({ ...(pool && { reuseConnections: {} }), ...own, settings });
      this.#engine = made;
      this.#closeEngine = () => made.close();
    } else {
      this.#engine = engine;
      this.#closeEngine = async () => undefined;
    }
    this.#slotsMax = maxConnections;
    this.#slots = new Slots(maxConnections);
    this.#spool = {
      directory: spoolDirectory ?? tmpdir(),
      memoryOctetsMax: memoryOctetsMax ?? 262_144,
      messageOctetsMax: messageOctetsMax ?? 52_428_800,
    };
  }

  send(mail: MailToSend, callback: SendCallback): void {
    checked(MailCodec, mail, 'WAXSEAL_BAD_MESSAGE', 'mail');
    checked(Callable, callback, 'WAXSEAL_BAD_OPTIONS', 'callback');
    this.#sending += 1;
    const stop = new Stop(this.#closed.signal, (mail.data as MessageData).signal);
    const sent = this.#send(mail, stop).finally(() => {
      stop.end();
      this.#hasSent();
    });
    stop.cutShort(sent).then(
      (info) => callback(null, info),
      // Nodemailer hands on as many arguments as it gets.
      (error: Error) => (callback as (error: Error) => void)(error),
    );
  }

  verify(): Promise<true>;
  verify(callback: (error: Error | null, success?: true) => void): void;
  verify(callback?: (error: Error | null, success?: true) => void): Promise<true> | undefined {
    const verified = this.#verify();
    if (callback === undefined) return verified;
    verified.then(
      (success) => callback(null, success),
      (error: Error) => callback(error),
    );
    return undefined;
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    if (this.#sending === 0) this.#clear();
  }

  isIdle(): boolean {
    return !this.#closed.signal.aborted && this.#sending < this.#slotsMax;
  }

  async #send(mail: MailToSend, stop: Stop): Promise<SentMessage> {
    if (typeof this.getSocket === 'function')
      throw failure(
        'ECONFIG',
        'Mail goes to the hosts of each domain, and no proxy can be used for that; leave out proxy',
      );
    const release = await this.#slots.take(stop.signal);
    if (release === null) throw stop.error();
    try {
      return await this.#attempt(mail, stop);
    } finally {
      release();
    }
  }

  async #attempt(mail: MailToSend, stop: Stop): Promise<SentMessage> {
    const envelope = mail.message.getEnvelope();
    if (envelope.to.length === 0) throw failure('EENVELOPE', 'No recipients defined');
    const startedAt = Date.now();
    const message = await this.#keep(mail);
    const builtAt = Date.now();
    try {
      const delivery = await this.#deliver(message, envelope, mail.data as MessageData, stop);
      const times = { messageTime: builtAt - startedAt, envelopeTime: Date.now() - builtAt };
      return this.#answer(mail, envelope, delivery, { ...times, messageSize: message.facts.sizeBytes });
    } finally {
      await message.discard();
    }
  }

  async #keep(mail: MailToSend): Promise<Spooled> {
    let kept: Spooled | 'too-large';
    try {
      kept = await spool(mail.message.createReadStream(), this.#spool);
    } catch (error) {
      if (error instanceof Error && 'code' in error) throw error;
      throw failure('ESTREAM', errorText(error), error);
    }
    if (kept !== 'too-large') return kept;
    throw failure('EMESSAGE', `The message is larger than ${this.#spool.messageOctetsMax} octets`);
  }

  async #deliver(
    message: Spooled,
    { from, to }: Envelope,
    { requireTLSExtensionEnabled, dsn, waxseal = {} }: MessageData,
    { signal }: Stop,
  ): Promise<DeliveryResult> {
    const sender = from === false ? '' : from;
    const { report = 'none', ...wishes } = waxseal;
    const asked = dsnRequestOf(dsn, to.length);
    try {
      return await this.#engine.deliver(
        {
          from: sender,
          to,
          content: message.content,
          facts: {
            ...withAddresses(message.facts, [sender, ...to]),
            requireTls: requireTLSExtensionEnabled === true ? 'yes' : 'no',
            report,
          },
          ...(asked !== null && { dsn: asked }),
        },
        { ...wishes, signal },
      );
    } catch (error) {
      throw failure('EENVELOPE', errorText(error), error);
    }
  }

  /** What Nodemailer answers; throws where nobody got the message. */
  #answer(
    mail: MailToSend,
    { from, to }: Envelope,
    delivery: DeliveryResult,
    measured: Pick<SentMessage, 'messageTime' | 'envelopeTime' | 'messageSize'>,
  ): SentMessage {
    const { results, dialled, retryAt } = delivery;
    const happened = happenedIn(delivery);
    const of = (wanted: RecipientReport['outcome']) => results.filter(({ outcome }) => outcome === wanted);
    const errorsOf = (...wanted: readonly RecipientReport['outcome'][]) =>
      results.flatMap((report, at) =>
        wanted.includes(report.outcome) ? [errorFor(report, happened[at]!.toOperator)] : [],
      );
    const rejectedErrors = errorsOf('bounced');
    const pendingErrors = errorsOf('deferred');
    const accepted = of('delivered');
    for (const report of results) this.emit('log', { type: report.outcome, message: lineOf(report) });
    const shared = {
      envelope: { from, to: [...to] },
      messageId: mail.message.messageId(),
      accepted: accepted.map(({ recipient }) => recipient),
      rejected: of('bounced').map(({ recipient }) => recipient),
      pending: of('deferred').map(({ recipient }) => recipient),
      ...(rejectedErrors.length > 0 && { rejectedErrors }),
      ...(pendingErrors.length > 0 && { pendingErrors }),
      results,
      dialled,
      retryAt,
    };
    if (accepted.length === 0)
      throw Object.assign(errorForAll(errorsOf('deferred', 'bounced')), shared) satisfies TransportError;
    const reply = accepted.at(-1)!.reply;
    return { ...shared, response: reply === null ? '' : `${reply.code} ${reply.text}`, ...measured };
  }

  async #verify(): Promise<true> {
    if (this.#closed.signal.aborted) throw closedError();
    try {
      await this.#engine.ready({ signal: this.#closed.signal });
    } catch (error) {
      throw failure('ECONFIG', errorText(error), error);
    }
    return true;
  }

  #hasSent(): void {
    this.#sending -= 1;
    if (this.isIdle()) this.emit('idle');
    else if (this.#sending === 0) this.#clear();
  }

  /** Closed, and nothing is under way any more. */
  #clear(): void {
    this.#closeEngine().then(
      () => this.emit('clear'),
      (error) => this.emit('error', error),
    );
  }
}

/** Why a message need not be sent any more: its caller has lost interest, or the transport is closed. */
class Stop {
  readonly signal: AbortSignal;
  /** To be called when the message is done with. */
  readonly end: () => void;
  readonly #caller: AbortSignal | undefined;

  constructor(closed: AbortSignal, caller: AbortSignal | undefined) {
    const { signal, end } = caller === undefined ? following(closed) : following(closed, caller);
    this.signal = signal;
    this.end = end;
    this.#caller = caller;
  }

  error(): TransportError {
    return this.#caller?.aborted === true ? abortError(this.#caller) : closedError();
  }

  /** The same promise, which rejects at once when there is no need any more. */
  cutShort<T>(sent: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(this.error());
      if (this.signal.aborted) stop();
      this.signal.addEventListener('abort', stop, { once: true });
      sent.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', stop));
    });
  }
}

function closedError(): TransportError {
  return failure('ECONNECTION', 'The transport was closed');
}

function lineOf({ recipient, outcome, status, mx, ip, authentication, because }: RecipientReport): string {
  const host = mx === null ? 'no host' : ip === null ? mx : `${mx} [${ip}]`;
  return `<${recipient}> ${outcome} ${status} ${host} ${authentication}${because === null ? '' : ` ${because.row}`}`;
}
