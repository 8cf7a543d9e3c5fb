import { describe, expect, it } from 'vitest';
import { answered, attempt, factOf, failed, host, NOW, POLICY, policy } from '../evidence.fixture.js';
import type { AttemptEvidence } from '../evidence.js';

const DAY_MS = 86_400_000;
const said = (table: string, column: string, word: string, own: Partial<AttemptEvidence> = {}) =>
  factOf(table, { [column]: word }, column, { attempt: attempt(own) }).says;
const bare = (table: string, column: string, word: string) => factOf(table, { [column]: word }, column).says;

describe('facts of MX records', () => {
  const mx = answered(
    [
      { preference: 10, exchange: 'mx.a.example' },
      { preference: 20, exchange: '' },
    ],
    'secure',
  );
  const LIST = '"10 mx.a.example." and "20 ." (validated by DNSSEC, TTL 300 s)';

  it.each([
    ['hosts', mx, `a.example has the MX records ${LIST}.`],
    ['null-mx', mx, 'a.example has the one MX record "0 ." (validated by DNSSEC, TTL 300 s).'],
    ['no-usable-name', mx, `None of the MX records of a.example names a host: ${LIST}.`],
    ['only-us', mx, `No MX record of a.example is preferred to one that names this system: ${LIST}.`],
    ['nodata', answered([]), 'a.example exists and has no MX records (not validated by DNSSEC).'],
    ['nxdomain', answered([]), 'a.example does not exist: NXDOMAIN (not validated by DNSSEC).'],
    [
      'failed',
      failed('timeout'),
      'The MX lookup of a.example failed: our resolver gave no answer in time (timeout).',
    ],
    ['hosts', failed('timeout'), 'a.example has the MX records (not recorded).'],
    ['hosts', null, 'a.example has the MX records (not recorded).'],
    ['nodata', null, 'a.example exists and has no MX records.'],
    ['failed', mx, 'The MX lookup of a.example failed.'],
  ] as const)('%s', (word, answer, says) => {
    expect(said('mx-discovery', 'answer', word, { mx: answer as never })).toBe(says);
  });

  it('that name nobody, and what speaks against them', () => {
    expect(said('mx-denial', 'answer', 'insecure', { mx: answered([]) })).toBe(
      'The MX answer of a.example, which names no host to deliver to, is not validated by DNSSEC.',
    );
    expect(bare('mx-denial', 'answer', 'insecure')).toContain('is not recorded.');
    expect(said('mx-denial', 'policy', 'enforced', { sts: policy() })).toMatch(
      /^The MTA-STS policy of a\.example has mode enforce/,
    );
    const cache = { kind: 'read', failure: null } as const;
    const kept = { id: 'k', policy: POLICY, fetchedAt: NOW - DAY_MS };
    expect(said('mx-denial', 'policy', 'enforced', { cache: { ...cache, cached: kept } })).toBe(
      'An enforced policy of a.example (id k, mode enforce, fetched on 2026-04-30T12:00:00Z, 24 hours ago, max_age 7 days) is kept and has not expired.',
    );
    expect(said('mx-denial', 'policy', 'enforced', { cache: { ...cache, cached: null } })).toBe(
      'An enforced policy is kept and has not expired.',
    );
    const owners = ['enforced', 'unknown', 'other'].map(
      (word) => factOf('mx-denial', { policy: word }, 'policy').owner,
    );
    expect(owners).toEqual(['recipient', 'operator', 'recipient']);
  });
});

