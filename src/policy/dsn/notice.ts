import type { PlacedDecision } from '../attempt/types.js';
import type { Reply } from '../smtp/reply.js';
import type { Mechanism } from './mechanism.js';
import type { NoticeAction } from './notice.tables.js';

/** A notice about one message, to whoever sent it. Times are in milliseconds since 1970. */
export interface NoticeFacts {
  /** What the notice is for; each of its recipients has come to the same. */
  readonly action: NoticeAction;
  /** The name of this mail system, as in EHLO. */
  readonly reportingMta: string;
  /** Who is responsible: the address in From. */
  readonly postmaster: string;
  /** Where it goes: the return path of the message, never empty. */
  readonly returnPath: string;
  readonly composedAt: number;
  /** Letters, digits and "."; the same for the same event, so that a repeated turn makes the same octets. */
  readonly id: string;
  readonly message: ReturnedMessage;
  /** Those to whom this notice is due, at least one. */
  readonly recipients: readonly NoticeRecipient[];
}

/** The message that a notice is about. */
export interface ReturnedMessage {
  readonly queueId: string;
  readonly arrivedAt: number;
  /** ENVID, decoded (RFC 3461, Section 4.4); null: none was given. */
  readonly envelopeId: string | null;
  /** Who handed it in, by name; null: nobody, or it is not said. */
  readonly receivedFrom: string | null;
  /** Whether its header or addresses need SMTPUTF8. */
  readonly utf8: 'needed' | 'not-needed';
  /** What of it goes back; see `judgeContent`. `nothing`: it cannot be had any more. */
  readonly returns: 'message' | 'headers' | 'nothing';
  /** The octets: the whole message, or at least its header. */
  readonly octets: Uint8Array;
}

export interface NoticeRecipient {
  /** As in RCPT. */
  readonly address: string;
  /** ORCPT, `type;address`, decoded; null: none was given. */
  readonly original: string | null;
  /** RFC 3463. A message that expired has class 4 here and yet failed. */
  readonly status: string;
  /** What the remote host said to it, all lines; null: nothing. */
  readonly reply: Reply | null;
  /** The host that was spoken to; null: none was. */
  readonly remote: { readonly name: string; readonly ip: string | null } | null;
  /** What decided; null: it has no row. */
  readonly because: Reason | null;
  /** What would have to be different, a sentence each. */
  readonly change: readonly string[];
  readonly lastAttemptAt: number | null;
  /** Only where it is tried again. */
  readonly next: { readonly attemptAt: number; readonly until: number } | null;
}

/** The decision that decided, as far as a stranger may read it: which row of which table is ours, and is not said. */
export interface Reason extends Pick<PlacedDecision, 'row' | 'why' | 'mx'> {
  readonly mechanisms: readonly Mechanism[];
  /** What it was made on, a sentence each. */
  readonly facts: readonly string[];
}
