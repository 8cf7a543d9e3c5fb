/*
 * One SMTP connection to a mail host of a world, from the client's side. It is a small automaton: `clear`, after a
 * positive reply to STARTTLS `handshaking`, after the handshake `tls`, and `closed` once anything was lost.
 */
import type {
  AnswerOf,
  AskOf,
  CommandAnswer,
  HandshakeAnswer,
  TransactionAnswer,
} from '../../effects/catalog.js';
import type { Lost, Reply } from '../../policy/smtp/reply.js';
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

const CLOSED: Lost = { kind: 'lost', cause: 'closed' };
const READY = '220 2.0.0 ready to start TLS';

export class ScriptedSession {
  readonly id: string;
  readonly #host: MailHost;
  #state: 'clear' | 'handshaking' | 'tls' | 'closed' = 'clear';

  constructor(id: string, host: MailHost) {
    this.id = id;
    this.#host = host;
  }

  get tls(): 'yes' | 'no' {
    return this.#state === 'tls' ? 'yes' : 'no';
  }

  greet(): Reply | Lost {
    if (this.#host.connect === 'silent') return this.#lose({ kind: 'lost', cause: 'timeout' });
    return this.#read(this.#host.greeting ?? `220 ${this.id} ESMTP`);
  }

  hello(verb: AskOf<'smtp.hello'>['verb']): CommandAnswer {
    const { replies = {}, starttls } = this.#host;
    if (this.#state === 'tls' && starttls === 'late-alert')
      return this.#lose({ kind: 'lost', cause: 'tls-alert' });
    if (verb === 'HELO') return this.#command(replies.helo ?? `250 ${this.id}`);
    const own = this.#state === 'tls' ? replies.ehloAfterTls : replies.ehlo;
    return this.#command(own ?? [this.id, ...this.#keywords()].map((line) => `250 ${line}`).join('\n'));
  }

  startTls(): AnswerOf<'smtp.starttls'> {
    const mode = this.#host.starttls ?? 'offered';
    if (this.#state === 'tls') return this.#command('503 5.5.1 TLS is active');
    if (mode === 'not-offered') return this.#command('502 5.5.1 not implemented');
    const answer = this.#command(/^\d/.test(mode) ? mode : READY);
    if (answer.kind !== 'replied' || answer.reply.code !== 220) return answer;
    this.#state = 'handshaking';
    return mode === 'injected' ? { kind: 'injected', reply: answer.reply } : answer;
  }

  handshake(): HandshakeAnswer {
    const ready = this.#state === 'handshaking';
    this.#state = 'closed';
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

    const mail = this.#say(replies.mail ?? '250 2.1.0 ok');
    if (isLost(mail)) return { ...answer, lost: mail.cause };
    if (!isPositive(mail)) return { ...answer, mail };

    for (const [index, recipient] of ask.recipients.entries()) {
      const reply = this.#say(replyTo(recipient, replies.rcpt ?? {}));
      if (isLost(reply)) return { ...answer, mail, lost: reply.cause };
      recipients[index] = reply;
    }
    const served = ask.recipients.filter((_, index) => isPositive(recipients[index]));
    if (served.length === 0) return { ...answer, mail };

    const data = this.#say(replies.data ?? '354 go ahead');
    if (isLost(data)) return { ...answer, mail, lost: data.cause };
    if (data.code !== 354) return { ...answer, mail, data };

    const end = this.#say(replies.end ?? '250 2.0.0 accepted');
    if (isLost(end)) return { ...answer, mail, data, lost: end.cause };
    if (isPositive(end)) {
      taken({
        host: this.id,
        sender: ask.sender,
        parameters: ask.parameters,
        recipients: served,
        tls: this.tls,
      });
    }
    return { ...answer, mail, data, end };
  }

  quit(): void {
    this.#state = 'closed';
  }

  #keywords(): readonly string[] {
    const before = this.#host.keywords ?? DEFAULT_KEYWORDS;
    if (this.#state === 'tls') return this.#host.keywordsAfterTls ?? before;
    return this.#host.starttls === 'not-offered' ? before : [...before, 'STARTTLS'];
  }

  #command(line: string): CommandAnswer {
    const reply = this.#say(line);
    return isLost(reply) ? reply : { kind: 'replied', reply };
  }

  #say(line: string): Reply | Lost {
    return this.#state === 'clear' || this.#state === 'tls' ? this.#read(line) : this.#lose(CLOSED);
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

function replyTo(recipient: string, lines: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(lines, recipient)) return lines[recipient]!;
  return lines['*'] ?? '250 2.1.5 ok';
}

function isPositive(reply: Reply | null | undefined): boolean {
  return reply !== null && reply !== undefined && reply.code >= 200 && reply.code < 300;
}
