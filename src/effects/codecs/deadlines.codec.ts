/*
 * Deadlines as they were in force. Once there was one clock for connection and greeting, and one for a whole transaction;
 * journals of then are read as if each reply had had that time, so that they still replay.
 */
import type { Deadlines, TransactionDeadlines } from '../../policy/settings.js';
import { rewritten, strictObject } from './strict-object.js';
import { type Codec, Finite } from './values.js';

const TRANSACTION = {
  mailMs: Finite,
  recipientMs: Finite,
  dataMs: Finite,
  dataBlockMs: Finite,
  endOfDataMs: Finite,
};

export const TransactionDeadlinesCodec = strictObject<TransactionDeadlines>(
  'deadlines of a transaction',
  TRANSACTION,
);

export const DeadlinesCodec: Codec<Deadlines> = rewritten(
  strictObject<Deadlines>('deadlines', {
    dnsMs: Finite,
    policyFetchMs: Finite,
    connectMs: Finite,
    greetingMs: Finite,
    commandMs: Finite,
    handshakeMs: Finite,
    ...TRANSACTION,
    quitMs: Finite,
  }),
  (value) => {
    if (!Object.hasOwn(value, 'transactionMs')) return value;
    const { transactionMs, connectMs, ...others } = value;
    return { ...others, connectMs, greetingMs: connectMs, ...eachOf(transactionMs) };
  },
);

/** A question of a transaction as it was once asked, with one deadline. */
export function withDeadlineOfEach(value: Readonly<Record<string, unknown>>): object {
  if (!Object.hasOwn(value, 'deadlineMs')) return value;
  const { deadlineMs, ...others } = value;
  return { ...others, deadlines: eachOf(deadlineMs) };
}

/** A question for a connection as it was once asked, with one deadline for the greeting too. */
export function withGreetingDeadline(value: Readonly<Record<string, unknown>>): object {
  if (Object.hasOwn(value, 'greetingMs')) return value;
  const { deadlineMs: greetingMs } = value;
  return { ...value, greetingMs };
}

function eachOf(deadlineMs: unknown): object {
  return Object.fromEntries(Object.keys(TRANSACTION).map((name) => [name, deadlineMs]));
}
