import { describe, expect, it } from 'vitest';
import { trustOf } from './resolver-config.js';
import { systemResolvers } from './system-resolvers.js';
import { trustsAd } from './trusts-ad.js';

describe('resolv.conf', () => {
  it('names at most three servers and some options', () => {
    const text = `# comment
nameserver 192.0.2.1
 nameserver\t2001:db8::1
nameserver example
search example
options edns0 trust-ad timeout:3 attempts:9
nameserver 192.0.2.3
nameserver 192.0.2.4`;
    expect(systemResolvers(text)).toEqual({
      servers: ['192.0.2.1', '2001:db8::1', '192.0.2.3'].map((address) => ({ address, port: 53 })),
      trustAd: true,
      timeoutMs: 3000,
      attempts: 5,
    });
  });

  it('means this host if it names none', () => {
    const config = systemResolvers('options timeout:x attempts:');
    expect(config).toEqual({ servers: [{ address: '127.0.0.1', port: 53 }] });
    expect(trustsAd(config)).toBe(true);
  });
});

describe('AD', () => {
  const from = (...addresses: string[]) => ({ servers: addresses.map((address) => ({ address, port: 53 })) });
  const tls = (address: string) => ({ transport: 'tls', address, port: 853, name: 'dns.example' }) as const;
  const https = { ...tls('192.0.2.1'), transport: 'https', path: '/q' } as const;

  it('counts from this very host (DANE-2.1.1-4)', () => {
    expect(trustsAd(from('127.0.0.53', '::1', '::ffff:127.0.0.1'))).toBe(true);
    expect(trustsAd(from('2001:db8::1'))).toBe(false);
    // What a gateway would make of these is none of this host.
    expect(trustsAd(from('64:ff9b::7f00:1'))).toBe(false);
    expect(trustsAd(from('2002:7f00:1::'))).toBe(false);
  });

  it('does not count unasked from a forwarder on this host, and says why (DANE-2.1.1-4, SEC-4035-4.9.3-1)', () => {
    for (const address of ['127.0.0.11', '::ffff:127.0.0.11']) {
      expect(trustsAd(from(address)), address).toBe(false);
      expect(trustOf(from(address))).toMatchObject([{ row: 'TRUST-6', verdict: 'ignore-ad' }]);
      expect(trustsAd({ ...from(address), trustAd: true })).toBe(true);
    }
    expect(trustsAd(from('127.0.0.53', '127.0.0.11'))).toBe(false);
    expect(trustsAd(from('127.0.0.1', '127.0.0.12', '127.0.0.111'))).toBe(true);
    expect(trustsAd({ servers: [tls('127.0.0.11')] })).toBe(true);
  });

  it('counts over a path that nobody else can speak on (TLSA-4.1-2, SEC-4033-7-1)', () => {
    expect(trustsAd(from('192.0.2.1'))).toBe(false);
    expect(trustsAd({ servers: [tls('192.0.2.1')] })).toBe(true);
    expect(trustsAd({ servers: [https, tls('2001:db8::1'), ...from('127.0.0.1').servers] })).toBe(true);
  });

  it('counts only if it would from every server, since any of them may answer', () => {
    expect(trustsAd(from('127.0.0.1', '192.0.2.1'))).toBe(false);
    expect(trustsAd({ servers: [tls('192.0.2.1'), ...from('192.0.2.1').servers] })).toBe(false);
    expect(trustsAd(from())).toBe(false);
  });

  it('counts, or does not, where the operator says so (DANE-2.1.1-4, SEC-4035-4.9.3-1)', () => {
    expect(trustsAd({ ...from('192.0.2.1'), trustAd: true })).toBe(true);
    expect(trustsAd({ ...from('127.0.0.1'), trustAd: false })).toBe(false);
    expect(trustsAd({ servers: [tls('192.0.2.1')], trustAd: false })).toBe(false);
    expect(trustsAd(systemResolvers('nameserver 192.0.2.1\noptions trust-ad'))).toBe(true);
    expect(trustsAd(systemResolvers('nameserver 192.0.2.1'))).toBe(false);
  });
});
