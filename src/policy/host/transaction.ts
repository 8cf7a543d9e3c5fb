import { type StopVerdict, stopped } from '../attempt/stop.table.js';
import { type Decision, decide, withoutRepetition } from '../kernel/table.js';
import { enhancedStatusOf, statusIn } from '../smtp/enhanced-status.js';
import { classOf, codeOf, type LostCause, type Reply } from '../smtp/reply.js';
import { type Exchange, exchangeOf, failedExchange } from './exchange.js';
import { replyMeaning } from './session.tables.js';
import type { RecipientState } from './types.js';

export type Stage = (typeof replyMeaning.inputs.stage)[number];
export type ReplyVerdict = (typeof replyMeaning.verdicts)[number];

/** What a server said to one transaction; see the effect `smtp.send`. */
export interface TransactionReplies {
  readonly mail: Reply | null;
  readonly recipients: readonly (Reply | null)[];
  readonly data: Reply | null;
  readonly end: Reply | null;
  readonly lost: LostCause | 'aborted' | null;
  readonly dotSent?: 'yes';
  readonly said?: string;
}

export interface TransactionJudgement {
  /** One for each recipient, in order. */
  readonly states: readonly RecipientState[];
  /** Of a recipient that was not named in it; null: nothing was said that would hold for it. */
  readonly unnamed: RecipientState | null;
  /** The deciding ones, without repetition. */
  readonly decisions: readonly Decision[];
}

/** What besides a reply itself tells how it is meant; see the table `reply-meaning`. */
export interface ReplyFacts {
  readonly attempt: number;
  readonly families: 'one' | 'both';
  /** Whether the message set aside a demand of this host's domain, without which it would not have come here. */
  readonly overridden: 'yes' | 'no';
  /** Whether it is a relay that the operator named. */
  readonly relay: 'yes' | 'no';
  /** Recipients that were accepted before this one, in this transaction. */
  readonly accepted?: number;
  /** Whether the replies to the transaction fit its commands. Default: `in`. */
  readonly step?: 'in' | 'out';
}

/** What a reply (null: none came) means at that stage. */
export function judgeReply(stage: Stage, reply: Reply | null, facts: ReplyFacts): Decision<ReplyVerdict> {
  return decide(replyMeaning, {
    stage,
    reply: classify(stage, reply, facts.accepted ?? 0),
    leniency: leniencyOf(reply, facts),
  });
}

/** What a transaction means for each of its recipients: the first stage that did not go well decides. */
export function judgeTransaction(answer: TransactionReplies, given: ReplyFacts): TransactionJudgement {
  const facts = { ...given, step: strayReply(answer) === null ? 'in' : 'out' } as const;
  let accepted = 0;
  const judged = answer.recipients.map((own) => {
    const stages: readonly (readonly [keyof typeof COMMAND_AT, Reply | null])[] = [
      ['mail', answer.mail],
      ['rcpt', own],
      ['data', answer.data],
      ['end', answer.end],
    ];
    const before = accepted;
    if (own !== null && classOf(own) === '2yz') accepted++;
    return judgeStages(stages, { ...facts, accepted: before }, answer);
  });
  const { state } = judgeStages(
    [
      ['mail', answer.mail],
      ['data', answer.data],
      ['end', answer.end],
    ],
    facts,
    answer,
  );
  return {
    states: judged.map((each) => each.state),
    unnamed: state.verdict === 'delivered' ? null : state,
    decisions: withoutRepetition(judged.map(({ decision }) => decision)),
  };
}

/**
 * What shows that replies cannot be told from each other by counting (RFC 2920, Section 3.1): a reply that is never one to its command
 * (RFC 5321, Section 4.3.2), or one beyond the last command, which is then what was `said`; null: nothing does.
 */
export function strayReply({
  mail,
  recipients,
  data,
  end,
  lost,
  said,
}: TransactionReplies): Reply | string | null {
  const odd = [mail, ...recipients].find((reply) => reply !== null && classOf(reply) === '3yz');
  if (odd != null) return odd;
  if (data !== null && classOf(data) === '2yz') return data;
  return lost === 'malformed' && data !== null && end === null ? (said ?? '') : null;
}

