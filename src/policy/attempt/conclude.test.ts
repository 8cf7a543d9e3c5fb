import { describe, expect, it } from 'vitest';
import { FAILURE_CATEGORIES, type FailureCategory, type HostResult } from '../host/types.js';
import type { LeftHost } from './because.js';
import { whyPassed, whyStopped } from './because.js';
import { chooseNext, concludeRecipient, worstOf } from './conclude.js';
import { mergeDialled, waitBehind } from './next-attempt.js';

const left = (
  category: FailureCategory,
  failure: HostResult['failure'],
  because: string | null = null,
): LeftHost => ({
  ...{ category, failure, status: '' },
  because: because === null ? null : ({ row: because, mx: 'mx.a.example' } as never),
});

describe('behind a host run', () => {
  it('is another where somebody and something is left', () => {
    const words = (run: 'ran' | 'stopped' | 'fault', recipients: number, candidates: number) =>
      chooseNext(run, recipients, candidates).verdict;
    expect([words('ran', 1, 1), words('ran', 0, 1), words('ran', 1, 0), words('ran', 0, 0)]).toEqual([
      ...['try-next', 'conclude', 'conclude', 'conclude'],
    ]);
    expect([words('fault', 1, 1), words('stopped', 1, 1)]).toEqual(['defer-for-fault', 'defer-for-stop']);
  });

  it('the most telling failure counts', () => {
    for (const [at, category] of FAILURE_CATEGORIES.entries())
      expect(worstOf([...FAILURE_CATEGORIES.slice(at)].reverse())).toBe(category);
    expect(worstOf([])).toBe('no-target');
  });

  it('REQUIRETLS has failed for good only where it has at every host that exists (RFC 8689, Section 4.2.1)', () => {
    const word = (...hosts: readonly LeftHost[]) => concludeRecipient(hosts, 'yes').input.requireTls;
    const [missing, definitive] = [left('policy', 'keyword-missing'), left('policy', 'definitive')];
    const gone = left('no-target', 'temporary');
    expect([word(missing), word(definitive), word(missing, definitive), word(definitive, gone)]).toEqual([
      ...['keyword', 'definitive', 'keyword', 'definitive'],
    ]);
    expect([word(missing, left('reply', 'temporary')), word(missing, left('reply', null))]).toEqual([
      ...['temporary', 'temporary'],
    ]);
    expect(concludeRecipient([missing], 'no').input).toEqual({ requireTls: 'not-required', worst: 'policy' });
  });
});

describe('the decision that decided', () => {
  const host = (tls: HostResult['tls'], ...tables: readonly string[]): HostResult =>
    ({
      ...{ candidate: { host: 'mx.a.example' }, tls },
      decisions: tables.map((table, at) => ({ table, row: `${table} ${at}` })),
    }) as never;
  const TLS = { protocol: 'TLSv1.3', cipher: 'X' };

  it('let the session pass: under TLS that of the peer, in clear that of TLS; the last of them', () => {
    const tables = ['start-tls', 'peer-authentication', 'start-tls', 'peer-authentication', 'message-fit'];
    expect(whyPassed(host(TLS, ...tables))).toMatchObject({
      row: 'peer-authentication 3',
      mx: 'mx.a.example',
    });
    expect(whyPassed(host(null, ...tables))).toMatchObject({ row: 'start-tls 2', mx: 'mx.a.example' });
    expect(whyPassed(host(null, 'message-fit'))).toBeNull();
  });

  it('stopped it at the last host of those that the end is about', () => {
    const end = (verdict: string) => ({ verdict, row: 'END', table: 'attempt-conclusion' }) as never;
    const hosts = [
      left('policy', 'keyword-missing', 'A'),
      left('policy', 'definitive', 'B'),
      left('policy', 'definitive'),
      left('reply', 'temporary', 'C'),
    ];
    expect(whyStopped(hosts, end('defer 4.7.5'))).toMatchObject({ row: 'B' });
    expect(whyStopped(hosts, end('bounce 5.7.30'))).toMatchObject({ row: 'A' });
    expect(whyStopped(hosts.slice(2, 3), end('defer 4.7.5'))).toMatchObject({ row: 'END', mx: null });
    expect(whyStopped([], end('bounce 5.4.4'))).toMatchObject({ row: 'END', mx: null });
  });
});

describe('the attempt behind', () => {
  it('comes after 7.5 minutes, and twice as long each time, eight times in all', () => {
    expect([0, 1, 2, 3, 7, 8, 9].map(waitBehind)).toEqual([
      ...[450_000, 450_000, 900_000, 1_800_000, 28_800_000, null, null],
    ]);
  });

  it('knows what was dialled, whatever the hosts are called', () => {
    const before = { 'mx.a.example': ['192.0.2.1', '192.0.2.2'], __proto__x: ['192.0.2.9'] };
    const merged = mergeDialled(before, [
      { dialled: { 'mx.a.example': ['192.0.2.1'] } },
      { dialled: { 'mx.b.example': ['192.0.2.3'], constructor: ['192.0.2.4'] } },
    ]);
    expect(Object.entries(merged)).toEqual([
      ['mx.a.example', ['192.0.2.2', '192.0.2.1']],
      ['__proto__x', ['192.0.2.9']],
      ['mx.b.example', ['192.0.2.3']],
      ['constructor', ['192.0.2.4']],
    ]);
  });
});
