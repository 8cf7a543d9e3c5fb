/*
 * A plan: which hosts to turn to for a domain, and how, for a mail system that makes its connections itself. Behind it stands the
 * attempt that a delivery would be, with the same programs and tables, so that the way a host goes is judged as it goes.
 */
import { AnsweredCodec } from '../../effects/codecs/answers.codec.js';
import { decodeWith } from '../../effects/codecs/result.js';
import {
  type AttemptJournal,
  JOURNAL_FORMAT,
  JOURNAL_VERSION,
  type Journal,
  type JournalEntry,
} from '../../effects/journal.js';
import { MisuseError } from '../../effects/misuse.js';
import type { Adapters } from '../../effects/ports.js';
import type { SocketPorts } from '../../effects/socket-ports.js';
import { mergeDialled, waitBehind } from '../../policy/attempt/next-attempt.js';
import type { AttemptInput, AttemptResult } from '../../policy/attempt/types.js';
import { type RecipientReport, reportsOf } from '../recipient-report.js';
import { AttemptInHand, type Pending } from './attempt-in-hand.js';
import type { SessionAsk } from './desk.js';
import { foreseenIn, unreachableSession } from './foresee.js';
import { type PlannedHost, plannedHost } from './planned-host.js';
import { remembered } from './remembered.js';
import { readTransaction, type TransactionWords } from './words.js';

/** What an attempt came to that was carried out by somebody else; as that of a delivery. */
export interface PlanResult {
  /** One for each recipient, in order. */
  readonly results: readonly RecipientReport[];
  readonly attempts: readonly AttemptResult[];
  /** To be given to the next attempt at the message. */
  readonly dialled: AttemptInput['dialled'];
  /** When those who wait are to be tried again, in milliseconds since 1970; null: nobody waits, or it is time to give up. */
  readonly retryAt: number | null;
  /** What can be replayed. */
  readonly journal: Journal;
}

/** The next question of the attempt, as it stands; `host`: whom it is about. Null: the attempt is over. */
export type Turn = (SessionAsk & { readonly host: string }) | null;

/** `Tls`: see {@link PlannedHost}. */
export interface Plan<Tls extends object = object> {
  /** All hosts that the domain has, in the order to try them. None: look at what {@link finish} says. */
  readonly hosts: readonly PlannedHost<Tls>[];
  /** What waits to be answered: for mail systems that go step by step as the engine does, instead of telling hosts what they saw. */
  turn(): Promise<Turn>;
  /** Answers what waits, in the engine's own terms. Throws a {@link MisuseError} for what is no answer to it. */
  answer(answer: object): Promise<Turn>;
  /**
   * Ends the attempt: results, tally for TLS reports, journal. What nobody did was not tried, and those it was for wait.
   * `replies`: of the transaction that a host was to begin, as `host.sent` takes them.
   */
  finish(replies?: TransactionWords): Promise<PlanResult>;
}

/** What the engine brings for its plans. */
export interface PlanPorts {
  readonly adapters: Adapters;
  readonly sockets: SocketPorts;
  /** Carries out an attempt. Never rejects: a fault of ours defers, and is told. */
  readonly attempt: (
    adapters: Adapters,
    input: AttemptInput,
    options: {
      readonly onEntry: (entry: JournalEntry) => void;
      readonly signal: AbortSignal;
      /** Whether it is the attempt itself, and no look ahead. */
      readonly isReal: boolean;
    },
  ) => Promise<{ readonly result: AttemptResult; readonly entries: readonly JournalEntry[] }>;
  /** Told of an attempt that is over, for the tally. Never rejects. */
  readonly tell: (result: AttemptResult) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Of the caller. */
  readonly signal: AbortSignal | undefined;
}

/** Asks whatever can be asked without a connection, and plans. Never rejects. */
export async function planAttempt(ports: PlanPorts, input: AttemptInput): Promise<Plan> {
  const adapters = remembered(ports.adapters);
  const never = new AbortController().signal;
  const dry = await ports.attempt({ ...adapters, 'smtp.session': unreachableSession }, input, {
    onEntry: () => undefined,
    signal: ports.signal ?? never,
    isReal: false,
  });
  const attempt = new AttemptInHand(
    (desk, onEntry, signal) =>
      ports.attempt({ ...adapters, 'smtp.session': () => desk.session() }, input, {
        onEntry,
        signal,
        isReal: true,
      }),
    ports.signal,
  );
  const desk = { attempt, input, sockets: ports.sockets };
  let finished: Promise<PlanResult> | null = null;
  return {
    hosts: foreseenIn({ input, places: [], ...dry }).map((host, run) => plannedHost(host, run, desk)),
    turn: async () => turnOf(await attempt.pending()),
    answer: async (answer) => turnOf(await attempt.give(await checkedAnswer(attempt, answer))),
    finish(replies) {
      finished ??= finishAttempt(attempt, input, ports, replies);
      return finished;
    },
  };
}

/** Ends an attempt that is in hand; to be called once. */
export async function finishAttempt(
  attempt: AttemptInHand,
  input: AttemptInput,
  { sockets, tell, clock }: Pick<PlanPorts, 'sockets' | 'tell' | 'clock'>,
  replies: TransactionWords | undefined,
): Promise<PlanResult> {
  if (replies !== undefined) {
    const pending = await attempt.pending();
    if (pending?.ask.type !== 'smtp.send')
      throw new MisuseError('WAXSEAL_OUT_OF_TURN', 'nothing was to be sent when these replies came');
    await attempt.give<'smtp.send'>(readTransaction(replies, pending.ask, sockets));
  }
  const { result, entries } = await attempt.end();
  await tell(result);
  const places = input.recipients.map((_, at) => at);
  const results = reportsOf(result);
  const waitMs = results.some(({ outcome }) => outcome === 'deferred') ? waitBehind(input.attempt) : null;
  return {
    results,
    attempts: [result],
    dialled: mergeDialled(input.dialled, [result]),
    retryAt: waitMs === null ? null : clock() + waitMs,
    journal: journalOf({ input, places, entries, result }),
  };
}

function journalOf(attempt: AttemptJournal): Journal {
  return { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [attempt] };
}

function turnOf(pending: Pending | null): Turn {
  return pending && { ...pending.ask, host: pending.host };
}

async function checkedAnswer(attempt: AttemptInHand, answer: object): Promise<never> {
  const pending = await attempt.pending();
  if (pending === null)
    throw new MisuseError('WAXSEAL_OUT_OF_TURN', 'the attempt is over, and nothing is asked');
  const { type } = pending.ask;
  const decoded = decodeWith(AnsweredCodec, { type: `${type}.answered`, id: 1, at: 0, answer });
  if (decoded.ok) return answer as never;
  throw new MisuseError('WAXSEAL_OUT_OF_TURN', `this is no answer to ${type}`);
}
