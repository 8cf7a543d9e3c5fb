/*
 * An SMTP server that behaves as its MailHost entry says and otherwise as a well-kept one: commands out of order get
 * 503, unknown parameters 555, only CRLF ends a line, octets sent in clear behind STARTTLS are dropped (RFC 3207,
 * Section 4.2), and STARTTLS resets all state. This file knows the dialogue; smtp-lines.ts knows octets and lines.
 */
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { DEFAULT_KEYWORDS, type MailHost } from '../adapters/scripted/index.js';
import { type AuthExchange, type AuthTurn, authExchange } from './smtp-auth.js';
import { LineReader } from './smtp-lines.js';
import { startTls } from './smtp-starttls.js';
import { pathOf, replyOf, toWire } from './smtp-syntax.js';

/** A message that a mail host has accepted. */
export interface ReceivedMessage {
  /** The reverse-path without its angle brackets; "" is the null sender. */
  readonly sender: string;
  /** Parameters of MAIL as received, such as `REQUIRETLS` or `SIZE=120`. */
  readonly parameters: readonly string[];
  /** The forward-paths that were accepted, without their angle brackets. */
  readonly recipients: readonly string[];
  /** Parameters of RCPT as received, for each of them. */
  readonly recipientParameters: readonly (readonly string[])[];
  readonly tls: boolean;
  /** The server name that the client sent in its TLS handshake, or null. */
  readonly serverName: string | null;
  /** The message with CRLF line ends and without dot-stuffing, decoded as UTF-8. */
  readonly text: string;
}

/** One connection to a mail host. */
export interface ReceivedSession {
  /** Command lines as they were received, in clear and behind TLS, without their line ends. */
  readonly commands: readonly string[];
  /** Null: no handshake ended well. */
  readonly tls: { readonly protocol: string; readonly serverName: string | null } | null;
  /** What was accepted in it. */
  readonly messages: readonly ReceivedMessage[];
}

/** A session while it goes on. */
export interface SessionLog extends ReceivedSession {
  readonly commands: string[];
  tls: ReceivedSession['tls'];
  readonly messages: ReceivedMessage[];
}

/** A session in which nothing has been said yet. */
export function newSession(): SessionLog {
  return { commands: [], tls: null, messages: [] };
}

export interface ReceiverOptions {
  readonly id: string;
  readonly host: MailHost;
  readonly secureContext: SecureContext;
  readonly session: SessionLog;
  readonly accept: (message: ReceivedMessage) => void;
  /** Told when a message has come whole, before the reply to it. */
  readonly dotRead?: (() => void) | undefined;
}

const messageOctetsMax = 10_485_760;
const recipientsMax = 1000;
const mistakesMax = 100;
const commandsMax = 10_000;
const idleMs = 300_000;

// The EHLO keyword that permits each parameter of MAIL and RCPT, where the two differ.
const keywordOfParameter: Readonly<Record<string, string>> = {
  BODY: '8BITMIME',
  RET: 'DSN',
  ENVID: 'DSN',
  NOTIFY: 'DSN',
  ORCPT: 'DSN',
  BY: 'DELIVERBY',
};

interface Transaction {
  readonly sender: string;
  readonly parameters: readonly string[];
  readonly recipients: string[];
  readonly recipientParameters: (readonly string[])[];
}

/** Serves one connection. The caller has handled the socket's errors. */
export function receive(socket: Socket, options: ReceiverOptions): void {
  socket.setNoDelay(true);
  socket.setTimeout(idleMs, () => socket.destroy());
  if (options.host.connect === 'silent') {
    socket.resume();
    return;
  }
  new Dialogue(socket, options).greet();
}

/** As {@link receive}, with TLS before the greeting. */
export function receiveUnderTls(socket: Socket, options: ReceiverOptions): void {
  const tls = new TLSSocket(socket, { isServer: true, secureContext: options.secureContext });
  tls.on('error', () => tls.destroy());
  tls.once('secure', () => {
    options.session.tls = tlsOf(tls);
    new Dialogue(tls, options, tls).greet();
  });
}

function tlsOf(socket: TLSSocket): SessionLog['tls'] {
  return {
    protocol: socket.getProtocol() ?? '',
    serverName: typeof socket.servername === 'string' ? socket.servername : null,
  };
}

class Dialogue {
  readonly #socket: Socket;
  readonly #options: ReceiverOptions;
  readonly #tls: TLSSocket | null;
  readonly #reader: LineReader;
  #welcome = true;
  #advertised: ReadonlySet<string> | null = null;
  #mechanisms: ReadonlySet<string> = new Set();
  #transaction: Transaction | null = null;
  #mistakes = 0;
  #over = false;
  #authenticating: AuthExchange | null = null;
  #mails = 0;

