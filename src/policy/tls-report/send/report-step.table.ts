/*
 * What to do with a day's report now. Time first, because a report that comes too late is worth nothing; then what the store
 * knows of it.
 */
import { type Decision, decide, defineTable } from '../../kernel/table.js';
import { isSettled, type ReportState } from '../report-state.js';
import { type Schedule, type Spread, scheduleOf } from './schedule.js';

// biome-ignore format: a table
export const reportStep = defineTable({
  name: 'report-step',
  about: 'What to do with the report of a domain and a day. `hour`: before it is due, since then, or a day after that; `state`: `claimed`: it is being sent, or waits for its next attempt.',
  inputs: {
    hour: ['early', 'due', 'over'],
    state: ['open', 'claimed', 'settled'],
  },
  verdicts: ['wait-for-hour', 'wait-for-claim', 'send', 'drop', 'done'],
})([
  { id: 'STEP-1', when: { state: 'settled' },                            then: 'done',
    why: 'It was sent, or given up.', refs: ['RPT-3-15'] },
  { id: 'STEP-2', when: { hour: 'early', state: ['open', 'claimed'] },   then: 'wait-for-hour',
    why: 'A report covers the whole day, and not all of them leave at midnight.', refs: ['RPT-4.1-1', 'RPT-4.1-2'] },
  { id: 'STEP-3', when: { hour: 'due', state: 'open' },                  then: 'send',
    why: 'Its hour has come, and nobody sends it.', refs: ['RPT-4.1-2', 'RPT-5.5-1'] },
  { id: 'STEP-4', when: { hour: 'due', state: 'claimed' },               then: 'wait-for-claim',
    why: 'Another attempt is under way, or the time until the next one has not passed.', refs: ['RPT-5.5-2', 'X-11'] },
  { id: 'STEP-5', when: { hour: 'over', state: ['open', 'claimed'] },    then: 'drop',
    why: 'The day in which it may be sent has passed, and nobody waits for it any more.', refs: ['RPT-5.5-1'] },
]);

export interface StepFacts {
  readonly domain: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly state: ReportState;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly spread: Spread;
}

export type NextStep =
  | { readonly kind: 'done'; readonly decision: Decision }
  /** `since`: from when on this could have been done, in milliseconds since 1970. */
  | { readonly kind: 'send-now' | 'drop'; readonly since: number; readonly decision: Decision }
  /** Milliseconds since 1970. */
  | {
      readonly kind: 'wait';
      readonly for: 'hour' | 'next-attempt';
      readonly until: number;
      readonly decision: Decision;
    };

/** What to do with a report now. Total. */
export function nextStep({ domain, day, state, now, spread }: StepFacts): NextStep {
  const schedule = scheduleOf(domain, day, spread);
  const decision = decide(reportStep, { hour: hourOf(schedule, now), state: stateWord(state, now) });
  switch (decision.verdict) {
    case 'wait-for-hour':
      return { kind: 'wait', for: 'hour', until: schedule.dueAt, decision };
    case 'wait-for-claim':
      return {
        kind: 'wait',
        for: 'next-attempt',
        until: state.kind === 'claimed' ? state.until : now,
        decision,
      };
    case 'send':
      return { kind: 'send-now', since: sendableSince(schedule, state), decision };
    case 'drop':
      return { kind: 'drop', since: schedule.overAt, decision };
    case 'done':
      return { kind: 'done', decision };
  }
}

/** What was tried before could be sent again when its claim ended. */
function sendableSince({ dueAt }: Schedule, state: ReportState): number {
  return state.kind === 'claimed' ? Math.max(dueAt, state.until) : dueAt;
}

function hourOf({ dueAt, overAt }: Schedule, now: number): 'early' | 'due' | 'over' {
  if (now < dueAt) return 'early';
  return now < overAt ? 'due' : 'over';
}

/** A claim that has ended counts as none. */
function stateWord(state: ReportState, now: number): 'open' | 'claimed' | 'settled' {
  if (isSettled(state)) return 'settled';
  return state.kind === 'claimed' && state.until > now ? 'claimed' : 'open';
}
