/*
 * One SMTP connection to a mail host of a world, from the client's side. It is a small automaton: `clear`, after a
 * positive reply to STARTTLS `handshaking`, after the handshake `tls`, and `closed` once anything was lost.
 */
import type {
  AnswerOf,
  AskOf,
  AuthAnswer,
  CommandAnswer,
  HandshakeAnswer,
  TransactionAnswer,
} from '../../effects/catalog.js';
import { strayReply } from '../../policy/host/transaction.js';
import { keywordsOf } from '../../policy/smtp/ehlo.js';
import { classOf, codeOf, type Lost, type Reply } from '../../policy/smtp/reply.js';
import type { AcceptedMessage } from './memory.js';
import { isLost, readReplyLine } from './reply-line.js';
import type { MailHost } from './world.js';

/** What a well-kept server announces, STARTTLS apart. */
export const DEFAULT_KEYWORDS: readonly string[] = Object.freeze([
  'PIPELINING',
  '8BITMIME',
  'SIZE 10485760',
  'ENHANCEDSTATUSCODES',
  'SMTPUTF8',
]);

/** Where the keyword that permits a parameter of MAIL or RCPT is not its name. */
const KEYWORD_OF: ReadonlyMap<string, string> = new Map([
  ['BODY', '8BITMIME'],
  ['RET', 'DSN'],
  ['ENVID', 'DSN'],
  ['NOTIFY', 'DSN'],
  ['ORCPT', 'DSN'],
  ['BY', 'DELIVERBY'],
]);

const CLOSED: Lost = { kind: 'lost', cause: 'closed' };
const READY = '220 2.0.0 ready to start TLS';

export class ScriptedSession {
  readonly id: string;
  readonly #host: MailHost;
  #state: 'clear' | 'handshaking' | 'tls' | 'closed' = 'clear';
  /** Whoever begins with TLS is greeted under it. */
  #hasGreeted = false;
  /** False after a greeting that refuses (RFC 5321, Section 3.1). */
  #serves = true;
  /** EHLO keywords in upper case; null before a successful greeting of the client. */
  #announced: ReadonlySet<string> | null = null;
  #mechanisms: ReadonlySet<string> = new Set();
  #mails = 0;
  /** Between a positive reply to MAIL and the end of a message, or RSET (RFC 5321, Section 4.1.4). */
  #isOpen = false;

  constructor(id: string, host: MailHost) {
    this.id = id;
    this.#host = host;
  }

  get tls(): 'yes' | 'no' {
    return this.#state === 'tls' ? 'yes' : 'no';
  }

