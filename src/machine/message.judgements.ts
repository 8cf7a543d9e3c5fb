/* The judgements of the message machine: each puts what is known to the tables and keeps what they say. */
import { judgeNotice } from '../policy/dsn/judge-notice.js';
import type { NoticeAction, NoticeEvent } from '../policy/dsn/notice.tables.js';
import type { Decision } from '../policy/kernel/table.js';
import { whatStopped } from '../policy/mta-sts/last-look.js';
import type { Crowd } from '../policy/queue/crowd.js';
import {
  endOf,
  expiredWord,
  isCounted,
  judgeBegin,
  judgeDelay,
  judgeLongWait,
  judgeOutcomes,
  judgeWaiting,
  nextTurnAt,
  orderedWord,
  reasonOf,
  triedUntil,
  wordIn,
  wordOfCrowd,
  wordOfWait,
} from '../policy/queue/judge-turn.js';
import type { NoticePlan, RecipientTurn, TurnResult } from '../policy/queue/turn.js';
import { type MessageContext, unchanged } from './message.context.js';

type Change = Partial<MessageContext>;

export function judgeTurn({ input }: MessageContext): Change {
  return { begin: judgeBegin(input) };
}

/** Where nobody can have learned anything of a policy, there is nothing to look for. */
export function judgeOutcome(run: MessageContext): Change {
  const { input, answer, now } = run;
  const isPolicy = answer?.kind === 'ran' && whatStopped(answer.result).stopped !== 'otherwise';
  const look = run.look === 'not-looked' && !isPolicy ? 'may-bounce' : run.look;
  return { look, outcomes: judgeOutcomes(input, answer!, look, now) };
}

/** What the turn comes to: for each recipient its end, or for all that wait when; and the notices that are due. */
export function judgeResult(run: MessageContext): Change {
  switch (run.begin!.verdict) {
    case 'attempt':
      return { turn: attempted(run) };
    case 'fail':
    case 'drop':
      return { turn: ordered(run) };
    case 'review':
      return { turn: reviewed(run) };
    default:
      return { turn: putBack(run) };
  }
}

function attempted(run: MessageContext): TurnResult {
  const { input, now, outcomes } = run;
  const answer = run.answer!;
  const attempts = input.attempts + (isCounted(answer) ? 1 : 0);
  const waiting = outcomes.filter(({ verdict }) => endOf(verdict) === null);
  const reasons = waiting.map(({ verdict }) => reasonOf(verdict, answer));
  const nextAt =
    reasons.length === 0
      ? null
      : nextTurnAt(reasons, { attempts, retry: input.retry, now, draw: run.draw ?? 0 }) +
        (crowdIn(run)?.againInMs ?? 0);
  const isNewPolicy = waiting.some(({ verdict }) => verdict === 'try-new-policy');
  const granted = input.granted + (isNewPolicy ? 1 : 0);
  const delay =
    nextAt === null ? null : delayOf(run, attempts, triedUntil({ ...input, granted }, attempts, nextAt));
  const recipients = outcomes.map((decision, at) => recipientOf(run, decision, at, delay));
  return {
    ...base(run),
    recipients,
    attempts,
    granted,
    delayTold: delay?.verdict === 'tell' ? 'yes' : input.delayTold,
    dialled: answer.kind === 'ran' ? answer.result.dialled : input.dialled,
    nextAttemptAt: nextAt,
    notices: noticesOf(recipients),
    attempt: isCounted(answer) ? 'counted' : crowdIn(run) === null ? 'not-counted' : 'sent-back',
  };
}

function crowdIn({ answer }: MessageContext): Crowd | null {
  return answer?.kind === 'stopped' ? (answer.crowd ?? null) : null;
}

/** Who goes back spends no attempt, however often he does. */
function delayOf(run: MessageContext, attempts: number, until: number): Decision {
  const { input, now } = run;
  return crowdIn(run) === null ? judgeDelay(input, attempts, now, until) : judgeLongWait(input, now, until);
}

function recipientOf(
  run: MessageContext,
  decision: MessageContext['outcomes'][number],
  at: number,
  delay: Decision | null,
): RecipientTurn {
  const { input, now } = run;
  const recipient = input.recipients[at]!;
  const crowd = crowdIn(run);
  const heard =
    wordIn(run.answer!, at, now) ??
    recipient.last ??
    (crowd === null ? null : wordOfCrowd(recipient, crowd, now));
  const end = endOf(decision.verdict);
  return {
    address: recipient.address,
    end,
    word: end === 'expired' ? expiredWord(heard, now) : heard,
    decision,
    notice: noticeFor(run, at, eventOf(run, end, at, delay)),
  };
}

