import { describe, expect, it } from 'vitest';
import { lookup } from './records.js';
import type { World } from './world.js';

const world: World = {
  signedZones: ['signed.example'],
  dns: {
    'MX signed.example': ['10 mx.signed.example'],
    'A mx.signed.example': ['@mx'],
    'AAAA mx.signed.example': { security: 'insecure', records: ['2001:db8::1'] },
    'TLSA mx.signed.example': ['3 1 1 @mx'],
    'CNAME alias.signed.example': ['mx.signed.example.'],
    'CNAME far.signed.example': ['host.plain.example'],
    'CNAME gone.signed.example': ['nowhere.plain.example'],
    'A host.plain.example': ['192.0.2.1'],
    'CNAME loop.plain.example': ['pool.plain.example'],
    'CNAME pool.plain.example': ['loop.plain.example'],
    'TXT broken.plain.example': { fails: 'bogus' },
    'A denied.plain.example': { denial: 'nxdomain', security: 'secure' },
    'A empty.plain.example': [],
    'CNAME _25._tcp.alias.signed.example': ['_25._tcp.mx.signed.example'],
    'CNAME _25._tcp.shared.signed.example': ['_dane.signed.example'],
    'TLSA _dane.signed.example': ['2 0 1 @mx:ca'],
  },
};
const find = (type: Parameters<typeof lookup>[1], name: string, port = 25) => lookup(world, type, name, port);

describe('lookup', () => {
  it('is secure at and below a signed zone, unless the record set says otherwise', () => {
    expect(find('MX', 'signed.example')).toMatchObject({
      security: 'secure',
      records: ['10 mx.signed.example'],
    });
    expect(find('AAAA', 'mx.signed.example')).toMatchObject({ security: 'insecure' });
    expect(find('A', 'host.plain.example')).toMatchObject({ security: 'insecure', denial: null });
    expect(find('A', 'unsigned.example')).toMatchObject({ security: 'insecure', denial: 'nxdomain' });
    expect(find('A', 'none.signed.example')).toMatchObject({ security: 'secure', denial: 'nxdomain' });
    expect(lookup({ ...world, signedZones: ['.'] }, 'A', 'host.plain.example', 25)).toMatchObject({
      security: 'secure',
    });
  });

  it('tells an absent type from an absent name', () => {
    expect(find('TXT', 'mx.signed.example')).toMatchObject({ denial: 'nodata', records: [] });
    expect(find('A', 'plain.example')).toMatchObject({ denial: 'nodata' });
    expect(find('A', '_tcp.mx.signed.example')).toMatchObject({ denial: 'nodata' });
    expect(find('A', 'empty.plain.example')).toMatchObject({ denial: 'nodata' });
    expect(find('MX', 'broken.plain.example')).toMatchObject({ denial: 'nodata' });
    expect(find('A', 'denied.plain.example')).toMatchObject({ denial: 'nxdomain', security: 'secure' });
    expect(find('AAAA', 'denied.plain.example')).toMatchObject({ denial: 'nxdomain', security: 'insecure' });
    expect(find('A', 'lain.example')).toMatchObject({ denial: 'nxdomain' });
  });

  it('follows aliases and is only as secure as each of them', () => {
    expect(find('A', 'alias.signed.example')).toMatchObject({
      security: 'secure',
      aliases: [{ from: 'alias.signed.example', to: 'mx.signed.example', security: 'secure' }],
      records: ['@mx'],
    });
    expect(find('A', 'far.signed.example')).toMatchObject({ security: 'insecure', records: ['192.0.2.1'] });
    expect(find('A', 'gone.signed.example')).toMatchObject({ denial: 'nxdomain', aliases: [{}] });
    expect(find('CNAME', 'far.signed.example')).toMatchObject({
      security: 'secure',
      aliases: [],
      records: ['host.plain.example'],
    });
  });

  it('fails where the world says so, and in a loop of aliases', () => {
    expect(find('TXT', 'broken.plain.example')).toEqual({ kind: 'fails', cause: 'bogus' });
    expect(find('A', 'loop.plain.example')).toEqual({ kind: 'fails', cause: 'servfail' });
  });

  it('finds TLSA records below the port in use only, also through aliases', () => {
    expect(find('TLSA', '_25._tcp.mx.signed.example')).toMatchObject({ records: ['3 1 1 @mx'] });
    expect(find('TLSA', '_2525._tcp.mx.signed.example', 2525)).toMatchObject({ records: ['3 1 1 @mx'] });
    expect(find('TLSA', '_25._tcp.mx.signed.example', 2525)).toMatchObject({ denial: 'nxdomain' });
    expect(find('TLSA', 'mx.signed.example')).toMatchObject({ denial: 'nodata' });
    expect(find('TLSA', '_2525._tcp.alias.signed.example', 2525)).toMatchObject({
      aliases: [{ to: '_2525._tcp.mx.signed.example' }],
      records: ['3 1 1 @mx'],
    });
    expect(find('TLSA', '_25._tcp.shared.signed.example')).toMatchObject({ records: ['2 0 1 @mx:ca'] });
  });
});
