import { type Decision, decide } from '../kernel/table.js';
import { reportClaim } from './report-claim.table.js';

/** How far a domain's report for a day has come. */
export type ReportState =
  | { readonly kind: 'open' }
  /** Somebody sends it; after `until` (milliseconds since 1970) another may. */
  | { readonly kind: 'claimed'; readonly until: number }
  /** `dropped`: it was given up, or nobody wants it. */
  | { readonly kind: 'sent' | 'dropped' };

const DAY_MS = 86_400_000;

/** Whether a node may send a report; `state` is null where nothing was counted. `now`: milliseconds since 1970. */
export function judgeClaim(
  state: ReportState | null,
  now: number,
): Decision<(typeof reportClaim.verdicts)[number]> {
  return decide(reportClaim, {
    report: state === null ? 'unknown' : isSettled(state) ? 'settled' : state.kind,
    claim: state?.kind !== 'claimed' ? 'over' : claimAt(state.until, now),
  });
}

/** What a report's state becomes. A report that was sent stays sent, whatever others say who gave it up. */
export function settled(state: ReportState, outcome: 'sent' | 'dropped'): ReportState {
  return state.kind === 'sent' ? state : { kind: outcome };
}

/** Whether what was counted may not change any more: the report has gone as it was. */
export function isSettled(state: ReportState): state is { readonly kind: 'sent' | 'dropped' } {
  return state.kind === 'sent' || state.kind === 'dropped';
}

function claimAt(until: number, now: number): 'running' | 'over' | 'far-off' {
  if (until <= now) return 'over';
  return until - now > DAY_MS ? 'far-off' : 'running';
}