function eventOf(
  { answer }: MessageContext,
  end: RecipientTurn['end'],
  at: number,
  delay: Decision | null,
): NoticeEvent | null {
  switch (end) {
    case 'delivered':
      return answer?.kind === 'ran' ? (answer.told[at]?.handedOn ?? 'relayed') : 'relayed';
    case 'bounced':
    case 'expired':
      return 'failed';
    case 'dropped':
      return 'dropped';
    case null:
      return delay?.verdict === 'tell' ? 'delayed' : null;
  }
}

function noticeFor({ input }: MessageContext, at: number, event: NoticeEvent | null): Decision | null {
  if (event === null) return null;
  const { sender, origin } = input.message;
  return judgeNotice({ event, notify: input.recipients[at]!.notify, sender, origin });
}

function ordered(run: MessageContext): TurnResult {
  const { input, now, begin } = run;
  const { order } = input;
  const isFail = begin!.verdict === 'fail';
  const text = 'text' in order ? order.text : '';
  const recipients = input.recipients.map(
    ({ address, last }, at): RecipientTurn => ({
      address,
      end: isFail ? 'bounced' : 'dropped',
      word: orderedWord(last, text, now),
      decision: begin!,
      notice: noticeFor(run, at, isFail ? 'failed' : 'dropped'),
    }),
  );
  return { ...base(run), recipients, notices: noticesOf(recipients) };
}

/** Nothing was tried: whether it has waited too long, or long enough for its sender to hear of it. */
function reviewed(run: MessageContext): TurnResult {
  const { input, now } = run;
  const { order } = input;
  const decision = judgeWaiting(input, now);
  const end = endOf(decision.verdict) === null ? null : 'expired';
  const nextAt = end === null ? Math.max(now, order.kind === 'review' ? order.due : now) : null;
  const delay = nextAt === null ? null : judgeLongWait(input, now, triedUntil(input, input.attempts, nextAt));
  const recipients = input.recipients.map((recipient, at): RecipientTurn => {
    const word = wordOfWait(recipient, now);
    return {
      address: recipient.address,
      end,
      word:
        end === null ? word : recipient.last === null ? { ...word, status: '4.4.7' } : expiredWord(word, now),
      decision,
      notice: noticeFor(run, at, eventOf(run, end, at, delay)),
    };
  });
  return {
    ...base(run),
    recipients,
    delayTold: delay?.verdict === 'tell' ? 'yes' : input.delayTold,
    nextAttemptAt: nextAt,
    notices: noticesOf(recipients),
  };
}

function putBack(run: MessageContext): TurnResult {
  const isParked = run.begin!.verdict === 'park';
  return { ...base(run), hold: isParked ? 'park' : 'as-it-was', nextAttemptAt: run.now };
}

/** A turn of which nothing has come. */
function base(run: MessageContext): TurnResult {
  const { input, now, begin } = run;
  return {
    endedAt: now,
    turn: begin!,
    recipients: unchanged(run),
    attempts: input.attempts,
    granted: input.granted,
    delayTold: input.delayTold,
    dialled: input.dialled,
    hold: 'as-it-was',
    nextAttemptAt: null,
    notices: [],
    attempt: null,
  };
}

const ACTIONS = ['failed', 'delayed', 'relayed', 'delivered'] as const satisfies readonly NoticeAction[];

/** One notice for each thing that there is to say. */
function noticesOf(recipients: readonly RecipientTurn[]): readonly NoticePlan[] {
  return ACTIONS.flatMap((action) => {
    const places = recipients.flatMap(({ notice }, at) => (notice?.verdict === action ? [at] : []));
    return places.length === 0 ? [] : [{ action, recipients: places }];
  });
}

/**
 * A failure that cannot be told of is none yet: whoever would hear of it waits, and so does the message. What was delivered
 * stays delivered, and its notice is left out.
 */
export function judgeStored(run: MessageContext): Change {
  if (run.stored !== 'failed') return {};
  const { input, now } = run;
  const turn = run.turn!;
  const untold = (at: number) => turn.recipients[at]!.notice?.verdict === 'failed';
  const recipients = turn.recipients.map((each, at) =>
    untold(at) ? { ...each, end: null, notice: null } : { ...each, notice: null },
  );
  const isWaiting = recipients.some(({ end }) => end === null);
  const facts = { attempts: turn.attempts, retry: input.retry, now, draw: run.draw ?? 0 };
  return {
    turn: {
      ...turn,
      recipients,
      notices: [],
      delayTold: input.delayTold,
      nextAttemptAt: isWaiting ? (turn.nextAttemptAt ?? nextTurnAt(['fault'], facts)) : null,
    },
  };
}
