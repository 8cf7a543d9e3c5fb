/* From what is known of a turn to the words of its tables. Total; nothing here throws. */
import type { AttemptResult, PlacedDecision, RecipientResult } from '../attempt/types.js';
import { type Decision, decide } from '../kernel/table.js';
import { domainPart } from '../names/mailbox.js';
import type { Crowd } from './crowd.js';
import {
  beginTurn,
  delayNotice,
  type LookWord,
  messageOutcome,
  type OutcomeVerdict,
  retryWait,
  type WaitReason,
} from './message.tables.js';
import type { RetrySettings } from './settings.js';
import type { LastWord, RecipientEnd, TurnInput } from './turn.js';

/** Claims in a row without a settlement, behind which a message is looked at by somebody. */
export const UNSETTLED_CLAIMS_MAX = 3;
const HOUR_MS = 3_600_000;
const DRAWS = 0x1_0000_0000;

/** How the engine answered for an attempt. `fault`: something of ours failed; `stopped`: we broke off; `crowd`: since sessions are limited. */
export type AttemptAnswer =
  | {
      readonly kind: 'ran';
      readonly result: AttemptResult;
      readonly told: readonly Told[];
      /** Who stopped what was stopped of it: we did, or it took longer than an attempt may. */
      readonly stoppedBy: 'us' | 'deadline';
    }
  | { readonly kind: 'fault' }
  | { readonly kind: 'stopped'; readonly crowd?: Crowd };

/** What is known besides of each recipient of an attempt, in order. */
export interface Told {
  readonly facts: readonly string[];
  readonly ownFacts?: readonly string[];
  readonly met?: string;
  readonly change: readonly string[];
  /** Where it was handed to; see the table `notice`. */
  readonly handedOn: 'relayed' | 'passed-on' | 'delivered';
}

export function judgeBegin({ order, held, unsettledClaims, way = 'same' }: TurnInput) {
  return decide(beginTurn, {
    order: order.kind,
    hold: held === 'yes' ? 'held' : 'no',
    claims: unsettledClaims >= UNSETTLED_CLAIMS_MAX ? 'too-many' : 'few',
    way,
  });
}

/** What each recipient of an attempt has come to. `now`: when it ended. */
export function judgeOutcomes(
  input: TurnInput,
  answer: AttemptAnswer,
  look: LookWord,
  now: number,
): readonly Decision<OutcomeVerdict>[] {
  const made = input.attempts + (isCounted(answer) ? 1 : 0);
  return input.recipients.map((_, at) =>
    decide(messageOutcome, {
      result: resultWord(answer, at),
      attempts: made <= input.retry.scheduleMs.length + input.granted ? 'left' : 'spent',
      lifetime: now < input.message.lifetimeEndsAt ? 'left' : 'over',
      look,
    }),
  );
}

/** What becomes of those whose way is closed, in which others were tried and they were not: they wait, or have waited long enough. */
export function judgeWaiting({ message }: TurnInput, now: number): Decision<OutcomeVerdict> {
  return decide(messageOutcome, {
    result: 'deferred',
    attempts: 'left',
    lifetime: now < message.lifetimeEndsAt ? 'left' : 'over',
    // The servers were not reached, and no policy kept us from them.
    look: 'may-bounce',
  });
}

/** An attempt counts if anybody but us has had a say in it. */
export function isCounted(answer: AttemptAnswer): boolean {
  return answer.kind === 'ran' && answer.result.recipients.some((_, at) => !isOurs(resultWord(answer, at)));
}

function isOurs(word: ResultWord): boolean {
  return word === 'stopped' || word === 'fault';
}

type ResultWord = (typeof messageOutcome.inputs.result)[number];

function resultWord(answer: AttemptAnswer, at: number): ResultWord {
  if (answer.kind !== 'ran') return answer.kind;
  const recipient = answer.result.recipients[at];
  return recipient === undefined ? 'fault' : wordOf(recipient, answer.stoppedBy);
}

type Ran = Extract<AttemptAnswer, { kind: 'ran' }>;

function wordOf({ outcome, state, decision }: RecipientResult, stoppedBy: Ran['stoppedBy']): ResultWord {
  switch (outcome) {
    case 'delivered':
      return 'delivered';
    case 'bounced':
      return 'rejected';
    case 'deferred':
      if (decision?.verdict === 'defer-for-fault' || isForOperator(decision, state)) return 'fault';
      return isStopped(state, decision) && stoppedBy === 'us' ? 'stopped' : 'deferred';
  }
}

