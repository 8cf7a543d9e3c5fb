/* What a server says on one connection, from the greeting to the end of the message. */
import fc from 'fast-check';
import type {
  AskOf,
  CommandAnswer,
  ConnectAnswer,
  HandshakeAnswer,
  StartTlsAnswer,
  TransactionAnswer,
} from '../../src/effects/catalog.js';
import type { Lost, Reply } from '../../src/policy/smtp/reply.js';
import { aPeer, type Peer } from './peers.js';
import { aClearHello, aLostCause, anyReply, aTlsHello, usually } from './smtp-replies.js';
import { mostly, weighted } from './universe.js';

export type Said = Reply | Lost;

/** The replies to a transaction. `rcpt` is used in turn. */
export interface Replies {
  readonly mail: Said;
  readonly rcpt: readonly [Said, ...Said[]];
  readonly data: Said;
  readonly end: Said;
}

/** How a connection is made, whichever address it leads to. */
export type Connecting =
  | Omit<Extract<ConnectAnswer, { kind: 'greeted' }>, 'address'>
  | Extract<ConnectAnswer, { kind: 'failed' }>
  | Lost;

export interface Dialogue {
  readonly connect: Connecting;
  /** Which address wins, where two are raced. */
  readonly winner?: 'first' | 'alternate';
  readonly hello: Said;
  readonly helo: Said;
  readonly startTls: StartTlsAnswer;
  readonly handshake: HandshakeAnswer;
  readonly peer: Peer;
  readonly helloAgain: Said;
  readonly transaction: Replies;
  /** In clear, where that is another one: some servers take nothing there. */
  readonly inClear: Replies | null;
  /** Answers to `smtp.send` that keep to no order at all. */
  readonly chaos: (Omit<TransactionAnswer, 'recipients'> & { readonly recipient: Reply | null }) | null;
}

export function isLost(said: Said): said is Lost {
  return 'kind' in said;
}

const aGreeting: fc.Arbitrary<Connecting> = usually(220, 40).map((said) =>
  isLost(said) ? said : { kind: 'greeted', reply: said, localAddress: '198.41.0.200' },
);
export const aConnectAnswer: fc.Arbitrary<Connecting> = mostly(
  aGreeting,
  fc.record({
    kind: fc.constant('failed'),
    cause: fc.constantFrom('refused', 'timeout', 'unreachable', 'reset', 'proxy', 'other'),
  }),
  16,
);

export const aStartTlsAnswer: fc.Arbitrary<StartTlsAnswer> = fc.oneof(
  {
    weight: 20,
    arbitrary: usually(220, 24).map((said) =>
      isLost(said) ? said : { kind: 'replied' as const, reply: said },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<StartTlsAnswer>({ kind: 'injected', reply: { code: 220, lines: ['go'] } }),
  },
);

export const aHandshakeAnswer: fc.Arbitrary<HandshakeAnswer> = mostly(
  fc.record({
    kind: fc.constant('established'),
    protocol: fc.constantFrom('TLSv1.2', 'TLSv1.3'),
    cipher: fc.constant('ECDHE'),
  }),
  fc.record({
    kind: fc.constant('failed'),
    cause: fc.constantFrom('alert', 'closed', 'reset', 'timeout', 'protocol'),
    code: fc.constantFrom('ECONNRESET', ''),
  }),
  12,
);

export const someReplies: fc.Arbitrary<Replies> = fc.record({
  mail: usually(250, 50),
  rcpt: fc.tuple(usually(250, 24), usually(250, 10)),
  data: usually(354, 50),
  end: usually(250, 30),
});

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 1 });

export const aDialogue: fc.Arbitrary<Dialogue> = fc.record({
  connect: aConnectAnswer,
  winner: weighted([2, 'first'], [1, 'alternate']),
  hello: aClearHello,
  helo: usually(250, 5),
  startTls: aStartTlsAnswer,
  handshake: aHandshakeAnswer,
  peer: aPeer,
  helloAgain: aTlsHello,
  transaction: someReplies,
  inClear: weighted([3, false], [1, true]).chain((own) => (own ? someReplies : fc.constant(null))),
  chaos: weighted([30, false], [1, true]).chain((own) =>
    own
      ? fc.record({
          mail: orNull(anyReply),
          recipient: orNull(anyReply),
          data: orNull(anyReply),
          end: orNull(anyReply),
          lost: orNull(aLostCause),
        })
      : fc.constant(null),
  ),
});

export function commandAnswer(said: Said): CommandAnswer {
  return isLost(said) ? said : { kind: 'replied', reply: said };
}

/** A transaction as an adapter carries it out: it stops where there is no point in going on. */
export function transact(
  dialogue: Dialogue,
  ask: AskOf<'smtp.send'>,
  over: 'tls' | 'clear',
): TransactionAnswer {
  if (dialogue.chaos !== null) {
    const { recipient, ...rest } = dialogue.chaos;
    return { ...rest, recipients: ask.recipients.map(() => recipient) };
  }
  const said = over === 'clear' && dialogue.inClear !== null ? dialogue.inClear : dialogue.transaction;
  const recipients: (Reply | null)[] = ask.recipients.map(() => null);
  const answer: { -readonly [K in keyof TransactionAnswer]: TransactionAnswer[K] } = {
    mail: null,
    recipients,
    data: null,
    end: null,
    lost: null,
  };
  const hear = (reply: Said): Reply | null => {
    if (!isLost(reply)) return reply;
    answer.lost = reply.cause;
    return null;
  };
  const isPositive = (reply: Reply | null) => reply !== null && reply.code < 300;
  answer.mail = hear(said.mail);
  if (!isPositive(answer.mail)) return answer;
  for (let at = 0; at < recipients.length && answer.lost === null; at++)
    recipients[at] = hear(said.rcpt[at % said.rcpt.length]!);
  if (answer.lost !== null || !recipients.some(isPositive)) return answer;
  answer.data = hear(said.data);
  if (answer.data?.code !== 354) return answer;
  answer.end = hear(said.end);
  return answer;
}
