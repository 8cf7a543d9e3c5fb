import { describe, expect, it } from 'vitest';
import { parseResolver, systemResolvers, trustsAd } from './resolver-config.js';

describe('a resolver', () => {
  it('is an address, with or without a port', () => {
    expect(parseResolver('192.0.2.1')).toEqual({ address: '192.0.2.1', port: 53 });
    expect(parseResolver('192.0.2.1:5353')).toEqual({ address: '192.0.2.1', port: 5353 });
    expect(parseResolver('::1')).toEqual({ address: '::1', port: 53 });
    expect(parseResolver('[::1]')).toEqual({ address: '::1', port: 53 });
    expect(parseResolver('[2001:db8::1]:53')).toEqual({ address: '2001:db8::1', port: 53 });
  });

  it('is nothing else', () => {
    const bad = [
      '',
      'localhost',
      '192.0.2',
      '192.0.2.1:',
      '192.0.2.1:0',
      '192.0.2.1:65536',
      '[192.0.2.1]:53',
      '[::1',
    ];
    for (const text of [...bad, '[::1]x', ' 192.0.2.1', '192.0.2.1:53\n', '192.0.2.1:123456']) {
      expect(parseResolver(text)).toBeNull();
    }
  });
});

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

  it('counts from this very host, or where the operator says so (DANE-2.1.1-4)', () => {
    expect(trustsAd(from('127.0.0.53', '::1', '::ffff:127.0.0.1'))).toBe(true);
    expect(trustsAd(from('127.0.0.1', '192.0.2.1'))).toBe(false);
    expect(trustsAd(from())).toBe(false);
    expect(trustsAd(from('2001:db8::1'))).toBe(false);
    expect(trustsAd({ ...from('192.0.2.1'), trustAd: true })).toBe(true);
    expect(trustsAd({ ...from('127.0.0.1'), trustAd: false })).toBe(false);
    expect(trustsAd(systemResolvers('nameserver 192.0.2.1\noptions trust-ad'))).toBe(true);
    expect(trustsAd(systemResolvers('nameserver 192.0.2.1'))).toBe(false);
  });
});