  constructor(socket: Socket, options: ReceiverOptions, tls: TLSSocket | null = null) {
    this.#socket = socket;
    this.#options = options;
    this.#tls = tls;
    this.#reader = new LineReader({
      command: (line) => this.#obey(line),
      message: (octets) => this.#endOfData(octets),
      tooLong: () => this.#close('500 5.5.2 Line too long'),
      messageOctetsMax,
    });
    socket.on('data', this.#read);
  }

  greet(): void {
    this.#welcome = this.#say(this.#options.host.greeting ?? `220 ${this.#options.id} ESMTP`);
  }

  /** Whether the reply is positive. */
  #say(reply: string): boolean {
    if (reply === 'close') {
      this.#close();
      return false;
    }
    this.#socket.write(toWire(reply));
    return reply.startsWith('2');
  }

  readonly #read = (chunk: Buffer) => {
    // One segment of replies for one segment of pipelined commands.
    this.#socket.cork();
    this.#reader.push(chunk);
    this.#socket.uncork();
  };

  #close(reply?: string): false {
    this.#over = true;
    this.#reader.stop();
    if (reply !== undefined) this.#socket.write(toWire(reply));
    this.#socket.end();
    return false;
  }

  #mistake(reply: string): boolean {
    this.#mistakes += 1;
    return this.#mistakes > mistakesMax ? this.#close('421 4.7.0 Too many mistakes') : this.#say(reply);
  }

  #obey(line: string): boolean {
    if (this.#over) return false;
    if (this.#authenticating !== null) return this.#respond(line);
    const { commands } = this.#options.session;
    if (commands.length < commandsMax) commands.push(line);
    const [, word = '', rest = ''] = /^(\S*) *(.*?) *$/s.exec(line) ?? [];
    const verb = word.toUpperCase();
    if (verb === 'QUIT') return this.#close('221 2.0.0 Bye');
    if (!this.#welcome) return this.#mistake('503 5.5.1 No service here');
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#hello(verb, rest);
      case 'STARTTLS':
        return this.#startTls(rest);
      case 'AUTH':
        return this.#authenticate(rest);
      case 'MAIL':
        return this.#mail(rest);
      case 'RCPT':
        return this.#recipient(rest);
      case 'DATA':
        return this.#data(rest);
      case 'RSET':
        this.#transaction = null;
        return this.#say('250 2.0.0 Reset');
      case 'NOOP':
        return this.#say('250 2.0.0 Nothing done');
      case 'VRFY':
        return this.#say('252 2.5.2 Send some mail and see');
      default:
        return this.#mistake('500 5.5.2 Command not known');
    }
  }

  #hello(verb: 'EHLO' | 'HELO', name: string): boolean {
    if (name === '') return this.#mistake('501 5.5.4 Name missing');
    const { id, host } = this.#options;
    const { ehlo, ehloAfterTls, helo } = host.replies ?? {};
    const scripted = verb === 'HELO' ? helo : this.#tls ? ehloAfterTls : ehlo;
    const reply = scripted ?? (verb === 'HELO' ? `250 ${id}` : replyOf([id, ...this.#keywords()]));
    this.#transaction = null;
    if (!this.#say(reply)) return false;
    const keywords = verb === 'HELO' ? [] : reply.split(/\r?\n/).slice(1);
    this.#advertised = new Set(keywords.map((text) => text.slice(4).split(' ', 1)[0]!.toUpperCase()));
    const mechanisms = keywords.find((text) => /^AUTH /i.test(text.slice(4)))?.slice(9) ?? '';
    this.#mechanisms = new Set(mechanisms.toUpperCase().split(' '));
    return true;
  }

  #keywords(): readonly string[] {
    const { keywords = DEFAULT_KEYWORDS, keywordsAfterTls = keywords, starttls } = this.#options.host;
    if (this.#tls !== null) return keywordsAfterTls;
    return starttls === 'not-offered' ? keywords : [...keywords, 'STARTTLS'];
  }

  #authenticate(rest: string): boolean {
    const [name = '', initial] = rest.split(' ');
    const { auth = {}, replies = {} } = this.#options.host;
    if (!this.#permits('AUTH')) return this.#mistake('502 5.5.1 No AUTH here');
    if (replies.auth !== undefined) return this.#say(replies.auth);
    const exchange = this.#mechanisms.has(name.toUpperCase())
      ? authExchange(name.toUpperCase(), auth, this.#tls)
      : null;
    if (exchange === null) return this.#mistake('504 5.5.4 Mechanism not known');
    this.#authenticating = exchange;
    return initial === undefined ? this.#turn(exchange(null)) : this.#respond(initial === '=' ? '' : initial);
  }

  #respond(line: string): boolean {
    const exchange = this.#authenticating!;
    if (line !== '*') return this.#turn(exchange(Buffer.from(line, 'base64')));
    this.#authenticating = null;
    return this.#say('501 5.7.0 Cancelled');
  }

  #turn(turn: AuthTurn): boolean {
    if (typeof turn !== 'string') return this.#say(`334 ${turn.challenge.toString('base64')}`);
    this.#authenticating = null;
    return this.#say(turn === 'accepted' ? '235 2.7.0 Welcome' : '535 5.7.8 Who are you?');
  }

  #mail(rest: string): boolean {
    if (this.#advertised === null) return this.#mistake('503 5.5.1 Say EHLO first');
    if (this.#transaction !== null) return this.#mistake('503 5.5.1 Sender already given');
    const path = pathOf(rest, 'FROM');
    if (path === null) return this.#mistake('501 5.5.4 Syntax: MAIL FROM:<address>');
    const { takes, replies } = this.#options.host;
    this.#mails += 1;
    if (this.#mails > (takes?.mails ?? Infinity)) return this.#close('421 4.4.5 Enough for one connection');
    if (!this.#permitsAll(path.parameters)) return false;
    if (!this.#say(replies?.mail ?? '250 2.1.0 Sender ok')) return false;
    this.#transaction = {
      sender: path.address,
      parameters: path.parameters,
      recipients: [],
      recipientParameters: [],
    };
    return true;
  }

  #permitsAll(parameters: readonly string[]): boolean {
    const unknown = parameters.find((parameter) => !this.#permits(parameter));
    if (unknown === undefined) return true;
    this.#mistake(`555 5.5.4 Parameter not known: ${unknown.slice(0, 100)}`);
    return false;
  }

  #permits(parameter: string): boolean {
    const name = parameter.split('=', 1)[0]!.toUpperCase();
    if (name === 'REQUIRETLS' && this.#tls === null) return false;
    return this.#advertised?.has(keywordOfParameter[name] ?? name) ?? false;
  }

  #recipient(rest: string): boolean {
    if (this.#transaction === null) return this.#mistake('503 5.5.1 Sender first');
    const path = pathOf(rest, 'TO');
    if (path === null || path.address === '') return this.#mistake('501 5.5.4 Syntax: RCPT TO:<address>');
    const { takes } = this.#options.host;
    if (this.#transaction.recipients.length >= (takes?.recipients ?? recipientsMax))
      return this.#mistake('452 4.5.3 Too many recipients');
    const scripted = this.#options.host.replies?.rcpt ?? {};
    const own = Object.hasOwn(scripted, path.address) ? scripted[path.address] : scripted['*'];
    const reply = own ?? '250 2.1.5 Recipient ok';
    if (!this.#permitsAll(path.parameters) || !this.#say(reply)) return false;
    this.#transaction.recipients.push(path.address);
    this.#transaction.recipientParameters.push(path.parameters);
    return true;
  }

  #data(rest: string): boolean {
    if (rest !== '') return this.#mistake('501 5.5.4 DATA takes no argument');
    if (this.#transaction === null) return this.#mistake('503 5.5.1 Sender first');
    if (this.#transaction.recipients.length === 0) return this.#mistake('554 5.5.1 No valid recipients');
    const reply = this.#options.host.replies?.data ?? '354 Go ahead';
    if (reply.startsWith('354')) this.#reader.expectMessage();
    return this.#say(reply);
  }

  #endOfData(octets: Buffer | 'too-large'): boolean {
    const transaction = this.#transaction;
    this.#transaction = null;
    if (transaction === null) return false;
    this.#options.dotRead?.();
    if (octets === 'too-large') return this.#say('552 5.3.4 Message too big');
    if (!this.#say(this.#options.host.replies?.end ?? '250 2.0.0 Accepted')) return false;
    const { session, accept } = this.#options;
    const message = {
      ...transaction,
      tls: this.#tls !== null,
      serverName: session.tls?.serverName ?? null,
      text: octets.toString('utf8'),
    };
    session.messages.push(message);
    accept(message);
    return true;
  }

  #startTls(rest: string): boolean {
    const behaviour = this.#options.host.starttls ?? 'offered';
    if (behaviour === 'not-offered') return this.#mistake('502 5.5.1 No TLS here');
    if (this.#tls !== null) return this.#mistake('503 5.5.1 TLS is active');
    if (this.#advertised === null) return this.#mistake('503 5.5.1 Say EHLO first');
    if (rest !== '') return this.#mistake('501 5.5.4 STARTTLS takes no argument');
    const refusal = /^\d/.test(behaviour) && !behaviour.startsWith('220');
    if (refusal) return this.#say(behaviour);
    this.#over = true;
    this.#reader.stop();
    this.#socket.off('data', this.#read);
    const secured = (socket: TLSSocket) => {
      this.#options.session.tls = tlsOf(socket);
      new Dialogue(socket, this.#options, socket);
    };
    startTls(this.#socket, { behaviour, secureContext: this.#options.secureContext, secured });
    return true;
  }
}