function isStopped({ category }: RecipientResult['state'], decision: RecipientResult['decision']): boolean {
  return category === 'aborted' || decision?.verdict === 'defer-for-stop';
}

/** Whether nobody was served in the time that an attempt may take. */
export function isLate({ result, stoppedBy }: Ran): boolean {
  return (
    stoppedBy === 'deadline' &&
    result.recipients.every(({ outcome }) => outcome === 'deferred') &&
    result.recipients.some(({ state, decision }) => isStopped(state, decision))
  );
}

/** What stands between us and a relay or a proxy, or between the operator and his own words, is no fault of the message (RFC 4954, Section 6). */
function isForOperator(
  decision: RecipientResult['decision'],
  { category, cause }: Pick<RecipientResult['state'], 'category' | 'cause'>,
): boolean {
  return (
    category === 'authentication' ||
    (category === 'connection-failed' && cause === 'proxy') ||
    WAITS_FOR_OPERATOR.has(decision?.verdict ?? '')
  );
}

const WAITS_FOR_OPERATOR: ReadonlySet<string> = new Set(['wait-for-relay', 'wait-for-transport']);

/** How a recipient with that verdict has ended; null: it waits. */
export function endOf(verdict: OutcomeVerdict): RecipientEnd | null {
  return verdict === 'delivered' || verdict === 'bounced' || verdict === 'expired' ? verdict : null;
}

/** Why a recipient with that verdict waits. */
export function reasonOf(verdict: OutcomeVerdict, answer: AttemptAnswer): WaitReason {
  switch (verdict) {
    case 'try-again':
      return 'stopped';
    case 'try-new-policy':
      return 'new-policy';
    case 'wait-for-policy':
      return 'policy-unseen';
    default:
      return isCounted(answer) ? 'deferred' : 'fault';
  }
}

/** When the next turn of a message that waits for these reasons is due. `draw`: 0 to 2^32 - 1. */
export function nextTurnAt(
  reasons: readonly WaitReason[],
  facts: {
    readonly attempts: number;
    readonly retry: RetrySettings;
    readonly now: number;
    readonly draw: number;
  },
): number {
  const waits = reasons.map((reason) => lengthOf(decide(retryWait, { reason }).verdict, facts));
  // What only waits for us does not hurry what waits for its server.
  const wait = Math.max(0, ...waits);
  const moved = 1 + facts.retry.jitter * ((2 * facts.draw) / DRAWS - 1);
  return facts.now + Math.round(wait * moved);
}

/** The longest time for which a message waits for its next turn, in milliseconds. */
export function longestWaitMs({ scheduleMs, jitter }: RetrySettings): number {
  return Math.max(HOUR_MS, ...scheduleMs) * (1 + jitter);
}

function lengthOf(
  verdict: (typeof retryWait.verdicts)[number],
  { attempts, retry: { scheduleMs } }: { readonly attempts: number; readonly retry: RetrySettings },
): number {
  switch (verdict) {
    case 'scheduled':
      return scheduleMs[Math.min(Math.max(attempts, 1), scheduleMs.length) - 1] ?? HOUR_MS;
    case 'first':
      return scheduleMs[0] ?? HOUR_MS;
    case 'hour':
      return HOUR_MS;
    case 'none':
      return 0;
  }
}

/** Until when a message is tried, as far as its schedule tells; the waits are taken without their jitter. */
export function triedUntil({ retry, granted, message }: TurnInput, attempts: number, nextAt: number): number {
  const left = retry.scheduleMs.slice(attempts + granted);
  return Math.min(
    message.lifetimeEndsAt,
    left.reduce((sum, wait) => sum + wait, nextAt),
  );
}

export function judgeDelay(input: TurnInput, attempts: number, now: number, until: number) {
  return decide(delayNotice, {
    attempts: attempts >= input.retry.delayNoticeAfter ? 'enough' : 'few',
    told: input.delayTold,
    end: until - now <= HOUR_MS ? 'near' : 'far',
  });
}

/** For how long a message has waited when its sender hears of it, by its schedule: where attempts are made they tell. */
export function delayNoticeMs({ scheduleMs, delayNoticeAfter }: RetrySettings): number {
  return scheduleMs.slice(0, delayNoticeAfter - 1).reduce((sum, wait) => sum + wait, 0);
}

