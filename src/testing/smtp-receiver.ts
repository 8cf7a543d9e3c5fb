/*
 * An SMTP server that behaves as its MailHost entry says and otherwise as a well-kept one: commands out of order get
 * 503, unknown parameters 555, only CRLF ends a line, octets sent in clear behind STARTTLS are dropped (RFC 3207,
 * Section 4.2), and STARTTLS resets all state. This file knows the dialogue; smtp-lines.ts knows octets and lines.
 */
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { MailHost } from '../adapters/scripted/world.js';
import { LineReader } from './smtp-lines.js';
import { pathOf, replyOf, toWire } from './smtp-syntax.js';

/** A message that a mail host has accepted. */
export interface ReceivedMessage {
  /** The reverse-path without its angle brackets; "" is the null sender. */
  readonly sender: string;
  /** Parameters of MAIL as received, such as `REQUIRETLS` or `SIZE=120`. */
  readonly parameters: readonly string[];
  /** The forward-paths that were accepted, without their angle brackets. */
  readonly recipients: readonly string[];
  readonly tls: boolean;
  /** The server name that the client sent in its TLS handshake, or null. */
  readonly serverName: string | null;
  /** The message with CRLF line ends and without dot-stuffing, decoded as UTF-8. */
  readonly text: string;
}

export interface ReceiverOptions {
  readonly id: string;
  readonly host: MailHost;
  readonly secureContext: SecureContext;
  readonly accept: (message: ReceivedMessage) => void;
}

const defaultKeywords = ['PIPELINING', '8BITMIME', 'SIZE 10485760', 'ENHANCEDSTATUSCODES', 'SMTPUTF8'];
const messageOctetsMax = 10_485_760;
const recipientsMax = 1000;
const mistakesMax = 100;
const idleMs = 300_000;

// The EHLO keyword that permits each MAIL parameter, where the two differ.
const keywordOfParameter: Readonly<Record<string, string>> = { BODY: '8BITMIME', RET: 'DSN', ENVID: 'DSN', BY: 'DELIVERBY' };

interface Transaction {
  readonly sender: string;
  readonly parameters: readonly string[];
  readonly recipients: string[];
}

/** Serves one connection. The caller has handled the socket's errors. */
export function receive(socket: Socket, options: ReceiverOptions): void {
  socket.setNoDelay(true);
  socket.setTimeout(idleMs, () => socket.destroy());
  if (options.host.connect === 'silent') {
    socket.resume();
    return;
  }
  const greeting = options.host.greeting ?? `220 ${options.id} ESMTP`;
  new Dialogue(socket, options, greeting.startsWith('2')).say(greeting);
}

