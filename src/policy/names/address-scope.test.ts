import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registeredBlocks } from '../../../spec/registries/special-purpose.js';
import { scopeOf } from './address-scope.js';
import { judgeAddress } from './target-address.table.js';

describe('where an address points (X-13)', () => {
  it.each([
    ['32.1.13.184', 'public'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['::ffff:0:7f00:1', 'loopback'],
    ['::ffff:0:10.0.0.1', 'private'],
    ['::ffff:0:0.0.0.0', 'unusable'],
    ['::ffff:0:198.41.0.4', 'private'],
    ['::127.0.0.1', 'loopback'],
    ['::198.41.0.4', 'private'],
    ['::1', 'loopback'],
    ['::', 'unusable'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::198.41.0.4', 'public'],
    ['64:ff9b::224.0.0.1', 'unusable'],
    ['64:ff9b::1:198.41.0.4', 'private'],
    ['64:ff9b:1::198.41.0.4', 'private'],
    ['64:ff9b:1:a00:0:100:808:808', 'private'],
    ['64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'private'],
    ['64:ff9b:2::198.41.0.4', 'private'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a00:1::', 'private'],
    ['2002:c629:4::', 'public'],
    ['2001::', 'unusable'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'private'],
    ['2001:0:4136:e378:8000:63bf:80ff:fffe', 'loopback'],
    ['2001:0:7f00:1:8000:63bf:3fff:fdd2', 'loopback'],
    ['2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'unusable'],
    ['2a00:1450::5efe:10.0.0.1', 'private'],
    ['2a00:1450::200:5efe:127.0.0.1', 'loopback'],
    ['2a00:1450::5efe:198.41.0.4', 'public'],
    ['2a00:1450:0:0:1:5efe:10.0.0.1', 'public'],
    ['2a00:1450:0:0:300:5efe:10.0.0.1', 'public'],
    ['2a00:1450::5eff:10.0.0.1', 'public'],
    ['2a00:1450::5ffe:10.0.0.1', 'public'],
    ['mx.a.example', 'unusable'],
    ['', 'unusable'],
    ['100::1', 'unusable'],
    ['100:0:0:1::1', 'unusable'],
    ['100:0:0:2::1', 'private'],
    ['4000::1', 'private'],
    ['5f00::1', 'private'],
    ['fd00::1', 'private'],
    ['fec0::1', 'private'],
    ['ff02::1', 'unusable'],
    ['2001:2::1', 'private'],
    ['2001:3::1', 'public'],
    ['2001:20::1', 'public'],
    ['2001:5::1', 'private'],
    ['192.0.0.9', 'public'],
    ['192.0.0.8', 'unusable'],
    ['192.88.99.1', 'private'],
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

  it('is never milder than where the IPv4 address inside it points', () => {
    const mildest = ['public', 'private', 'loopback', 'unusable'];
    const hex = (address: string, veil: number) =>
      address.split('.').map((octet) => (Number(octet) ^ veil).toString(16).padStart(2, '0'));
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a, b, c, d] = hex(address, 0);
        const [v, w, x, y] = hex(address, 0xff);
        expect(scopeOf(`::ffff:${address}`)).toBe(scopeOf(address));
        for (const disguised of [
          `::ffff:0:${address}`,
          `64:ff9b::${address}`,
          `2002:${a}${b}:${c}${d}::1`,
          `2001:0:${a}${b}:${c}${d}::3fff:fdd2`,
          `2001:0:4136:e378::${v}${w}:${x}${y}`,
          `2a00:1450::5efe:${address}`,
        ])
          expect(mildest.indexOf(scopeOf(disguised)), disguised).toBeGreaterThanOrEqual(
            mildest.indexOf(scopeOf(address)),
          );
      }),
    );
  });

  it("keeps a stranger's names away from our own network in every disguise (CHOICE-14)", () => {
    for (const address of [
      '::ffff:0:127.0.0.1',
      '2001:0:7f00:1:8000:63bf:3fff:fdd2',
      '3fff::1',
      '64:ff9b:1:a00:0:100:808:808',
      '2a00:1450::5efe:10.0.0.1',
    ])
      expect(judgeAddress(address, 'refuse')).toMatchObject({ verdict: 'leave-out', row: 'ADDR-2' });
  });

  it('is public for a registered range if the registry says that it can be reached from everywhere, and else never', () => {
    const blocks = registeredBlocks(fileURLToPath(new URL('../../..', import.meta.url)));
    expect(blocks.length).toBeGreaterThan(50);
    for (const { block, globallyReachable } of blocks) {
      const [address = ''] = block.split('/');
      // The one is the IPv4 address in another spelling, the other one leads to the IPv4 address within.
      if (block === '::ffff:0:0/96' || block === '2002::/16' || block === '64:ff9b::/96') continue;
      expect(scopeOf(address) === 'public', block).toBe(globallyReachable === 'True');
    }
  });
});