describe('facts of an MTA-STS record', () => {
  const record = (...records: readonly string[]) => ({ txt: answered(records) });
  it.each([
    ['same-id', record('v=STSv1; id=7;'), '_mta-sts.a.example announces the id of the kept policy, 7.'],
    ['other-id', record('v=STSv1; id=7;'), '_mta-sts.a.example announces an id that is not kept, 7.'],
    ['other-id', {}, '_mta-sts.a.example announces an id that is not kept.'],
    ['absent', record(), 'There is no MTA-STS record at _mta-sts.a.example (not validated by DNSSEC).'],
    ['absent', {}, 'There is no MTA-STS record at _mta-sts.a.example.'],
    [
      'invalid',
      record('v=STSv1; id=-;'),
      'What stands at _mta-sts.a.example is no valid MTA-STS record (REASON): "v=STSv1; id=-;".',
    ],
    ['invalid', record('v=STSv1; id=7;'), 'What stands at _mta-sts.a.example is no valid MTA-STS record.'],
    ['invalid', {}, 'What stands at _mta-sts.a.example is no valid MTA-STS record.'],
    [
      'failed',
      { txt: failed('refused') },
      'The TXT lookup of _mta-sts.a.example failed: our resolver refuses to answer (refused).',
    ],
    ['failed', record(), 'The TXT lookup of _mta-sts.a.example failed.'],
  ] as const)('%s, %j', (word, own, says) => {
    expect(said('policy-cache', 'record', word, own).replace(/ \([a-z-]+\): "/, ' (REASON): "')).toBe(says);
  });

  it('are whoever can make the lookup fail', () => {
    const owner = (own: Partial<AttemptEvidence>) =>
      factOf('policy-cache', { record: 'failed' }, 'record', { attempt: attempt(own) }).owner;
    expect([owner({ txt: failed('timeout') }), owner({ txt: failed('bogus') }), owner({})]).toEqual([
      ...['resolver', 'recipient', 'recipient'],
    ]);
    const cached = ['none', 'expired', 'current', 'from-the-future', 'unreadable'].map(
      (word) => factOf('policy-cache', { cached: word }, 'cached').owner,
    );
    expect(cached).toEqual(['recipient', 'recipient', 'recipient', 'operator', 'operator']);
  });
});

describe('facts of a fetch', () => {
  it('are what was served, or why nothing was', () => {
    expect(said('policy-cache', 'fetched', 'policy', { fetched: { kind: 'policy', policy: POLICY } })).toBe(
      'https://mta-sts.a.example served a policy: mode enforce, mx *.a.example and mail.b.example, max_age 7 days.',
    );
    const refused = { kind: 'failed', failure: 'policy-invalid', reason: 'no-version' } as const;
    expect(said('policy-cache', 'fetched', 'failed', { fetched: refused })).toBe(
      'https://mta-sts.a.example served no policy: there is no "version: STSv1" in the file.',
    );
    expect(said('policy-cache', 'fetched', 'failed')).toBe('https://mta-sts.a.example served no policy.');
  });

  it('are that one failed a short while ago', () => {
    const failure = { id: '7', failedAt: NOW - 60_000 };
    const cache = { kind: 'read', cached: null, failure } as const;
    expect(said('policy-cache', 'backoff', 'yes', { cache })).toBe(
      'A fetch for the id 7 failed at 2026-05-01T11:59:00Z, 60 seconds ago, and 5 minutes have to pass.',
    );
    for (const none of [{ ...cache, failure: null }, { kind: 'unreadable' } as const, null])
      expect(said('policy-cache', 'backoff', 'yes', { cache: none })).toBe(
        'A fetch for the id that is wanted failed a short while ago, and 5 minutes have to pass.',
      );
    expect(bare('policy-cache', 'backoff', 'yes')).toBe(
      'A fetch for the id that is wanted failed a short while ago.',
    );
  });
});

describe('facts of a transport', () => {
  const under = (word: string, transport: object | null) => {
    const chosen = { name: 'out', transport, decision: null } as never;
    return factOf('next-hop', { transport: word }, 'transport', {
      attempt: attempt({}, { transport: chosen }),
    }).says;
  };
  it('are where it leads', () => {
    const relay = { kind: 'relay', host: 'relay.b.example', port: 465 };
    const goes = 'The mail was given the transport out: the relay relay.b.example port 465';
    expect(under('relay', relay)).toBe(`${goes}.`);
    expect(under('parked', relay)).toBe(`${goes}, which refused to know us a short while ago.`);
    expect(under('fail', { kind: 'fail', status: '5.7.1', text: 'not here' })).toBe(
      'The mail was given the transport out, which says: 5.7.1 not here.',
    );
    expect(under('direct', { kind: 'direct' })).toBe('The mail was given no transport but the usual one.');
    expect(under('unknown', null)).toBe('There is no transport of the name out.');
    expect(under('relay', null)).toBe('The mail was given the transport out.');
    expect(bare('next-hop', 'transport', 'unknown')).toBe(
      'There is no transport of the name that was asked for.',
    );
    expect(bare('next-hop', 'transport', 'relay')).toBe(
      'The mail was given the transport that was asked for.',
    );
  });

  it('and of a destination', () => {
    expect(said('next-hop', 'destination', 'domain')).toBe('The message goes to the domain a.example.');
    expect(said('next-hop', 'rule', 'none')).toBe('No rule of the operator names a relay for a.example.');
    expect(
      factOf('next-hop', { destination: 'literal' }, 'destination', {
        host: host({}, { destination: { kind: 'literal', address: '192.0.2.9' } }),
      }).says,
    ).toBe('The message goes to the address [192.0.2.9].');
  });
});
