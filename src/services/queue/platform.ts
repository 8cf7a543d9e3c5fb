/*
 * What a queue takes from its platform: time that passes, and chance. Where a simulation passes the time, minutes cost nothing, and the
 * same chance gives the same run.
 */
import { randomBytes } from 'node:crypto';
import type { Wait } from '../../effects/patience.js';
import { waitByTimer } from '../../engine/wait-by-timer.js';

export interface QueuePlatform {
  /** Milliseconds since some moment; nobody sets this clock. */
  readonly elapsed: () => number;
  readonly wait: Wait;
  /** So many octets that nobody can guess. */
  readonly octets: (count: number) => Uint8Array;
}

export const NODE_PLATFORM: QueuePlatform = {
  elapsed: () => performance.now(),
  wait: waitByTimer,
  octets: randomBytes,
};

/** An integer, 0 to 2^32 - 1. */
export function drawFrom({ octets }: QueuePlatform): number {
  return octets(4).reduce((value, octet) => value * 256 + octet, 0);
}
