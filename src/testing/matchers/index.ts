/*
 * Matchers for tests of mail. For vitest and jest: `expect.extend(matchers)`, and a line for the types, as docs/testing.md shows.
 * For node:test: the `expect` of this module.
 */
import { AssertionError } from 'node:assert';
import {
  type Matched,
  type Over,
  toBeBouncedBecause,
  toBeDeferredBecause,
  toBeDeliveredOver,
} from './delivery.js';
import { type ButSeen, toHaveBeenAsked, toHaveReceivedMailFor, toHaveSeenNoMailFor } from './witness.js';

export type { ButSeen, Matched, Over };

/** What `expect(...)` has of ours; `R` is what a matcher answers there. */
export interface WaxsealMatchers<R = void> {
  /** Of a result: delivered to every recipient, over just that. */
  toBeDeliveredOver(over: Over): R;
  /** Of a result: every recipient waits, and that row is the reason. */
  toBeDeferredBecause(row: string): R;
  /** Of a result: every recipient was given up, and that row is the reason. */
  toBeBouncedBecause(row: string): R;
  /** Of a running internet: no mail was taken for that address or domain, from a sender that came so far. */
  toHaveSeenNoMailFor(whom: string, seen?: ButSeen): R;
  /** Of a running internet: mail was taken for that address or domain. Not to be negated. */
  toHaveReceivedMailFor(whom: string, how?: { readonly over?: 'tls' | 'clear'; readonly at?: string }): R;
  /** Of a running internet: its resolver was asked for records of that type at that name. */
  toHaveBeenAsked(type: string, name: string): R;
}

/** For `expect.extend`. */
export const matchers = Object.freeze({
  toBeDeliveredOver,
  toBeDeferredBecause,
  toBeBouncedBecause,
  toHaveSeenNoMailFor,
  toHaveReceivedMailFor,
  toHaveBeenAsked,
});

/** These matchers without a test runner, so for node:test: each throws an `AssertionError` where it does not hold. */
export function expect(
  received: unknown,
): WaxsealMatchers & { readonly not: Omit<WaxsealMatchers, 'toHaveReceivedMailFor'> } {
  return { ...assertions(received, false), not: assertions(received, true) };
}

function assertions(received: unknown, isNot: boolean): WaxsealMatchers {
  const entries = Object.entries(matchers).map(([name, matcher]) => {
    const assertion = (...expected: never[]): void => {
      const { pass, message, ...values } = (matcher as (...given: unknown[]) => Matched).call(
        { isNot },
        received,
        ...expected,
      );
      if (pass === isNot)
        throw new AssertionError({ message: message(), operator: name, stackStartFn: assertion, ...values });
    };
    return [name, assertion];
  });
  return Object.fromEntries(entries) as WaxsealMatchers;
}
