/*
 * What attempts ask, hear and judge, counted from the record that each of them leaves. What strangers say is sorted into closed
 * lists first, so that none of them can make the series many.
 */
import type { Answered, Ask } from '../../effects/catalog.js';
import { failureIn } from '../../effects/failure-in.js';
import type { AttemptJournal, Journal } from '../../effects/journal.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import type { DnsAnswer } from '../../policy/dns/answer.js';
import type { HostRun } from '../../policy/host/types.js';
import { classOf, codeOf, type Reply } from '../../policy/smtp/reply.js';
import type { Registry } from './registry.js';

/** Counts what a message has gone through, once it has ended. */
export type CountAttempts = (journal: Journal) => void;

/** Attempts that are told apart by their number; the rest is `more`. */
const NUMBERED_MAX = 8;
/** Codes that an RFC gives a meaning (RFC 5321, Section 4.2.3, and extensions); others are counted by their class. */
const KNOWN_CODES: ReadonlySet<number> = new Set([
  ...[220, 221, 235, 250, 251, 252, 334, 354],
  ...[421, 430, 432, 450, 451, 452, 454, 455, 458, 459],
  ...[500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556],
]);
/** Subjects and details of statuses are registered up to here (RFC 5248); others are counted by their class. */
const KNOWN_STATUS = /^[245]\.[0-7]\.([0-9]|[12][0-9]|30)$/;

export function attemptMetrics(registry: Registry): CountAttempts {
  const attempts = registry.histogram('waxseal_attempt_seconds', 'How long an attempt took.');
  const hosts = registry.counter('waxseal_hosts_total', 'Mail hosts that were tried.');
  const statuses = registry.counter(
    'waxseal_statuses_total',
    'Statuses with which recipients left attempts.',
  );
  const judged = registry.counter('waxseal_judgements_total', 'Rows by which attempts went.');
  const replies = registry.counter('waxseal_replies_total', 'Replies of mail hosts.');
  const sessions = registry.counter('waxseal_tls_sessions_total', 'TLS sessions that were begun.');
  const questions = registry.histogram('waxseal_question_seconds', 'How long the world took to answer.');
  const ofRow = remembered(({ table, row, verdict }: Judged) => judged.under({ table, verdict, row }));
  const ofAnswer = remembered((asked: AnsweredQuestion) => questions.under({ ...asked }));

  return ({ attempts: ended }) => {
    for (const { input, entries, result } of ended) {
      if (result === null) continue;
      const tookMs = countEntries(entries, input.startedAt);
      for (const { table, row, verdict } of result.decisions) ofRow({ table, row, verdict })();
      if (input.purpose !== 'deliver') continue;
      attempts.observe(tookMs / 1000, {
        attempt: input.attempt > NUMBERED_MAX ? 'more' : `${input.attempt}`,
        transport: result.transport ?? 'direct',
        tls: channelOf(result),
        outcome: outcomeOf(result),
      });
      hosts.add({ mx: result.mxSecurity }, entries.filter(({ kind }) => kind === 'run').length);
      for (const { status } of result.recipients)
        statuses.add({ status: KNOWN_STATUS.test(status) ? status : `${status.slice(0, 1)}.other` });
    }
  };

  /** Answers how long all of them took, in milliseconds. */
  function countEntries(entries: AttemptJournal['entries'], startedAt: number): number {
    const asked = new Map<number, { readonly ask: Ask; readonly at: number }>();
    // Time comes with answers alone, so that a question begins where the answer before it came.
    let now = startedAt;
    for (const entry of entries) {
      if (entry.kind === 'ask') asked.set(entry.ask.id, { ask: entry.ask, at: now });
      if (entry.kind === 'end') now = entry.at;
      if (entry.kind !== 'answer') continue;
      now = entry.event.at;
      const question = asked.get(entry.event.id);
      if (question !== undefined) countAnswer(question.ask, entry.event, now - question.at);
    }
    return Math.max(0, now - startedAt);
  }

  function countAnswer(ask: Ask, event: Answered, tookMs: number): void {
    for (const answered of answersOf(ask, event)) ofAnswer(answered)(Math.max(0, tookMs) / 1000);
    for (const [command, reply] of repliesOf(ask, event)) replies.add({ command, code: codeWord(reply) });
    if (event.type !== 'tls.handshake.answered' || event.answer.kind !== 'established') return;
    const { protocol, cipher } = event.answer;
    sessions.add({ protocol, cipher });
  }
}