  greet(): Reply | Lost {
    this.#hasGreeted = true;
    if (this.#host.connect === 'silent') return this.#lose({ kind: 'lost', cause: 'timeout' });
    const greeting = this.#read(this.#host.greeting ?? `220 ${this.id} ESMTP`);
    this.#serves = !isLost(greeting) && isPositive(greeting);
    return greeting;
  }

  /** What stands in a world knows the password that it was given, and so do we, or do not. */
  auth({ mechanism, user }: AskOf<'smtp.auth'>, secret: string | null): AuthAnswer {
    const { auth = {}, replies = {} } = this.#host;
    if (secret === null && mechanism !== 'external')
      return { kind: 'failed', cause: 'no-secret', reply: null };
    if (!this.#mechanisms.has(mechanism)) return this.#authReply('504 5.5.4 mechanism not known', 'none');
    const isScram = mechanism.startsWith('scram-');
    // To what it asks there is no answer.
    if (replies.auth?.startsWith('334'))
      return { kind: 'failed', cause: 'bad-challenge', reply: this.#spoken('500 5.5.2 what?') };
    if (replies.auth !== undefined) return this.#authReply(replies.auth, 'none');
    if (isScram && auth.lies === 'iterations')
      return { kind: 'failed', cause: 'bad-iterations', reply: this.#spoken('501 5.7.0 cancelled') };
    const isKnown = mechanism === 'external' ? user !== '' : secret === (auth.password ?? '');
    if (!isKnown) return this.#authReply('535 5.7.8 who are you?', 'none');
    if (isScram && auth.lies === 'signature')
      return { kind: 'failed', cause: 'bad-proof', reply: this.#spoken('501 5.7.0 cancelled') };
    return this.#authReply('235 2.7.0 welcome', isScram && auth.lies === undefined ? 'shown' : 'none');
  }

  #authReply(line: string, proof: 'shown' | 'none'): AuthAnswer {
    const reply = this.#say(line);
    return isLost(reply) ? reply : { kind: 'replied', reply, proof: isPositive(reply) ? proof : 'none' };
  }

  #spoken(line: string): Reply | null {
    const reply = this.#say(line);
    return isLost(reply) ? null : reply;
  }

  hello(verb: AskOf<'smtp.hello'>['verb']): CommandAnswer {
    const { replies = {}, starttls } = this.#host;
    if (this.#state === 'tls' && starttls === 'late-alert')
      return this.#lose({ kind: 'lost', cause: 'tls-alert' });
    const usual = verb === 'HELO' ? `250 ${this.id}` : `250 ${[this.id, ...this.#keywords()].join('\n250 ')}`;
    const own = verb === 'HELO' ? replies.helo : this.#state === 'tls' ? replies.ehloAfterTls : replies.ehlo;
    const reply = this.#say(own ?? usual);
    if (isLost(reply)) return reply;
    if (isPositive(reply)) {
      this.#announced = verb === 'HELO' ? new Set() : keywordsIn(reply);
      this.#mechanisms = new Set((keywordsOf(reply).get('AUTH') ?? '').toLowerCase().split(' '));
    }
    return { kind: 'replied', reply };
  }

  startTls(): AnswerOf<'smtp.starttls'> {
    const mode = this.#host.starttls ?? 'offered';
    if (this.#state === 'tls') return this.#command('503 5.5.1 TLS is active');
    if (mode === 'not-offered') return this.#command('502 5.5.1 not implemented');
    const answer = this.#command(/^\d/.test(mode) ? mode : READY);
    if (answer.kind !== 'replied' || codeOf(answer.reply) !== 220) return answer;
    this.#state = 'handshaking';
    return mode === 'injected' ? { kind: 'injected', reply: answer.reply } : answer;
  }

  handshake(): HandshakeAnswer {
    const ready =
      this.#state === 'handshaking' || (this.#state === 'clear' && this.#host.implicitTls === true);
    const isUngreeted = this.#state === 'clear' && !this.#hasGreeted;
    this.#state = 'closed';
    // It answers the handshake with a greeting in clear.
    if (!ready && isUngreeted)
      return { kind: 'failed', cause: 'protocol', code: 'ERR_SSL_WRONG_VERSION_NUMBER' };
    if (!ready) return { kind: 'failed', cause: 'closed', code: 'ECONNRESET' };
    switch (this.#host.starttls) {
      case 'old':
        return { kind: 'failed', cause: 'alert', code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' };
      case 'closes':
        return { kind: 'failed', cause: 'closed', code: 'ECONNRESET' };
      case undefined:
      case 'offered':
      case 'late-alert':
        this.#state = 'tls';
        this.#announced = null;
        return { kind: 'established', protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
      default:
        return { kind: 'failed', cause: 'protocol', code: 'ERR_SSL_WRONG_VERSION_NUMBER' };
    }
  }

  /** Also tells `taken` of a message that was accepted. */
  send(ask: AskOf<'smtp.send'>, taken: (message: AcceptedMessage) => void): TransactionAnswer {
    const { replies = {} } = this.#host;
    const recipients: (Reply | null)[] = ask.recipients.map(() => null);
    const answer = { mail: null, recipients, data: null, end: null, lost: null };

    const { recipients: recipientsMax = Infinity, mails: mailsMax = Infinity } = this.#host.takes ?? {};
    this.#mails += 1;
    const isNested = this.#isOpen && ask.reset !== 'yes' ? '503 5.5.1 sender already given' : null;
    const isWorn = this.#mails > mailsMax ? '421 4.4.5 enough for one connection' : null;
    const objection = isNested ?? isWorn ?? this.#objectionTo(ask.parameters);
    const mail = this.#say(objection ?? replies.mail ?? '250 2.1.0 ok');
    if (isLost(mail)) return { ...answer, ...lossOf(mail) };
    if (!isPositive(mail)) return { ...answer, mail };
    this.#isOpen = true;

    let positive = 0;
    for (const [index, recipient] of ask.recipients.entries()) {
      const objection = this.#objectionTo(ask.recipientParameters?.[index] ?? []);
      const isFull = positive >= recipientsMax ? '452 4.5.3 too many recipients' : null;
      const reply = this.#say(objection ?? isFull ?? replyTo(recipient, replies.rcpt ?? {}));
      if (isLost(reply)) return { ...answer, mail, ...lossOf(reply) };
      recipients[index] = reply;
      if (isPositive(reply)) positive += 1;
    }
    const served = ask.recipients.filter((_, index) => isPositive(recipients[index]));
    if (served.length === 0) return { ...answer, mail };

    const data = this.#say(replies.data ?? '354 go ahead');
    if (isLost(data)) return { ...answer, mail, ...lossOf(data) };
    if (codeOf(data) !== 354) return { ...answer, mail, data };
    if (strayReply({ ...answer, mail, data }) !== null) {
      this.#lose({ kind: 'lost', cause: 'malformed' });
      return { ...answer, mail, data, lost: 'malformed' };
    }

    const end = this.#say(replies.end ?? '250 2.0.0 accepted');
    if (isLost(end)) return { ...answer, mail, data, ...lossOf(end), dotSent: 'yes' };
    this.#isOpen = false;
    if (isPositive(end)) {
      taken({
        host: this.id,
        sender: ask.sender,
        parameters: ask.parameters,
        recipients: served,
        recipientParameters: ask.recipients.flatMap((_, index) =>
          isPositive(recipients[index]) ? [ask.recipientParameters?.[index] ?? []] : [],
        ),
        tls: this.tls,
      });
    }
    return { ...answer, mail, data, end };
  }

  quit(): void {
    this.#state = 'closed';
  }

  #keywords(): readonly string[] {
    const { keywords = DEFAULT_KEYWORDS, keywordsAfterTls = keywords, starttls } = this.#host;
    if (this.#state === 'tls') return keywordsAfterTls;
    return starttls === 'not-offered' ? keywords : [...keywords, 'STARTTLS'];
  }

  #objectionTo(parameters: readonly string[]): string | null {
    if (this.#announced === null) return '503 5.5.1 say EHLO first';
    const names = parameters.map((parameter) => parameter.split('=', 1)[0]!.toUpperCase());
    const isPermitted = (name: string) =>
      (name !== 'REQUIRETLS' || this.#state === 'tls') && this.#announced!.has(KEYWORD_OF.get(name) ?? name);
    return names.every(isPermitted) ? null : '555 5.5.4 parameter not known';
  }

  #command(line: string): CommandAnswer {
    const reply = this.#say(line);
    return isLost(reply) ? reply : { kind: 'replied', reply };
  }

  #say(line: string): Reply | Lost {
    if (this.#state !== 'clear' && this.#state !== 'tls') return this.#lose(CLOSED);
    return this.#read(this.#serves ? line : '503 5.5.1 no service here');
  }

  #read(line: string): Reply | Lost {
    const reply = readReplyLine(line);
    return isLost(reply) ? this.#lose(reply) : reply;
  }

  #lose(lost: Lost): Lost {
    this.#state = 'closed';
    return lost;
  }
}

function lossOf({ cause, said }: Lost): Pick<TransactionAnswer, 'lost' | 'said'> {
  return { lost: cause, ...(said !== undefined && { said }) };
}

function keywordsIn(reply: Reply): ReadonlySet<string> {
  return new Set(reply.lines.slice(1).map((line) => line.split(' ', 1)[0]!.toUpperCase()));
}

function replyTo(recipient: string, lines: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(lines, recipient)) return lines[recipient]!;
  return lines['*'] ?? '250 2.1.5 ok';
}

function isPositive(reply: Reply | null | undefined): boolean {
  return reply !== null && reply !== undefined && classOf(reply) === '2yz';
}
