/* How values stand in facts. */
import { countOf, listOf, quoted } from '../check/wording.js';
import type { DnsAnswer, DnsFailure } from '../dns/answer.js';
import { type Reply, textOf } from '../smtp/reply.js';
import { utcTime } from '../tls-report/send/report-day.js';

export { countOf, listOf, lossInWords, quoted } from '../check/wording.js';

/** More of them are counted and not listed. */
const LISTED_MAX = 5;
const TIME_MAX = 8_640_000_000_000_000;

/** "2026-01-31T12:00:00Z"; milliseconds since 1970. */
export function timeOf(time: number): string {
  if (!(Math.abs(time) <= TIME_MAX)) return 'no time that can be written';
  return utcTime(time);
}

/** How long ago, or ahead, in the unit that tells. */
export function agoOf(time: number, now: number): string {
  const seconds = Math.round(Math.abs(now - time) / 1000);
  return `${lengthOf(seconds)} ${time > now ? 'ahead' : 'ago'}`;
}

/** "3 days", "5 hours", "40 seconds". */
export function lengthOf(seconds: number): string {
  if (seconds >= 172_800) return countOf(Math.floor(seconds / 86_400), 'day');
  if (seconds >= 7_200) return countOf(Math.floor(seconds / 3600), 'hour');
  return seconds >= 120 ? countOf(Math.floor(seconds / 60), 'minute') : countOf(seconds, 'second');
}

/** The first of them, and how many there are besides. */
export function someOf(items: readonly string[]): string {
  const shown = items.slice(0, LISTED_MAX);
  const more = items.length - shown.length;
  return more === 0 ? listOf(shown) : `${shown.join(', ')} and ${more} more`;
}

/** Code and words, as the server gave them; where its lines have codes of their own, each with its code. */
export function replyText({ code, lines, codes }: Reply): string {
  const said = codes?.map((each, at) => `${each} ${lines[at] ?? ''}`.trim()).join(', ');
  return `"${quoted(said ?? `${code} ${textOf({ code, lines })}`.trim())}"`;
}

/** Why a lookup gave nothing. */
export function failureText({ cause, extendedError }: DnsFailure): string {
  const code = extendedError === null ? '' : `, extended error ${extendedError}`;
  return `${CAUSES[cause] ?? cause} (${cause}${code})`;
}

const CAUSES: Readonly<Record<string, string>> = {
  bogus: 'our resolver withholds the answer, because DNSSEC validation failed',
  servfail: 'our resolver answers SERVFAIL',
  refused: 'our resolver refuses to answer',
  timeout: 'our resolver gave no answer in time',
  malformed: 'what our resolver answers cannot be read',
  unreachable: 'our resolver cannot be reached',
};

/** Whether an answer was validated, and how old it may grow. */
export function answerText(answer: DnsAnswer<unknown>): string {
  if (answer.kind === 'failed') return failureText(answer);
  const proof = answer.kind === 'secure' ? 'validated by DNSSEC' : 'not validated by DNSSEC';
  return answer.denial === null ? `${proof}, TTL ${answer.ttlSeconds} s` : proof;
}

/** Who could have made a lookup fail. SERVFAIL without a reason: their DNS before our resolver. */
export function ownerOfFailure(answer: DnsAnswer<unknown> | null): 'recipient' | 'resolver' {
  if (answer === null || answer.kind !== 'failed') return 'recipient';
  return answer.cause === 'bogus' || answer.cause === 'servfail' || answer.cause === 'malformed'
    ? 'recipient'
    : 'resolver';
}

/** Why we broke AUTH off. */
export function authCauseText(cause: string): string {
  return AUTH_CAUSES[cause] ?? cause;
}

const AUTH_CAUSES: Readonly<Record<string, string>> = {
  'no-secret': 'there is no password for that account',
  'bad-secret': 'the name or the password holds characters that may not be said (RFC 4013)',
  'bad-challenge': 'what it asked for is no challenge of that mechanism',
  'bad-iterations':
    'the work that it asks for is more than anybody needs, or too little to protect a password',
  'bad-proof': 'its last word does not show that it knows the password',
  'no-binding': 'the TLS session has nothing that a proof could be bound to',
};
