import { describe, expect, it } from 'vitest';
import type { AddressKnowledge } from '../../host/addresses.js';
import type { Candidate } from '../../mx/candidate.js';
import { answered, factOf, failed, host, policy } from '../evidence.fixture.js';
import type { HostEvidence } from '../evidence.js';

const fact = (table: string, column: string, word: string, own: Partial<HostEvidence> = {}) =>
  factOf(table, { [column]: word }, column, { host: host(own) });
const said = (...args: Parameters<typeof fact>) => fact(...args).says;
const owners = (table: string, column: string, words: readonly string[]) =>
  words.map((word) => factOf(table, { [column]: word }, column).owner);

const found = (...addresses: readonly string[]): AddressKnowledge => ({
  ...{ kind: 'found', addresses, security: 'insecure', expandedName: null, families: 'one' },
});

describe('facts of addresses', () => {
  const none = { a: answered<string>([], 'secure'), aaaa: answered<string>([], 'insecure', 'nxdomain') };

  it('are what was answered for each family', () => {
    expect(said('host-without-address', 'addresses', 'none', { addressAnswer: none })).toBe(
      'mx.a.example has no address; no A record (validated by DNSSEC), no AAAA record (NXDOMAIN, not validated by DNSSEC).',
    );
    const half = { a: failed('refused'), aaaa: answered(['2001:db8::1', '2001:db8::2']) };
    expect(said('host-without-address', 'addresses', 'failed', { addressAnswer: half })).toBe(
      'No address of mx.a.example could be learned; A is not known, because our resolver refuses to answer (refused), AAAA 2001:db8::1 and 2001:db8::2 (not validated by DNSSEC, TTL 300 s).',
    );
    expect(said('host-without-address', 'addresses', 'none')).toBe('mx.a.example has no address.');
    expect(said('host-without-address', 'answers', 'insecure', { addressAnswer: none })).toMatch(
      /^Not all that led here was validated by DNSSEC: the MX answer of a\.example is not validated by DNSSEC; no A record/,
    );
  });

  it('are of whoever can mend them', () => {
    const owner = (answer: HostEvidence['addressAnswer']) =>
      fact('host-without-address', 'addresses', 'failed', { addressAnswer: answer }).owner;
    expect(owner({ ...none, a: failed('timeout') })).toBe('resolver');
    expect(owner({ ...none, a: failed('bogus') })).toBe('recipient');
    expect(owner(null)).toBe('recipient');
    expect(owners('host-without-address', 'source', ['mx', 'implicit', 'literal', 'relay'])).toEqual([
      ...['recipient', 'recipient', 'sender', 'operator'],
    ]);
    expect(owners('target-address', 'host', ['of-strangers', 'of-operator'])).toEqual([
      ...['recipient', 'operator'],
    ]);
    const relay: Candidate = { host: 'relay.b.example', source: 'relay', preference: 0, port: 25 };
    const scope = (evidence: object) =>
      factOf('target-address', { scope: 'public' }, 'scope', evidence).owner;
    expect([scope({}), scope({ host: host() }), scope({ host: host({}, { candidate: relay }) })]).toEqual([
      ...['recipient', 'recipient', 'operator'],
    ]);
  });

  it('are those of the kind that is meant', () => {
    const addressKnowledge = found('198.41.0.4', '127.0.0.1', '10.0.0.1', '10.0.0.2', '224.0.0.1');
    const scopes = ['public', 'loopback', 'private', 'unusable'] as const;
    expect(scopes.map((word) => said('target-address', 'scope', word, { addressKnowledge }))).toEqual([
      'Of the addresses of mx.a.example, 198.41.0.4 is public.',
      'Of the addresses of mx.a.example, 127.0.0.1 is loopback.',
      'Of the addresses of mx.a.example, 10.0.0.1 and 10.0.0.2 are private or set aside for special use.',
      'Of the addresses of mx.a.example, 224.0.0.1 is of a kind that no single host has.',
    ]);
    expect(said('target-address', 'scope', 'public')).toBe('An address of mx.a.example is public.');
    const gone = { kind: 'none' } as const;
    expect(said('target-address', 'scope', 'loopback', { addressKnowledge: gone })).toBe(
      'An address of mx.a.example is loopback.',
    );
  });
});

