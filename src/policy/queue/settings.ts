import { waitBehind } from '../attempt/next-attempt.js';

/** How long a queue is patient, and with whom. Times are in milliseconds. */
export interface RetrySettings {
  /** The waits between attempts, in order; there is one attempt more than waits. At least one. */
  readonly scheduleMs: readonly number[];
  /** How far a wait is moved at random to either side, as a part of it: 0 to 0.5. */
  readonly jitter: number;
  /** Behind which attempt the sender hears of the delay. */
  readonly delayNoticeAfter: number;
  /** How long a message may wait in all; until then what was no verdict about it (a fault of ours, a policy that cannot be looked for) costs it no attempt. */
  readonly lifetimeMs: number;
}

const HOUR_MS = 3_600_000;

/** 7.5 minutes, doubled each time: eight attempts in sixteen hours. */
export const DEFAULT_RETRY: RetrySettings = Object.freeze({
  scheduleMs: Object.freeze([1, 2, 3, 4, 5, 6, 7].map((attempt) => waitBehind(attempt) ?? HOUR_MS)),
  jitter: 0.1,
  delayNoticeAfter: 5,
  lifetimeMs: 120 * HOUR_MS,
});

/** Named schedules. `rfc5321`: half an hour at least, and five days (RFC 5321, Section 4.5.4.1). */
export const RETRY_PRESETS = Object.freeze({
  default: DEFAULT_RETRY,
  rfc5321: Object.freeze({
    ...DEFAULT_RETRY,
    scheduleMs: Object.freeze(
      [0.5, 0.5, 1, 2, ...new Array<number>(29).fill(4)].map((hours) => hours * HOUR_MS),
    ),
    delayNoticeAfter: 4,
  }),
} as const satisfies Readonly<Record<string, RetrySettings>>);
