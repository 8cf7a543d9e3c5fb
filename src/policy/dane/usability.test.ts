import { describe, expect, it } from 'vitest';
import { referenceNames } from './reference-names.js';
import type { TlsaRecord } from './tlsa.js';
import { learnTlsa, requireDane } from './tlsa-knowledge.js';
import { isUsable, presentRecord, recordsToMatch, whyUnusable } from './usability.js';

type Whole = Extract<TlsaRecord, { kind: 'tlsa' }>;

function tlsa(usage: number, selector: number, matching: number, own: Partial<Whole> = {}): Whole {
  const length = matching === 2 ? 64 : 32;
  return {
    ...{
      kind: 'tlsa',
      usage,
      selector,
      matching,
      data: 'ab'.repeat(length),
      content: 'opaque',
      digest: null,
    },
    ...own,
  };
}
const full = (selector: number, content: Whole['content'], digest: string | null = 'cd'.repeat(32)) =>
  tlsa(3, selector, 0, { content, digest, data: '30' });
const MALFORMED: TlsaRecord = { kind: 'malformed', rdata: '0301' };

describe('a TLSA record', () => {
  it.each<[TlsaRecord, string | null]>([
    [tlsa(3, 1, 1), null],
    [tlsa(2, 0, 2), null],
    [full(0, 'certificate'), null],
    [full(1, 'public-key'), null],
    [MALFORMED, 'malformed'],
    [tlsa(0, 1, 1), 'usage'],
    [tlsa(1, 1, 1), 'usage'],
    [tlsa(4, 1, 1), 'usage'],
    [tlsa(3, 2, 1), 'selector'],
    [tlsa(3, 1, 3), 'matching-type'],
    [tlsa(3, 1, 1, { data: 'ab'.repeat(31) }), 'digest-length'],
    [tlsa(3, 1, 1, { data: 'ab'.repeat(64) }), 'digest-length'],
    [tlsa(3, 1, 2, { data: 'ab'.repeat(32) }), 'digest-length'],
    [full(0, 'public-key'), 'not-a-certificate'],
    [full(0, 'opaque'), 'not-a-certificate'],
    [full(1, 'certificate'), 'not-a-key'],
    [full(1, 'opaque'), 'not-a-key'],
    [full(1, 'public-key', null), 'malformed'],
  ])('%j can be used, or not for that reason: %s (RFC 7672, Section 3.1.3)', (record, why) => {
    expect([whyUnusable(record), isUsable(record)]).toEqual([why, why === null]);
  });

  it('is written as reports write it (RFC 8460, Section 4.4)', () => {
    expect(presentRecord(tlsa(3, 1, 1, { data: 'ab' }))).toBe('3 1 1 AB');
    expect(presentRecord(MALFORMED)).toBe('\\# 2 0301');
    expect(presentRecord({ kind: 'malformed', rdata: '' })).toBe('\\# 0');
    expect(presentRecord({ kind: 'malformed', rdata: 'ab' })).toBe('\\# 1 AB');
  });

  it('is matched by its place, with what it holds', () => {
    expect(recordsToMatch([MALFORMED, tlsa(2, 0, 1), full(1, 'public-key'), tlsa(3, 1, 2)])).toEqual([
      { index: 1, usage: 'dane-ta', selector: 'certificate', matching: 'sha-256', digest: 'ab'.repeat(32) },
      { index: 2, usage: 'dane-ee', selector: 'public-key', matching: 'full', digest: 'cd'.repeat(32) },
      { index: 3, usage: 'dane-ee', selector: 'public-key', matching: 'sha-512', digest: 'ab'.repeat(64) },
    ]);
    expect(recordsToMatch([])).toEqual([]);
  });

  it('with the weaker digest is left out where the same is there with the stronger one (RFC 7671, Section 9)', () => {
    const left = (...records: readonly TlsaRecord[]) => recordsToMatch(records).map(({ index }) => index);
    expect(left(tlsa(3, 1, 1), tlsa(3, 1, 2))).toEqual([1]);
    expect(left(tlsa(3, 1, 1), tlsa(3, 0, 2))).toEqual([0, 1]);
    expect(left(tlsa(3, 1, 1), tlsa(2, 1, 2))).toEqual([0, 1]);
    expect(left(tlsa(3, 1, 1), tlsa(3, 1, 2, { data: 'ab' }))).toEqual([0]);
    expect(left(tlsa(3, 1, 1), full(1, 'public-key'))).toEqual([0, 1]);
    expect(left(full(1, 'public-key'), tlsa(3, 1, 2))).toEqual([0, 1]);
  });
});

describe('what is known of TLSA records', () => {
  const answer = (kind: 'secure' | 'insecure', records: readonly TlsaRecord[]) =>
    ({ kind, records, denial: records.length > 0 ? null : 'nodata', aliases: [], ttlSeconds: 1 }) as const;

  it('is that they are there only where DNSSEC says so (RFC 7672, Section 2.2)', () => {
    const records = [tlsa(3, 1, 1)];
    expect(learnTlsa(answer('secure', records), 'x')).toEqual({ kind: 'present', baseDomain: 'x', records });
    expect(learnTlsa(answer('insecure', records), 'x')).toEqual({ kind: 'absent' });
    expect(learnTlsa(answer('secure', []), 'x')).toEqual({ kind: 'absent' });
    const failed = { kind: 'failed', cause: 'servfail' } as const;
    expect(learnTlsa({ ...failed, extendedError: null }, 'x')).toEqual({ kind: 'failed', cause: 'servfail' });
    expect(learnTlsa({ ...failed, extendedError: 22 }, 'x')).toEqual({
      kind: 'failed',
      cause: 'servfail ede-22',
    });
  });

  it('demands what they promise', () => {
    const present = (...records: readonly TlsaRecord[]) =>
      requireDane({ kind: 'present', baseDomain: 'x', records }).verdict;
    expect([present(tlsa(0, 1, 1), tlsa(3, 1, 1)), present(tlsa(0, 1, 1))]).toEqual([
      'authenticate',
      'encrypt',
    ]);
    expect(requireDane({ kind: 'failed', cause: 'x' }).verdict).toBe('unreachable');
    expect([
      requireDane({ kind: 'absent' }).verdict,
      requireDane({ kind: 'not-applicable' }).verdict,
    ]).toEqual([...['no-demand', 'no-demand']]);
  });
});

it('names are compared with those that DNSSEC proved, the base first and each once (RFC 7672, Section 3.2.2)', () => {
  const facts = {
    ...({ mxSecurity: 'secure', source: 'mx', baseDomain: 'mx.a.example' } as const),
    ...{ nextHop: 'a.example', expandedNextHop: 'b.example' },
  };
  expect(referenceNames(facts)).toEqual(['mx.a.example', 'a.example', 'b.example']);
  expect(referenceNames({ ...facts, expandedNextHop: null })).toEqual(['mx.a.example', 'a.example']);
  expect(referenceNames({ ...facts, expandedNextHop: 'a.example' })).toEqual(['mx.a.example', 'a.example']);
  expect(referenceNames({ ...facts, mxSecurity: 'insecure' })).toEqual(['mx.a.example']);
  expect(referenceNames({ ...facts, source: 'implicit', mxSecurity: 'insecure' })).toEqual([
    ...['mx.a.example', 'a.example'],
  ]);
  expect(referenceNames({ ...facts, source: 'relay', nextHop: 'mx.a.example' })).toEqual(['mx.a.example']);
});
