import { LOST_CAUSES, type Reply } from '../smtp/reply.js';

/** What a server was to answer (RFC 5321, Section 3; RFC 3207). `.`: the end of the message. */
export const COMMANDS = [
  'greeting',
  'EHLO',
  'HELO',
  'STARTTLS',
  'AUTH',
  'MAIL',
  'RCPT',
  'DATA',
  '.',
] as const;
export type SmtpCommand = (typeof COMMANDS)[number];

/** How it came to the end that decided: by a reply, by its absence, by a connection or handshake that failed, or by us. */
export const EXCHANGE_CAUSES = [
  'replied',
  ...LOST_CAUSES,
  'refused',
  'unreachable',
  'alert',
  'protocol',
  'proxy',
  'other',
  'aborted',
] as const;
export type ExchangeCause = (typeof EXCHANGE_CAUSES)[number];

/** The exchange with a server that decided about a recipient. */
export interface Exchange {
  /** What the reply, or the silence, belongs to; null: a connection or a handshake decided, or nothing that was exchanged. */
  readonly command: SmtpCommand | null;
  /** Null: nothing that was exchanged decided, or the record is from before it was kept. */
  readonly cause: ExchangeCause | null;
  /** The reply to `command`, and to nothing else; null unless `cause` is `replied`. */
  readonly reply: Reply | null;
}

export const NO_EXCHANGE: Exchange = Object.freeze({ command: null, cause: null, reply: null });

/** What came of a command: its reply, or why there is none. */
export function exchangeOf(
  command: SmtpCommand,
  answer: { readonly reply: Reply } | { readonly cause: ExchangeCause },
): Exchange {
  return 'reply' in answer
    ? { command, cause: 'replied', reply: answer.reply }
    : { command, cause: answer.cause, reply: null };
}

/** Of a connection or handshake that failed: no command was left without its reply. */
export function failedExchange(cause: ExchangeCause): Exchange {
  return { command: null, cause, reply: null };
}