function judgeStages(
  stages: readonly (readonly [keyof typeof COMMAND_AT, Reply | null])[],
  facts: ReplyFacts,
  { lost, dotSent }: TransactionReplies,
): { readonly decision: Decision; readonly state: RecipientState } {
  for (const [stage, reply] of stages) {
    // A reply that we did not wait for is none that the server withheld.
    if (reply === null && lost === 'aborted') return stoppedAt(dotSent);
    const decision = judgeReply(stage, reply, facts);
    const { verdict } = decision;
    if (verdict !== 'go-on' && verdict !== 'say-helo')
      return { decision, state: stateOf(verdict, exchangeAt(stage, reply, lost), decision) };
  }
  throw new RangeError('the end of data always decides');
}

const COMMAND_AT = { mail: 'MAIL', rcpt: 'RCPT', data: 'DATA', end: '.' } as const;

function exchangeAt(
  stage: keyof typeof COMMAND_AT,
  reply: Reply | null,
  lost: TransactionReplies['lost'],
): Exchange {
  return exchangeOf(COMMAND_AT[stage], reply === null ? { cause: lost ?? 'closed' } : { reply });
}

function stoppedAt(dotSent: 'yes' | undefined) {
  const decision: Decision<StopVerdict> = decide(stopped, {
    during: dotSent === 'yes' ? 'end-of-data' : 'transaction',
  });
  return {
    decision,
    state: {
      verdict: 'next-host',
      status: '',
      ...failedExchange('aborted'),
      category: 'aborted',
      because: decision,
    },
  } as const;
}

/** How a recipient stands after an exchange that decides about it. */
export function stateOf(
  verdict: 'delivered' | 'bounce' | 'refused-here' | 'next-host',
  exchange: Exchange,
  because: Decision,
): RecipientState {
  const { reply } = exchange;
  const common = { ...exchange, because };
  switch (verdict) {
    case 'delivered':
      return { ...common, verdict: 'delivered', status: statusIn(2, reply), category: null };
    case 'bounce':
      return { ...common, verdict: 'bounced', status: statusIn(5, reply), category: null };
    case 'refused-here':
      return { ...common, verdict: 'next-host', status: statusIn(5, reply), category: 'refused' };
    case 'next-host':
      return reply === null
        ? { ...common, verdict: 'next-host', status: '', category: 'connection-lost' }
        : { ...common, verdict: 'next-host', status: statusIn(4, reply), category: 'reply' };
  }
}

function classify(stage: Stage, reply: Reply | null, accepted: number) {
  if (reply === null) return 'lost';
  // Behind recipients that were accepted it means "too many", as 452 does (RFC 5321, Section 4.5.3.1.10).
  if (stage === 'rcpt' && codeOf(reply) === 552 && accepted > 0) return '4yz';
  const replyClass = classOf(reply);
  if (replyClass === '5yz') return '5yz';
  // A code that does not belong here is neither a yes nor a final no.
  return replyClass === (stage === 'data' ? '3yz' : '2yz') ? 'positive' : '4yz';
}

/** AUTH or TLS first (RFC 4954, Section 6; RFC 3207, Section 4). */
const LOGIN_FIRST = 530;

function isPolicyRefusal(reply: Reply): boolean {
  return enhancedStatusOf(reply)?.startsWith('5.7.') === true;
}

function leniencyOf(reply: Reply | null, facts: ReplyFacts) {
  if (facts.step === 'out') return 'out-of-step';
  if (facts.relay === 'yes' && reply !== null && codeOf(reply) === LOGIN_FIRST) return 'login';
  const mayDependOnFamily = facts.attempt <= 1 && facts.families === 'both';
  if (mayDependOnFamily && reply !== null && isPolicyRefusal(reply)) return 'other-family';
  return facts.overridden === 'yes' ? 'overridden' : 'no';
}