/** As {@link judgeDelay}, of a message that waits behind others, which spend no attempts of its own. */
export function judgeLongWait(input: TurnInput, now: number, until: number) {
  const { retry, message, attempts } = input;
  const waitedMs = now - (message.lifetimeEndsAt - retry.lifetimeMs);
  return judgeDelay(
    input,
    waitedMs >= delayNoticeMs(retry) ? Math.max(attempts, retry.delayNoticeAfter) : attempts,
    now,
    until,
  );
}

/** What is said of a recipient who waited behind others, and of whom nothing was heard. */
export function wordOfWait({ address, last }: TurnInput['recipients'][number], now: number): LastWord {
  const facts = [`No server that takes mail for ${domainPart(address)} could be reached.`];
  return last ?? { ...NOTHING_HEARD, status: '4.4.1', facts, at: now };
}

/** What is said of a recipient whose attempt went back, and of whom nothing was heard. */
export function wordOfCrowd(
  { address }: TurnInput['recipients'][number],
  { server, sessionsOpen, waiting, decision }: Crowd,
  now: number,
): LastWord {
  const [ip, port] = server.split(' ');
  const own = `The server [${ip}] port ${port} has all ${sessionsOpen} sessions open that it may have with us, and ${waiting} ${waiting === 1 ? 'waits' : 'wait'} in line.`;
  const facts = [`A server that takes mail for ${domainPart(address)} is busy with other mail from here.`];
  const because = { ...decision, mx: null };
  return { ...NOTHING_HEARD, status: '4.4.5', because, facts, ownFacts: [own], at: now };
}

/** What was heard of a recipient in an attempt; null: nothing. */
export function wordIn(answer: AttemptAnswer, at: number, now: number): LastWord | null {
  if (answer.kind !== 'ran') return null;
  const recipient = answer.result.recipients[at];
  if (recipient === undefined) return null;
  const isSilent =
    isOurs(wordOf(recipient, answer.stoppedBy)) && !isForOperator(recipient.decision, recipient.state);
  if (isSilent) return null;
  const { status, state, host, because } = recipient;
  const told = answer.told[at];
  return {
    status,
    reply: state.reply,
    remote: host === null || host.ip === null ? null : { name: host.candidate.host, ip: host.ip },
    authentication: host?.authentication ?? 'none',
    because,
    facts: told?.facts ?? [],
    ...(told?.ownFacts !== undefined && told.ownFacts.length > 0 && { ownFacts: told.ownFacts }),
    ...(told?.met !== undefined && { met: told.met }),
    change: told?.change ?? [],
    demands: demandsAt(because?.mx, answer.result.decisions),
    at: now,
  };
}

/** The last decision of each table that demanded something of a host. */
function demandsAt(host: PlacedDecision['mx'] | undefined, decisions: readonly PlacedDecision[]) {
  const last = new Map(
    decisions.flatMap((each) => (each.mx === host && DEMANDING.has(each.table) ? [[each.table, each]] : [])),
  );
  return [...last.values()].filter(({ verdict }) => !DEMANDING_NOTHING.has(verdict));
}

/** The tables that tell who demanded what of a host. */
const DEMANDING: ReadonlySet<string> = new Set([
  'requiretls-demand',
  'sts-demand',
  'dane-demand',
  'operator-demand',
  'dane-matching',
  'pkix-demand',
]);
const DEMANDING_NOTHING: ReadonlySet<string> = new Set(['no-demand', 'not-required', 'ignored']);

/** The word of a recipient that is given up: it keeps the last status of its class (RFC 3463, Section 3.5). */
export function expiredWord(word: LastWord | null, now: number): LastWord {
  if (word === null) return { ...NOTHING_HEARD, status: '4.4.7', at: now };
  return word.status.startsWith('4.') ? word : { ...word, status: '4.4.7' };
}

/** What is said of a recipient that the operator ends. */
export function orderedWord(last: LastWord | null, text: string, now: number): LastWord {
  const { ownFacts: _, met: __, ...heard } = last ?? NOTHING_HEARD;
  return {
    ...heard,
    status: '5.0.0',
    reply: null,
    because: null,
    facts: [text.trim() === '' ? 'The operator of this mail system gave it up.' : text],
    change: [],
    at: last?.at ?? now,
  };
}

const NOTHING_HEARD: LastWord = {
  status: '4.4.7',
  reply: null,
  remote: null,
  authentication: 'none',
  because: null,
  facts: [],
  change: [],
  demands: [],
  at: 0,
};
