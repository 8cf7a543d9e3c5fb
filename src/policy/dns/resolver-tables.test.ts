import { describe, expect, it } from 'vitest';
import { decide, inputsOf } from '../kernel/table.js';
import { judgeDnsReply, type ReplyFacts } from './dns-reply.js';
import { dnsReply } from './dns-reply.table.js';
import { kindOfError, tellingError } from './extended-error.js';
import { lifetimeOf } from './lifetime.js';
import { judgeFailover, resolverFailover } from './resolver-failover.table.js';
import { resolverSelfTest } from './resolver-self-test.table.js';
import { resolverTrust } from './resolver-trust.table.js';

describe('trust in a resolver', () => {
  it('is for the operator to give or to take, and else goes with the path (SEC-4033-7-1, TLSA-4.1-2, DANE-2.1.1-4)', () => {
    for (const input of inputsOf(resolverTrust)) {
      const safePath = input.transport !== 'plain' || input.location === 'loopback';
      const believed = input.stated === 'yes' || (input.stated === 'unsaid' && safePath);
      expect(decide(resolverTrust, input).verdict, JSON.stringify(input)).toBe(
        believed ? 'believe-ad' : 'ignore-ad',
      );
    }
  });
});

describe('a response', () => {
  const reply = (own: Partial<ReplyFacts>) =>
    judgeDnsReply({ rcode: 0, ad: 'set', resolver: 'believed', extendedError: null, ...own }).verdict;

  it('is secure only with AD, from one that is believed, and with data or a denial (SEC-4035-4.3-1)', () => {
    for (const input of inputsOf(dnsReply)) {
      const { verdict } = decide(dnsReply, input);
      const isAnswer = input.rcode === 'noerror' || input.rcode === 'nxdomain';
      const isSecure = isAnswer && input.ad === 'set' && input.resolver === 'believed';
      expect(verdict === 'secure', JSON.stringify(input)).toBe(isSecure);
      expect(verdict === 'secure' || verdict === 'insecure').toBe(isAnswer);
    }
  });

  it('is read by its RCODE alone as far as success goes: the extended error only names the failure (EDE-3-1)', () => {
    for (let rcode = 0; rcode < 30; rcode++) {
      const kinds = [null, 3, 5, 6, 22].map((extendedError) => reply({ rcode, extendedError }));
      const succeeded = kinds.map((kind) => kind === 'secure' || kind === 'insecure');
      expect(new Set(succeeded).size, `${rcode}`).toBe(1);
    }
  });

  it('that is withheld is bogus if validation is named, indeterminate or not (DANE-2.1.1-3)', () => {
    expect([1, 2, 5, 6, 7, 8, 9, 10, 11, 12].map((code) => reply({ rcode: 2, extendedError: code }))).toEqual(
      new Array(10).fill('bogus'),
    );
    expect([null, 0, 3, 4, 13, 22, 30].map((code) => reply({ rcode: 2, extendedError: code }))).toEqual(
      new Array(7).fill('servfail'),
    );
    expect([1, 4, 5, 6, 9, 16, 23].map((rcode) => reply({ rcode }))).toEqual([
      ...['servfail', 'servfail', 'refused', 'servfail', 'servfail', 'servfail', 'servfail'],
    ]);
  });
});

describe('the next resolver', () => {
  it('is asked where one will not serve us, and never where validation may have failed (SEC-SVC-1)', () => {
    expect([0, 1, 2, 3, 4, 5, 9].map((rcode) => judgeFailover(rcode, 'theirs').verdict)).toEqual([
      ...['answer', 'answer', 'answer', 'answer', 'next-server', 'next-server', 'answer'],
    ]);
    expect(judgeFailover(2, 'ours').verdict).toBe('next-server');
    for (const input of inputsOf(resolverFailover))
      if (input.rcode === 'noerror' || input.rcode === 'nxdomain')
        expect(decide(resolverFailover, input).verdict).toBe('answer');
  });
});

describe('the self-test', () => {
  it('passes only a resolver that is believed, vouches for the signed and withholds the forged (SEC-SELF-1)', () => {
    for (const input of inputsOf(resolverSelfTest)) {
      const { verdict } = decide(resolverSelfTest, input);
      const { trust, signed, bogus, unsigned } = input;
      const passes =
        trust === 'believed' && signed === 'secure' && bogus === 'refused' && unsigned !== 'secure';
      expect(verdict === 'validates', JSON.stringify(input)).toBe(passes);
      const isCaught =
        trust === 'ignored' || signed === 'insecure' || bogus === 'answered' || unsigned === 'secure';
      expect(verdict === 'does-not-validate', JSON.stringify(input)).toBe(isCaught);
    }
  });
});

describe('extended errors', () => {
  it('are several perhaps: the first about validation tells most, else the first (EDE-3-1)', () => {
    expect(tellingError([])).toBeNull();
    expect(tellingError([22, 23])).toBe(22);
    expect(tellingError([22, 7, 6])).toBe(7);
    expect(kindOfError(null)).toBe('none');
    expect(kindOfError(3)).toBe('other');
  });
});

describe('the life of an answer', () => {
  it('is bounded, and short for what failed (DNS-2308-7-1, DNS-2308-5-1)', () => {
    const answer = { kind: 'secure', records: [], aliases: [], ttlSeconds: 10 ** 9 } as const;
    expect(lifetimeOf({ ...answer, denial: null })).toBe(86_400);
    expect(lifetimeOf({ ...answer, denial: 'nodata' })).toBe(10_800);
    expect(lifetimeOf({ ...answer, denial: 'nxdomain', ttlSeconds: 0 })).toBe(0);
    expect(lifetimeOf({ ...answer, denial: null, ttlSeconds: -1 })).toBe(0);
    for (const cause of ['bogus', 'servfail', 'timeout'] as const)
      expect(lifetimeOf({ kind: 'failed', cause, extendedError: null })).toBeLessThan(300);
  });
});
