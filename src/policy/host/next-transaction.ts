/* What one transaction leaves to do with its host. Total; never throws. */
import { type Decision, decide } from '../kernel/table.js';
import type { ServerLimits } from '../smtp/limits.js';
import { classOf, codeOf, type Reply } from '../smtp/reply.js';
import type { TransactionReplies } from './transaction.js';
import { nextTransaction, usedConnection } from './transactions.tables.js';

/** Transactions with one host in one attempt at most. */
export const TRANSACTIONS_MAX = 100;

/** Who is named in the next transaction, of those that still wait: as many as the server takes. Nobody, where there may be none. */
export function namedNext(
  waiting: readonly number[],
  { recipientMax }: ServerLimits,
  transactions: number,
): readonly number[] {
  if (transactions > TRANSACTIONS_MAX) return [];
  return recipientMax === null ? waiting : waiting.slice(0, recipientMax);
}

/** Whether the connection is left because of the answer to MAIL. `mailsBefore`: on this connection. */
export function judgeUsedConnection(
  { mail, lost }: TransactionReplies,
  mailsBefore: number,
): Decision<(typeof usedConnection.verdicts)[number]> {
  return decide(usedConnection, {
    carried: mailsBefore > 0 ? 'mail' : 'nothing',
    mail: mail === null ? (lost === 'closed' || lost === 'reset' ? 'closed' : 'other') : mailWord(mail),
  });
}

function mailWord(mail: Reply) {
  const code = codeOf(mail);
  if (code === SHUTTING_DOWN || code === INSUFFICIENT) return 'not-now';
  return classOf(mail) === '2yz' ? 'taken' : 'other';
}

const SHUTTING_DOWN = 421;
const INSUFFICIENT = 452;
const TOO_MANY: ReadonlySet<number | null> = new Set([INSUFFICIENT, 552]);

/**
 * Which of the recipients were too many for the transaction (RFC 5321, Section 4.5.3.1.10), by place: those answered 452 or 552
 * behind one that was accepted, and before none that was.
 */
export function tooMany({ recipients }: TransactionReplies): readonly number[] {
  const isAccepted = (reply: Reply | null) => reply !== null && classOf(reply) === '2yz';
  const last = recipients.findLastIndex(isAccepted);
  if (last < 0) return [];
  return recipients.flatMap((reply, at) =>
    at > last && reply !== null && TOO_MANY.has(codeOf(reply)) ? [at] : [],
  );
}

export interface Room {
  /** Recipients that wait for another transaction. */
  readonly waiting: number;
  /** MAIL commands on this connection so far. */
  readonly mails: number;
  /** With this host in this attempt, so far. */
  readonly transactions: number;
  readonly limits: ServerLimits;
}

/** What comes behind a transaction. */
export function judgeNextTransaction(
  replies: TransactionReplies,
  room: Room,
): Decision<(typeof nextTransaction.verdicts)[number]> {
  return decide(nextTransaction, {
    waiting: room.waiting > 0 ? 'some' : 'none',
    message: messageWord(replies),
    room: roomWord(replies, room),
  });
}

function messageWord({ mail, recipients, data, end, lost }: TransactionReplies) {
  if (end !== null && classOf(end) === '2yz') return 'taken';
  const heard = [mail, ...recipients];
  if (lost !== null || heard.some((reply) => reply === null || codeOf(reply) === SHUTTING_DOWN))
    return mail === null || classOf(mail) === '2yz' ? 'unanswered' : 'refused';
  const isRefused = (reply: Reply | null) => classOf(reply!) !== '2yz';
  if (isRefused(mail) || !recipients.every(isRefused)) return 'refused';
  // To DATA for nobody the server may say what it likes, but not that it leaves.
  return data !== null && codeOf(data) === SHUTTING_DOWN ? 'unanswered' : 'for-nobody';
}

function roomWord({ lost }: TransactionReplies, { mails, transactions, limits: { mailMax } }: Room) {
  if (transactions >= TRANSACTIONS_MAX) return 'none';
  return lost !== null || (mailMax !== null && mails >= mailMax) ? 'elsewhere' : 'here';
}
