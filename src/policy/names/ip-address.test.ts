import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scopeOf } from './ip-address.js';
import { judgeAddress } from './target-address.table.js';

describe('where an address points (X-13)', () => {
  it.each([
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['::ffff:0:7f00:1', 'loopback'],
    ['::ffff:0:10.0.0.1', 'private'],
    ['::ffff:0:0.0.0.0', 'unusable'],
    ['::ffff:0:198.41.0.4', 'public'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['2002:7f00:1::', 'loopback'],
    ['2001::', 'private'],
    ['2001:0:4136:e378:8000:63bf:80ff:fffe', 'private'],
    ['2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'private'],
    ['2001:1::1', 'public'],
    ['2001:500:2f::f', 'public'],
    ['2001:db8::1', 'private'],
    ['3ffe:ffff::1', 'public'],
    ['3fff::1', 'private'],
    ['3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'private'],
    ['3fff:1000::1', 'public'],
  ])('%s: %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope);
  });

  it('is where the IPv4 address inside it points, in the mapped and in the translated form', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(scopeOf(`::ffff:${address}`)).toBe(scopeOf(address));
        expect(scopeOf(`::ffff:0:${address}`)).toBe(scopeOf(address));
      }),
    );
  });

  it("keeps a stranger's names away from our own network in every disguise (CHOICE-14)", () => {
    for (const address of ['::ffff:0:127.0.0.1', '2001:0:7f00:1::', '3fff::1'])
      expect(judgeAddress(address, 'refuse')).toMatchObject({ verdict: 'leave-out', row: 'ADDR-2' });
  });
});

it('takes the translators of a site for the site, wherever the address stands in them (RFC 8215)', () => {
  for (const address of ['64:ff9b:1:a00:0:100:808:808', '64:ff9b:1::808:808', '64:ff9b:1:ffff::1'])
    expect(scopeOf(address), address).toBe('private');
  expect(scopeOf('64:ff9b::808:808')).toBe('public');
  expect(scopeOf('64:ff9b::a00:1')).toBe('private');
});
