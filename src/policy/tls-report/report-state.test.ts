import { describe, expect, it } from 'vitest';
import { isSettled, judgeClaim, type ReportState, settled } from './report-state.js';

const NOW = 1_767_268_800_000;
const DAY_MS = 86_400_000;
const row = (state: ReportState | null) => judgeClaim(state, NOW).row;

describe('the state of a report', () => {
  it('lets one node send it, and another when that one has been silent for too long', () => {
    expect(row({ kind: 'open' })).toBe('CLAIM-1');
    expect(row({ kind: 'claimed', until: NOW + 1 })).toBe('CLAIM-2');
    expect(row({ kind: 'claimed', until: NOW + DAY_MS })).toBe('CLAIM-2');
    expect(row({ kind: 'claimed', until: NOW })).toBe('CLAIM-3');
  });

  it('believes no claim of more than a day: the clock of that node was wrong', () => {
    expect(row({ kind: 'claimed', until: NOW + DAY_MS + 1 })).toBe('CLAIM-3');
  });

  it('has nothing to send where nothing was counted, or the report has gone (X-11)', () => {
    expect(row(null)).toBe('CLAIM-4');
    expect(row({ kind: 'sent' })).toBe('CLAIM-4');
    expect(row({ kind: 'dropped' })).toBe('CLAIM-4');
  });

  it('stays sent once it was', () => {
    expect(settled({ kind: 'sent' }, 'dropped')).toEqual({ kind: 'sent' });
    expect(settled({ kind: 'dropped' }, 'sent')).toEqual({ kind: 'sent' });
    expect(settled({ kind: 'open' }, 'dropped')).toEqual({ kind: 'dropped' });
    expect([isSettled({ kind: 'open' }), isSettled({ kind: 'dropped' })]).toEqual([false, true]);
  });
});
