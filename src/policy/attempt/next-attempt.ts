import { rememberDialled } from '../host/addresses.js';
import type { AttemptInput, AttemptResult } from './types.js';

type Dialled = AttemptInput['dialled'];

const FIRST_WAIT_MS = 450_000;
const ATTEMPTS_MAX = 8;

/**
 * How long to wait before the attempt behind that one, in milliseconds: 7.5 minutes, doubled each time, eight attempts in all.
 * Null: there is none, and the sender is to be told. Total; never throws.
 */
export function waitBehind(attempt: number): number | null {
  return attempt >= ATTEMPTS_MAX ? null : FIRST_WAIT_MS * 2 ** Math.max(attempt - 1, 0);
}

/**
 * All that a message has dialled, before and in its attempts at several domains, to be given to its next attempts. Two domains may
 * have a host in common. Total; never throws.
 */
export function mergeDialled(before: Dialled, attempts: readonly Pick<AttemptResult, 'dialled'>[]): Dialled {
  const merged = new Map(Object.entries(before));
  for (const { dialled } of attempts) {
    for (const [host, addresses] of Object.entries(dialled)) {
      merged.set(host, rememberDialled(merged.get(host) ?? [], addresses));
    }
  }
  return Object.fromEntries(merged);
}