type Judged = Pick<AttemptResult['decisions'][number], 'table' | 'row' | 'verdict'>;

/** A question in one word, and what came of it: the kind of the answer, or why there is none. */
interface AnsweredQuestion {
  readonly question: string;
  readonly answer: string;
}

/** What is made once for the same words is found again. */
function remembered<W extends object, T>(make: (words: W) => T): (words: W) => T {
  const known = new Map<string, T>();
  return (words) => {
    const key = Object.values(words).join(' ');
    const made = known.get(key) ?? make(words);
    known.set(key, made);
    return made;
  };
}

/** How the last host was reached: how it was authenticated, else `tls` or `clear`; `none`: no host ever answered. */
function channelOf({ recipients }: AttemptResult): string {
  const host = recipients.map((recipient) => recipient.host).findLast((each) => each !== null);
  return host === undefined ? 'none' : channelTo(host);
}

function channelTo({ tls, authentication, reply }: HostRun): string {
  if (tls === null) return reply === null ? 'none' : 'clear';
  return authentication === 'none' ? 'tls' : authentication;
}

/** What all its recipients came to; `mixed`: not the same. */
function outcomeOf({ recipients }: AttemptResult): string {
  const [first, ...others] = new Set(recipients.map(({ outcome }) => outcome));
  return others.length === 0 ? first! : 'mixed';
}

function answersOf(ask: Ask, event: Answered): readonly AnsweredQuestion[] {
  switch (event.type) {
    case 'aborted':
      return [{ question: ask.type, answer: 'aborted' }];
    // Drawn here, and asked of nobody.
    case 'random.draw.answered':
      return [];
    case 'dns.addresses.answered':
      return [
        { question: 'dns.a', answer: lookupWord(event.answer.a) },
        { question: 'dns.aaaa', answer: lookupWord(event.answer.aaaa) },
      ];
    case 'dns.mx.answered':
    case 'dns.txt.answered':
    case 'dns.cname.answered':
    case 'dns.tlsa.answered':
      return [{ question: ask.type, answer: lookupWord(event.answer) }];
    case 'smtp.send.answered': {
      const last = repliesOf(ask, event).at(-1)?.[1];
      const answer = event.answer.lost ?? (last === undefined ? 'nothing' : classOf(last));
      return [{ question: ask.type, answer }];
    }
    default:
      return [{ question: ask.type, answer: wordOf(event.answer) }];
  }
}

function lookupWord(answer: DnsAnswer<unknown>): string {
  if (answer.kind === 'failed') return answer.cause;
  return answer.denial ?? answer.kind;
}

function wordOf(answer: object): string {
  const { kind = 'answered', reply } = answer as { readonly kind?: string; readonly reply?: Reply | null };
  return failureIn(answer) ?? (reply == null ? kind : classOf(reply));
}

/** What the host said, each with the command that it answers. */
function repliesOf(ask: Ask, event: Answered): readonly (readonly [command: string, reply: Reply])[] {
  const said = (command: string, reply: Reply | null | undefined) =>
    reply == null ? [] : ([[command, reply]] as const);
  switch (event.type) {
    case 'smtp.connect.answered':
      return event.answer.kind === 'greeted' ? said('greeting', event.answer.reply) : [];
    case 'smtp.greeting.answered':
      return event.answer.kind === 'replied' ? said('greeting', event.answer.reply) : [];
    case 'smtp.hello.answered':
      return event.answer.kind === 'replied' && ask.type === 'smtp.hello'
        ? said(ask.verb, event.answer.reply)
        : [];
    case 'smtp.starttls.answered':
      return event.answer.kind === 'lost' ? [] : said('STARTTLS', event.answer.reply);
    case 'smtp.auth.answered':
      return event.answer.kind === 'lost' ? [] : said('AUTH', event.answer.reply);
    case 'smtp.send.answered': {
      const { mail, recipients, data, end } = event.answer;
      return [
        ...said('MAIL', mail),
        ...recipients.flatMap((reply) => said('RCPT', reply)),
        ...said('DATA', data),
        ...said('.', end),
      ];
    }
    default:
      return [];
  }
}

function codeWord(reply: Reply): string {
  const code = codeOf(reply);
  return code !== null && KNOWN_CODES.has(code) ? `${code}` : classOf(reply);
}
