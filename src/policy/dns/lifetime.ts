/*
 * How long an answer may be kept. Failures are kept for a moment only: long enough that a resolver in trouble is not asked
 * once for every recipient of a burst, and far too short to matter to a message that comes back minutes later. A bogus
 * answer is kept no longer than any other failure, or one forged packet would shut a destination off for that long.
 */
import type { DnsAnswer } from './answer.js';

/** However long a TTL is, names move within a day. */
const POSITIVE_SECONDS_MAX = 86_400;
/** RFC 2308, Section 5: one to three hours serve well. */
const NEGATIVE_SECONDS_MAX = 10_800;
/** RFC 2308, Section 7.1 allows five minutes. */
const FAILURE_SECONDS = 5;

/** Seconds; 0: not at all. A denial without an SOA has a TTL of 0 and is not kept (RFC 2308, Section 5). */
export function lifetimeOf(answer: DnsAnswer<unknown>): number {
  if (answer.kind === 'failed') return FAILURE_SECONDS;
  const max = answer.denial === null ? POSITIVE_SECONDS_MAX : NEGATIVE_SECONDS_MAX;
  return Math.max(0, Math.min(answer.ttlSeconds, max));
}
