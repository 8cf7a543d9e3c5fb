import type { TransactionDeadlines } from '../../../policy/settings.js';

/** The same time for each reply of a transaction, and for each block of its message, but for what is said here. */
export function eachReply(deadlineMs: number, own: Partial<TransactionDeadlines> = {}): TransactionDeadlines {
  return {
    mailMs: deadlineMs,
    recipientMs: deadlineMs,
    dataMs: deadlineMs,
    dataBlockMs: deadlineMs,
    endOfDataMs: deadlineMs,
    ...own,
  };
}
