/*
 * When a report is sent. Everything follows from the domain and the day, so that nothing has to be kept between attempts and
 * all nodes agree: the hour at which it is first due, spread over the night by a hash of both, and the later attempts, each
 * farther from the last one, until a day has passed (RFC 8460, Sections 4.1 and 5.5). The last of them comes an hour before
 * that, so that a first attempt that comes late, after a night without a sender say, is not the only one.
 */
import { startOfDay } from './report-day.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Deliveries that ended just before midnight are still being written down. */
const SETTLING_MS = 5 * MINUTE_MS;
/** RFC 8460, Section 4.1. */
export const SPREAD_MS = 4 * HOUR_MS - SETTLING_MS;
/** Attempts after the first, counted from when it was due. */
const RETRIES_MS = [15, 45, 105, 225, 465, 900, 1380].map((minutes) => minutes * MINUTE_MS);
/** What one attempt may take before another node may make the next. */
export const ATTEMPT_MS_MAX = 10 * MINUTE_MS;

/** `night`: spread over the hours after midnight; `none`: as soon as the day is over. */
export type Spread = 'night' | 'none';

export interface Schedule {
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  /** After this nothing is sent any more. */
  readonly overAt: number;
}

/** When a report is due. */
export function scheduleOf(domain: string, day: string, spread: Spread = 'night'): Schedule {
  const midnight = startOfDay(day).seconds * 1000 + DAY_MS;
  const delayMs = SETTLING_MS + (hash(`${day} ${domain}`) % SPREAD_MS);
  // The same end, whoever is in a hurry.
  return { dueAt: spread === 'none' ? midnight : midnight + delayMs, overAt: midnight + delayMs + DAY_MS };
}

/** When the attempt after this one may be made: as planned, or in an hour, while the day lasts; null if it does not. */
export function nextAttemptAt(domain: string, day: string, now: number): number | null {
  const { dueAt, overAt } = scheduleOf(domain, day);
  const planned = RETRIES_MS.map((ms) => dueAt + ms).find((at) => at >= now + ATTEMPT_MS_MAX);
  const next = planned ?? now + HOUR_MS;
  return next >= overAt ? null : next;
}

/** FNV-1a, its octets stirred once more, because names of domains differ little. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