class Dialogue {
  private readonly reader: LineReader;
  private advertised: ReadonlySet<string> | null = null;
  private transaction: Transaction | null = null;
  private mistakes = 0;
  private over = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: ReceiverOptions,
    private readonly welcome: boolean,
    private readonly tls: TLSSocket | null = null,
  ) {
    this.reader = new LineReader({
      command: (line) => this.obey(line),
      message: (octets) => this.endOfData(octets),
      tooLong: () => this.close('500 5.5.2 Line too long'),
      messageOctetsMax,
    });
    socket.on('data', this.read);
  }

  say(reply: string): boolean {
    if (reply === 'close') {
      this.close();
      return false;
    }
    this.socket.write(toWire(reply));
    return reply.startsWith('2') || reply.startsWith('3');
  }

  private readonly read = (chunk: Buffer) => {
    // One segment of replies for one segment of pipelined commands.
    this.socket.cork();
    this.reader.push(chunk);
    this.socket.uncork();
  };

  private close(reply?: string): void {
    this.over = true;
    this.reader.stop();
    if (reply !== undefined) this.socket.write(toWire(reply));
    this.socket.end();
  }

  private mistake(reply: string): void {
    this.mistakes += 1;
    if (this.mistakes > mistakesMax) this.close('421 4.7.0 Too many mistakes');
    else this.say(reply);
  }

  private obey(line: string): void {
    if (this.over) return;
    const [, word = '', rest = ''] = /^(\S*) *(.*?) *$/s.exec(line) ?? [];
    const verb = word.toUpperCase();
    if (verb === 'QUIT') return this.close('221 2.0.0 Bye');
    if (!this.welcome) return this.mistake('503 5.5.1 No service here');
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.hello(verb, rest);
      case 'STARTTLS':
        return this.startTls(rest);
      case 'MAIL':
        return this.mail(rest);
      case 'RCPT':
        return this.recipient(rest);
      case 'DATA':
        return this.data(rest);
      case 'RSET':
        this.transaction = null;
        this.say('250 2.0.0 Reset');
        return;
      case 'NOOP':
        this.say('250 2.0.0 Nothing done');
        return;
      case 'VRFY':
        this.say('252 2.5.2 Send some mail and see');
        return;
      default:
        return this.mistake('500 5.5.2 Command not known');
    }
  }

  private hello(verb: 'EHLO' | 'HELO', name: string): void {
    if (name === '') return this.mistake('501 5.5.4 Name missing');
    const { id, host } = this.options;
    const { ehlo, ehloAfterTls, helo } = host.replies ?? {};
    const scripted = verb === 'HELO' ? helo : this.tls ? ehloAfterTls : ehlo;
    const reply = scripted ?? (verb === 'HELO' ? `250 ${id}` : replyOf([id, ...this.keywords()]));
    this.transaction = null;
    if (!this.say(reply)) return;
    const keywords = verb === 'HELO' ? [] : reply.split(/\r?\n/).slice(1);
    this.advertised = new Set(keywords.map((text) => text.slice(4).split(' ', 1)[0]!.toUpperCase()));
  }

  private keywords(): readonly string[] {
    const { keywords = defaultKeywords, keywordsAfterTls = defaultKeywords, starttls } = this.options.host;
    if (this.tls) return keywordsAfterTls;
    return starttls === 'not-offered' ? keywords : [...keywords, 'STARTTLS'];
  }

  private mail(rest: string): void {
    if (this.advertised === null) return this.mistake('503 5.5.1 Say EHLO first');
    if (this.transaction !== null) return this.mistake('503 5.5.1 Sender already given');
    const path = pathOf(rest, 'FROM');
    if (path === null) return this.mistake('501 5.5.4 Syntax: MAIL FROM:<address>');
    const unknown = path.parameters.find((parameter) => !this.permits(parameter));
    if (unknown !== undefined) return this.mistake(`555 5.5.4 Parameter not known: ${unknown.slice(0, 100)}`);
    if (!this.say(this.options.host.replies?.mail ?? '250 2.1.0 Sender ok')) return;
    this.transaction = { sender: path.address, parameters: path.parameters, recipients: [] };
  }

  private permits(parameter: string): boolean {
    const name = parameter.split('=', 1)[0]!.toUpperCase();
    if (name === 'REQUIRETLS' && this.tls === null) return false;
    return this.advertised?.has(keywordOfParameter[name] ?? name) ?? false;
  }

  private recipient(rest: string): void {
    if (this.transaction === null) return this.mistake('503 5.5.1 Sender first');
    const path = pathOf(rest, 'TO');
    if (path === null || path.address === '') return this.mistake('501 5.5.4 Syntax: RCPT TO:<address>');
    if (this.transaction.recipients.length >= recipientsMax) return this.mistake('452 4.5.3 Too many recipients');
    const scripted = this.options.host.replies?.rcpt ?? {};
    const reply = scripted[path.address] ?? scripted['*'] ?? '250 2.1.5 Recipient ok';
    if (this.say(reply)) this.transaction.recipients.push(path.address);
  }

  private data(rest: string): void {
    if (rest !== '') return this.mistake('501 5.5.4 DATA takes no argument');
    if (this.transaction === null) return this.mistake('503 5.5.1 Sender first');
    if (this.transaction.recipients.length === 0) return this.mistake('554 5.5.1 No valid recipients');
    const reply = this.options.host.replies?.data ?? '354 Go ahead';
    this.say(reply);
    if (reply.startsWith('3')) this.reader.expectMessage();
  }

  private endOfData(octets: Buffer | 'too-large'): void {
    const transaction = this.transaction;
    this.transaction = null;
    if (this.over || transaction === null) return;
    if (octets === 'too-large') {
      this.say('552 5.3.4 Message too big');
      return;
    }
    if (!this.say(this.options.host.replies?.end ?? '250 2.0.0 Accepted')) return;
    const serverName = this.tls && typeof this.tls.servername === 'string' ? this.tls.servername : null;
    this.options.accept({ ...transaction, tls: this.tls !== null, serverName, text: octets.toString('utf8') });
  }

  private startTls(rest: string): void {
    const behaviour = this.options.host.starttls ?? 'offered';
    if (behaviour === 'not-offered') return this.mistake('502 5.5.1 No TLS here');
    if (this.tls !== null) return this.mistake('503 5.5.1 TLS is active');
    if (this.advertised === null) return this.mistake('503 5.5.1 Say EHLO first');
    if (rest !== '') return this.mistake('501 5.5.4 STARTTLS takes no argument');
    const ready = '220 2.0.0 Ready to start TLS';
    switch (behaviour) {
      case 'closes':
        return this.close(ready);
      case 'broken':
        this.stopReading();
        // Only after the client's first octets, lest these be read together with the reply and look injected.
        this.socket.once('data', () => this.socket.end('This is not TLS.\r\n')).resume();
        this.say(ready);
        return;
      case 'injected':
        this.say(`${ready}\n250 2.0.0 Injected`);
        return this.handshake();
      case 'offered':
      case 'old':
      case 'late-alert':
        this.say(ready);
        return this.handshake();
      default:
        this.say(behaviour);
    }
  }

  private stopReading(): void {
    this.over = true;
    this.reader.stop();
    this.socket.off('data', this.read);
  }

  private handshake(): void {
    this.stopReading();
    // What was corked has to leave before the socket changes hands.
    this.socket.uncork();
    const { secureContext, host } = this.options;
    // Under TLS 1.3 a client without a certificate learns only after its own handshake that one was demanded.
    const demand = host.starttls === 'late-alert';
    const secured = new TLSSocket(this.socket, { isServer: true, secureContext, requestCert: demand, rejectUnauthorized: demand });
    secured.on('error', () => secured.destroy());
    secured.once('secure', () => {
      if (demand) secured.destroy();
      else new Dialogue(secured, this.options, true, secured);
    });
  }
}
