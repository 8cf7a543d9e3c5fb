import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isResolverServer, type ResolverServer } from './resolver-config.js';
import { parseResolver, parseResolvers, resolverText } from './resolver-text.js';

describe('a resolver in text', () => {
  it('is an address, with or without a port', () => {
    expect(parseResolver('192.0.2.1')).toEqual({ address: '192.0.2.1', port: 53 });
    expect(parseResolver('192.0.2.1:5353')).toEqual({ address: '192.0.2.1', port: 5353 });
    expect(parseResolver('::1')).toEqual({ address: '::1', port: 53 });
    expect(parseResolver('[::1]')).toEqual({ address: '::1', port: 53 });
    expect(parseResolver('[2001:db8::1]:53')).toEqual({ address: '2001:db8::1', port: 53 });
  });

  it('may be asked by TLS, by name or by address', () => {
    const tls = { transport: 'tls', address: '192.0.2.1', port: 853 } as const;
    expect(parseResolver('tls://192.0.2.1')).toEqual({ ...tls, name: '192.0.2.1' });
    expect(parseResolver('tls://192.0.2.1:8853#DNS.example')).toEqual({
      ...tls,
      port: 8853,
      name: 'dns.example',
    });
    expect(parseResolver('tls://[2001:db8::1]#dns.example')).toMatchObject({
      address: '2001:db8::1',
      port: 853,
    });
    expect(parseResolver('tls://2001:db8::1')).toMatchObject({ address: '2001:db8::1', name: '2001:db8::1' });
  });

  it('may be asked by HTTPS, at an address that is given', () => {
    const https = { transport: 'https', address: '192.0.2.1', port: 443, path: '/dns-query' } as const;
    expect(parseResolver('https://dns.example/dns-query#192.0.2.1')).toEqual({
      ...https,
      name: 'dns.example',
    });
    expect(parseResolver('https://192.0.2.1:8443/dns-query')).toEqual({
      ...https,
      port: 8443,
      name: '192.0.2.1',
    });
    expect(parseResolver('https://[2001:db8::1]/q?a=b')).toEqual({
      transport: 'https',
      address: '2001:db8::1',
      port: 443,
      name: '2001:db8::1',
      path: '/q?a=b',
    });
  });

  it('is nothing else', () => {
    const bad = [
      ...[
        '',
        'localhost',
        '192.0.2',
        '192.0.2.1:',
        '192.0.2.1:0',
        '192.0.2.1:65536',
        '[192.0.2.1]:53',
        '[::1',
      ],
      ...['[::1]x', ' 192.0.2.1', '192.0.2.1:53\n', '192.0.2.1:123456', 'http://192.0.2.1/', 'tls:192.0.2.1'],
      ...['tls://dns.example', 'tls://192.0.2.1#', 'tls://192.0.2.1#a b', 'tls://192.0.2.1#a#b', 'tls://'],
      ...['https://dns.example/dns-query', 'https://dns.example#192.0.2.1', 'https:///q#192.0.2.1'],
      ...[
        'https://dns.example/q#dns.example',
        'https://d_s/q#192.0.2.1',
        'https://192.0.2.1/a b',
        'https://u@h/q#::1',
      ],
      'https://192.0.2.1/q\r\nX: y',
    ];
    for (const text of bad) expect(parseResolver(text), text).toBeNull();
  });

  it('reads as it was written', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const port = fc.integer({ min: 1, max: 65_535 });
    const name = fc.oneof(fc.constantFrom('dns.example', 'xn--bcher-kva.example', 'a'), fc.ipV4());
    const path = fc.stringMatching(/^\/[a-z0-9/?=._~-]{0,20}$/);
    const server: fc.Arbitrary<ResolverServer> = fc.oneof(
      fc.record({ address, port }),
      fc.record({ transport: fc.constant('tls' as const), address, port, name }),
      fc.record({ transport: fc.constant('https' as const), address, port, name, path }),
    );
    fc.assert(
      fc.property(server, (one) => {
        expect(isResolverServer(one)).toBe(true);
        expect(parseResolver(resolverText(one))).toEqual(one);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseResolver(text)));
  });

  it('may stand in a list', () => {
    expect(parseResolvers('127.0.0.1, tls://192.0.2.1')).toEqual([
      { address: '127.0.0.1', port: 53 },
      { transport: 'tls', address: '192.0.2.1', port: 853, name: '192.0.2.1' },
    ]);
    for (const bad of ['', '127.0.0.1,', '127.0.0.1,x', new Array(9).fill('127.0.0.1').join()])
      expect(parseResolvers(bad)).toBeNull();
  });
});

it('a resolver from a caller without a compiler is looked at', () => {
  const bad: unknown[] = [
    { address: 'dns.example', port: 53 },
    { address: '192.0.2.1', port: 0 },
    { address: '192.0.2.1', port: '53' },
    { transport: 'tls', address: '192.0.2.1', port: 853, name: 'a b' },
    { transport: 'https', address: '192.0.2.1', port: 443, name: 'dns.example', path: 'dns-query' },
    { transport: 'quic', address: '192.0.2.1', port: 853, name: 'dns.example' },
  ];
  for (const one of bad) expect(isResolverServer(one as ResolverServer), JSON.stringify(one)).toBe(false);
});
