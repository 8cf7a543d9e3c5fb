import { describe, expect, it } from 'vitest';
import { attempt, factOf, host, MX } from '../evidence.fixture.js';
import type { AttemptEvidence } from '../evidence.js';

const said = (
  table: string,
  column: string,
  word: string,
  own: Partial<AttemptEvidence> = {},
  recipient = 0,
) => factOf(table, { [column]: word }, column, { attempt: attempt(own), recipient }).says;
const bare = (table: string, column: string, word: string) => factOf(table, { [column]: word }, column).says;
const owners = (table: string, column: string, words: readonly string[]) =>
  words.map((word) => factOf(table, { [column]: word }, column).owner);

const candidates = ['mx1.a.example', 'mx2.a.example', 'mx3.a.example'].map(
  (name) => ({ host: name, source: 'mx', preference: 10 }) as const,
);
const waiting = { failedAt: [], state: null };
const state = (verdict: 'delivered' | 'next-host' | 'bounced') =>
  ({ failedAt: [], state: { verdict } as never }) as const;

describe('facts of the hosts of an attempt', () => {
  it('are which one was tried, and what ended the attempt', () => {
    expect(said('next-candidate', 'run', 'ran', { candidates, tried: 2 })).toBe('mx2.a.example was tried.');
    expect(said('next-candidate', 'run', 'ran', { candidates, tried: 0 })).toBe('The host was tried.');
    expect(said('next-candidate', 'run', 'ran', { tried: 1 })).toBe('The host was tried.');
    expect(bare('next-candidate', 'run', 'ran')).toBe('The host was tried.');
    expect(said('next-candidate', 'run', 'stopped', { candidates, tried: 1 })).toBe(
      'The attempt was stopped while mx1.a.example was tried.',
    );
    expect(said('next-candidate', 'run', 'stopped', { tried: 1 })).toBe(
      'The attempt was stopped while a host was tried.',
    );
    expect(said('next-candidate', 'run', 'stopped')).toBe('The attempt was stopped.');
    expect(bare('next-candidate', 'run', 'stopped')).toBe('The attempt was stopped.');
    expect(said('next-candidate', 'run', 'fault', { fault: { message: 'no row' } })).toBe(
      'A fault of ours: no row.',
    );
    expect(said('next-candidate', 'run', 'fault')).toBe('A fault of ours ended the attempt.');
    expect(owners('next-candidate', 'run', ['ran', 'stopped', 'fault'])).toEqual([
      ...['recipient', 'operator', 'operator'],
    ]);
  });

  it('are how many were tried', () => {
    const tried = (word: string, all: number, count: number) =>
      said('next-candidate', 'candidates', word, { candidates: candidates.slice(0, all), tried: count });
    expect(tried('left', 3, 1)).toBe('1 of 3 hosts was tried.');
    expect(tried('left', 3, 2)).toBe('2 of 3 hosts were tried.');
    expect(tried('none', 3, 3)).toBe('All 3 hosts were tried.');
    expect(tried('none', 2, 2)).toBe('Both hosts were tried.');
    expect(tried('none', 1, 1)).toBe('The only host was tried.');
    expect(tried('none', 0, 0)).toBe('There is no host that was not tried.');
    expect(bare('next-candidate', 'candidates', 'left')).toBe('There are hosts that were not tried.');
    expect(bare('next-candidate', 'candidates', 'none')).toBe('There is no host that was not tried.');
  });

  it('are how many recipients are left', () => {
    const left = (...recipients: AttemptEvidence['recipients']) =>
      said('next-candidate', 'recipients', 'left', { recipients });
    expect(left(waiting, state('next-host'), state('delivered'), state('bounced'))).toBe(
      '2 of 4 recipients were without an outcome.',
    );
    expect(left(waiting)).toBe('The only recipient was without an outcome.');
    expect(left(waiting, state('bounced'))).toBe('1 of 2 recipients was without an outcome.');
    expect(left(state('delivered'))).toBe('There are recipients without an outcome.');
    expect(bare('next-candidate', 'recipients', 'left')).toBe('There are recipients without an outcome.');
  });
});

describe('facts of the end', () => {
  it('are where it was stopped', () => {
    const during = (word: string) => factOf('stopped', { during: word }, 'during', { host: host() }).says;
    expect(bare('stopped', 'during', 'lookup')).toBe(
      'The attempt was stopped while the way to the domain was looked up.',
    );
    expect(during('lookup')).toBe('The attempt was stopped while mx.a.example was looked up.');
    expect(during('transaction')).toBe(
      'The attempt was stopped while mx.a.example [192.0.2.1] was given the message.',
    );
  });

  it('are the hosts that were left, by which row, for that recipient', () => {
    const leftBy = (row: string, mx: string | null) =>
      ({ category: 'policy', failure: 'temporary', status: '', because: { row, mx } as never }) as const;
    const recipients = [
      {
        ...waiting,
        failedAt: [leftBy('BAR-4', MX), { ...leftBy('', null), because: null }, leftBy('BAR-5', null)],
      },
      waiting,
    ];
    const worst = (cut: 'no' | 'yes', recipient: number) =>
      said('attempt-conclusion', 'worst', 'no-target', { recipients, cut }, recipient);
    expect(worst('no', 0)).toBe('No host has an address: mx.a.example (BAR-4) and the host (BAR-5).');
    expect(worst('yes', 0)).toMatch(/\(BAR-5\); there are more hosts, which were not tried\.$/);
    expect(worst('yes', 1)).toBe('No host has an address; there are more hosts, which were not tried.');
    expect(worst('no', 1)).toBe('No host has an address.');
    expect(bare('attempt-conclusion', 'worst', 'no-target')).toBe('No host has an address.');
  });

  it('are of whoever failed', () => {
    const categories = {
      ...{
        policy: 'recipient',
        authentication: 'operator',
        reply: 'recipient',
        'connection-lost': 'network',
      },
      ...{ 'connection-failed': 'network', 'lookup-failed': 'resolver', 'address-left-out': 'recipient' },
      ...{ refused: 'recipient', 'no-target': 'recipient' },
    };
    expect(owners('attempt-conclusion', 'worst', Object.keys(categories))).toEqual(Object.values(categories));
    expect(owners('lookup-report', 'cause', ['bogus', 'timeout', 'other'])).toEqual([
      ...['recipient', 'resolver', 'resolver'],
    ]);
    expect(owners('report-result-type', 'failure', ['tlsa-lookup-timeout', 'tlsa-lookup-failed'])).toEqual([
      ...['resolver', 'recipient'],
    ]);
  });

  it('name the host that is reported on', () => {
    const report = (table: string, column: string, word: string) =>
      factOf(table, { [column]: word }, column, { host: host() }).says;
    expect(report('session-report', 'ended', 'not-offered')).toBe('mx.a.example did not offer STARTTLS.');
    expect(report('report-result-type', 'failure', 'starttls-refused')).toBe(
      'mx.a.example refused STARTTLS.',
    );
    expect(report('report-result-type', 'failure', 'mx-not-listed')).toBe(
      'The policy does not list mx.a.example.',
    );
  });
});
