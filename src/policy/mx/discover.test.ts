import { describe, expect, it } from 'vitest';
import type { MxAnswer, MxRecord } from '../dns/answer.js';
import { mxProofOf, nextHopOf, policyDomainOf, portOf } from './candidate.js';
import {
  betterThanOwn,
  candidatesOf,
  hasEqualPreferences,
  judgeDenial,
  judgeMx,
  withinBound,
} from './discover.js';

const records = (...all: readonly (readonly [number, string])[]): readonly MxRecord[] =>
  all.map(([preference, exchange]) => ({ preference, exchange }));
function answer(of: readonly MxRecord[], denial: 'nodata' | 'nxdomain' | null = null): MxAnswer {
  return { kind: 'insecure', records: of, denial, aliases: [], ttlSeconds: 1 };
}

describe('an MX answer (RFC 5321, Section 5.1)', () => {
  it.each<[string, MxAnswer, string]>([
    ['hosts', answer(records([10, 'mx.a.example'])), 'hosts'],
    ['hosts beside what names none', answer(records([0, ''], [10, 'mx.a.example'])), 'hosts'],
    ['hosts before us', answer(records([10, 'mx.a.example'], [20, 'us.a.example'])), 'hosts'],
    ['us first', answer(records([10, 'us.a.example'], [20, 'mx.a.example'])), 'only-us'],
    ['us among equals', answer(records([10, 'US.a.example'], [10, 'mx.a.example'])), 'only-us'],
    ['nothing that has a name before us', answer(records([0, '1.2.3.4'], [10, 'us.a.example'])), 'only-us'],
    ['the root alone', answer(records([0, ''])), 'null-mx'],
    ['the root twice', answer(records([0, ''], [1, ''])), 'no-usable-name'],
    ['an address', answer(records([0, '192.0.2.1'])), 'no-usable-name'],
    ['no records', answer([], 'nodata'), 'nodata'],
    ['no domain', answer([], 'nxdomain'), 'nxdomain'],
    ['no answer', { kind: 'failed', cause: 'timeout', extendedError: null }, 'failed'],
  ])('names %s', (_, given, word) => {
    expect(judgeMx(given, ['us.a.example', 'other.a.example']).input.answer).toBe(word);
  });

  it('that denies hosts is told by how it was proved', () => {
    const word = (kind: 'secure' | 'insecure') =>
      judgeDenial({ ...answer([], 'nodata'), kind } as MxAnswer, 'other', 'done').input;
    expect([word('secure'), word('insecure')]).toEqual([
      { answer: 'secure', policy: 'other', looked: 'done' },
      { answer: 'insecure', policy: 'other', looked: 'done' },
    ]);
  });

  it('leads past no record that names us', () => {
    const all = records(
      [30, 'a.example'],
      [10, 'b.example'],
      [20, 'us.example'],
      [25, 'us2.example'],
      [20, 'c.example'],
    );
    const names = (own: readonly string[]) => betterThanOwn(all, own).map(({ exchange }) => exchange);
    expect(names(['us.example', 'us2.example'])).toEqual(['b.example']);
    expect(names(['us2.example'])).toEqual(['b.example', 'us.example', 'c.example']);
    expect(names([])).toHaveLength(5);
    expect(betterThanOwn(records([10, '']), [''])).toEqual([]);
  });

  it('has its hosts tried by preference, equal ones as they are drawn, each once', () => {
    const all = records(
      [20, 'd.example'],
      [10, 'a.example'],
      [10, 'B.example'],
      [10, 'c.example'],
      [30, 'a.example'],
      [5, ''],
    );
    const hosts = (draws: readonly number[]) =>
      candidatesOf(all, draws).map(({ host, preference }) => `${preference} ${host}`);
    expect(hosts([0, 3, 1, 2])).toEqual(['10 b.example', '10 c.example', '10 a.example', '20 d.example']);
    expect(hosts([])).toEqual(['10 a.example', '10 b.example', '10 c.example', '20 d.example']);
    expect(candidatesOf(records([1, 'a.example']), [])).toEqual([
      { host: 'a.example', source: 'mx', preference: 1 },
    ]);
    expect([hasEqualPreferences(all), hasEqualPreferences(records([1, 'a'], [2, 'a']))]).toEqual([
      true,
      false,
    ]);
  });

  it('begins with each of three equal hosts about as often, over a thousand draws (SMTP-5.1-11)', () => {
    const equal = records([10, 'a.example'], [10, 'b.example'], [10, 'c.example']);
    let last = 1;
    const draw = () => {
      last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0;
      return last;
    };
    const firsts = Array.from({ length: 1000 }, () => candidatesOf(equal, [draw(), draw(), draw()])[0]!.host);
    for (const host of ['a.example', 'b.example', 'c.example']) {
      const times = firsts.filter((first) => first === host).length;
      expect([host, times > 280 && times < 390]).toEqual([host, true]);
    }
  });

  it('has as many hosts tried as there is room for, those first that nobody came to yet', () => {
    const all = candidatesOf(
      records([1, 'a.example'], [2, 'b.example'], [3, 'c.example'], [4, 'd.example']),
      [],
    );
    const kept = (max: number, ...tried: readonly string[]) =>
      withinBound(all, max, new Set(tried))
        .map(({ host }) => host[0])
        .join('');
    expect([
      kept(4),
      kept(2),
      kept(2, 'a.example'),
      kept(3, 'a.example', 'c.example'),
      kept(1, 'a.example'),
    ]).toEqual([...['abcd', 'ab', 'bc', 'abd', 'b']]);
    expect(kept(2, 'a.example', 'b.example', 'c.example', 'd.example')).toBe('ab');
  });
});

describe('a candidate', () => {
  const mx = { host: 'mx.a.example', source: 'mx', preference: 0 } as const;
  const relay = { host: 'relay.b.example', source: 'relay', preference: 0, port: 587 } as const;
  const domain = { kind: 'domain', name: 'a.example' } as const;
  const literal = { kind: 'literal', address: '192.0.2.1' } as const;

  it('has its port, its next hop and its policy', () => {
    expect([portOf(mx, 25), portOf(relay, 25)]).toEqual([25, 587]);
    expect([nextHopOf(domain, mx), nextHopOf(domain, relay), nextHopOf(literal, null)]).toEqual([
      ...['a.example', 'relay.b.example', '192.0.2.1'],
    ]);
    expect([
      policyDomainOf(domain, null),
      policyDomainOf(domain, relay),
      policyDomainOf(literal, mx),
    ]).toEqual([...['a.example', 'relay.b.example', null]]);
  });

  it('is proved by an MX record where one named it (RFC 7672, Section 2.2.2)', () => {
    const proofs = (['mx', 'implicit', 'literal', 'relay'] as const).map((source) =>
      mxProofOf(source, 'insecure'),
    );
    expect(proofs).toEqual(['insecure', 'none', 'none', 'none']);
    expect(mxProofOf('mx', 'secure')).toBe('secure');
  });
});
