import { type Decision, decide, defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const laneHealth = defineTable({
  name: 'lane-health',
  about: 'What a turn says of the way to a domain. `answered`: a server said something; `unreachable`: none could be reached, or none served anybody in the time that an attempt may take; `other`: it never came so far; `crowded`: it went back, because the sessions that a server may have with us were all open. '
    + 'On a way that is closed nothing is tried until its time is over, and then one message at a time; on one that is put off nothing is tried until its time is over, whatever others say in between.',
  inputs: {
    turn: ['answered', 'unreachable', 'other', 'crowded'],
    failures: ['few', 'many'],
  },
  verdicts: ['well', 'count', 'close', 'as-it-was', 'put-off'],
})([
  { id: 'LANE-1', when: { turn: 'answered' },                          then: 'well',
    why: 'Whoever answers one message can answer the others.', refs: ['SMTP-4.5.4.1-5'] },
  { id: 'LANE-2', when: { turn: 'unreachable', failures: 'few' },      then: 'count',
    why: 'One failure may be an accident.', refs: ['SMTP-4.5.4.1-5'] },
  { id: 'LANE-3', when: { turn: 'unreachable', failures: 'many' },     then: 'close',
    why: 'Each further message would learn the same, wait as long for it, and spend an attempt.', refs: ['SMTP-4.5.4.1-5'] },
  { id: 'LANE-4', when: { turn: 'other' },                             then: 'as-it-was',
    why: 'It tells nothing of the servers; a policy or an address concerns one message and perhaps not the next.', refs: ['SMTP-4.5.4.1-6'] },
  { id: 'LANE-5', when: { turn: 'crowded' },                           then: 'put-off',
    why: 'Nothing is wrong with the servers; who comes next would find them as busy, and mail for others can go out in the meantime.', refs: ['SMTP-4.5.4.1-8'] },
]);

export type LaneWord = (typeof laneHealth.inputs.turn)[number];

/** How a lane stands: failed turns in a row, and until when it is closed or put off, in milliseconds since 1970 (0: it is open). */
export interface LaneHealth {
  readonly failures: number;
  readonly closedUntil: number;
}

/** A lane that is closed has failed so often; one that is put off has not. */
export const FAILURES_MAX = 3;
const CLOSED_MS = 60_000;
/** A way that is closed has failed no longer ago than that. */
export const CLOSED_MS_MAX = 3_600_000;

/** What is waited for behind a lane that is not open. */
export function waitsFor(failures: number): 'way' | 'room' {
  return failures < FAILURES_MAX ? 'room' : 'way';
}

/** A lane behind a turn. The times are in milliseconds since 1970. `putOffUntil`: behind a turn that was crowded. */
export function laneAfter(
  lane: LaneHealth,
  turn: LaneWord,
  now: number,
  putOffUntil = now,
): LaneHealth & { readonly decision: Decision } {
  const failures = lane.failures + 1;
  const decision = decide(laneHealth, { turn, failures: failures < FAILURES_MAX ? 'few' : 'many' });
  const until = lane.failures < FAILURES_MAX && lane.closedUntil > now ? lane.closedUntil : 0;
  switch (decision.verdict) {
    case 'well':
      return { failures: 0, closedUntil: until, decision };
    case 'count':
      return { failures, closedUntil: until, decision };
    case 'close':
      return { failures, closedUntil: now + closedMs(failures), decision };
    case 'as-it-was':
      return { ...lane, decision };
    case 'put-off':
      // Whether it fails is not known any more: one more failure closes it again.
      return {
        failures: Math.min(lane.failures, FAILURES_MAX - 1),
        closedUntil: until === 0 ? putOffUntil : until,
        decision,
      };
  }
}

function closedMs(failures: number): number {
  return Math.min(CLOSED_MS_MAX, CLOSED_MS * 2 ** Math.min(failures - FAILURES_MAX, 10));
}