describe('facts of an alias', () => {
  it('are where it leads, and what its record is', () => {
    const expanded: AddressKnowledge = { ...found('192.0.2.1'), expandedName: 'real.b.example' } as never;
    expect(said('tlsa-base', 'alias', 'alias', { addressKnowledge: expanded })).toBe(
      'mx.a.example is an alias that leads to real.b.example.',
    );
    for (const addressKnowledge of [found('192.0.2.1'), { kind: 'none' } as const, null])
      expect(said('tlsa-base', 'alias', 'alias', { addressKnowledge })).toBe('mx.a.example is an alias.');
    expect(said('tlsa-base', 'firstAlias', 'failed', { aliasAnswer: failed('servfail') })).toBe(
      'The CNAME lookup of mx.a.example failed: our resolver answers SERVFAIL (servfail).',
    );
    expect(said('tlsa-base', 'firstAlias', 'failed')).toBe('The CNAME lookup of mx.a.example failed.');
    expect(fact('tlsa-base', 'firstAlias', 'failed', { aliasAnswer: failed('timeout') }).owner).toBe(
      'resolver',
    );
    expect(fact('tlsa-base', 'firstAlias', 'failed').owner).toBe('recipient');
  });
});

describe('facts of demands', () => {
  const sts = (column: string, table: string, word: string, own: Parameters<typeof policy>) =>
    factOf(table, { [column]: word }, column, { host: host({}, { sts: policy(...own) }) }).says;

  it('say what is known of a policy that is not known to be current', () => {
    expect(sts('sts', 'requiretls-demand', 'unknown', [{}, 'stale'])).toMatch(
      /^The MTA-STS policy of a\.example has mode enforce, .*; whether the kept policy of a\.example is still the current one could not be learned\.$/,
    );
    const unknown = factOf('requiretls-demand', { sts: 'unknown' }, 'sts', {
      host: host({}, { sts: { kind: 'unknown' } }),
    });
    expect(unknown.says).toBe('Whether a.example has an MTA-STS policy could not be learned.');
  });

  it('say whether the policy lists the host', () => {
    expect(sts('sts', 'requiretls-demand', 'enforced', [{}])).toMatch(
      /max_age 7 days; the line "mx: \*\.a\.example" of the policy lists mx\.a\.example\.$/,
    );
    expect(sts('sts', 'operator-demand', 'other', [{ mode: 'testing' }])).toMatch(
      /^No enforced policy vouches for mx\.a\.example: the MTA-STS policy of a\.example has mode testing, .*, and the line "mx: /,
    );
  });

  it('name a failed TLSA lookup beside the rule that needs it', () => {
    const tlsa = { kind: 'failed', cause: 'timeout' } as const;
    expect(said('host-barrier', 'operator', 'unreachable', { tlsa })).toBe(
      'No rule of the operator is in force for a.example; the TLSA records at _25._tcp.mx.a.example could not be learned: our resolver gave no answer in time (timeout).',
    );
    expect(fact('host-barrier', 'dane', 'unreachable', { tlsa }).owner).toBe('resolver');
    expect(fact('host-barrier', 'dane', 'unreachable').owner).toBe('recipient');
  });

  it('say which attempt it is', () => {
    const later = (evidence: object) =>
      factOf('cleartext-retry', { attempt: 'later' }, 'attempt', evidence).says;
    expect(later({ host: host({}, { attempt: 3 }) })).toBe('This is attempt 3.');
    expect(later({})).toBe('This is not the first attempt.');
    expect(said('server-name', 'target', 'literal')).toBe('mx.a.example is an address and no name.');
  });
});
