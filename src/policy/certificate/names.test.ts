import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDnsName } from '../names/domain-name.js';
import { addressOctets } from '../names/ip-address.js';
import { parseMailbox } from '../names/mailbox.js';
import { coversName } from '../names/match.js';
import { PLAIN } from './facts.fixture.js';
import { coversOneOf } from './names.js';

const CERTIFICATE = PLAIN;

describe('names in certificates', () => {
  it('any presented name may match any reference (SID-6.2-1)', () => {
    const several = { ...CERTIFICATE, dnsNames: ['www.a.example', 'mx.a.example', 'mx.b.example'] };
    expect(coversOneOf(several, ['mail.c.example', 'mx.b.example'], 'never')).toBe(true);
    expect(coversOneOf(several, ['mail.c.example'], 'never')).toBe(false);
    expect(coversOneOf(several, [], 'never')).toBe(false);
  });

  it('are compared label by label, whatever the case of their letters (SID-6.3-1)', () => {
    expect(coversName('MX.Example.COM', 'mx.example.com')).toBe(true);
    for (const near of [
      'x.example.com',
      'evil-mx.example.com',
      'mx.example.com.evil.test',
      'mx.example.co',
      'mxxexample.com',
      'mx.example.com\0.evil.test',
      'mx.example.com.',
      '\u212Ax.example.com',
    ])
      expect(coversName(near, 'mx.example.com'), near).toBe(false);
  });

  it('a wildcard is the whole first label and stands for one (SID-6125-6.4.3-1)', () => {
    expect(coversName('*.a.example', 'mx.a.example')).toBe(true);
    // An A-label is a label like any other; no part of one is.
    expect(coversName('*.a.example', 'xn--bcher-kva.a.example')).toBe(true);
    for (const wrong of [
      'xn--*.a.example',
      'm*.a.example',
      '*x.a.example',
      'mx.*.example',
      '*.*.example',
      '*',
      '*.example',
      '*.mx.a.example',
    ])
      expect(coversName(wrong, 'mx.a.example'), wrong).toBe(false);
    expect(coversName('*.a.example', 'a.example')).toBe(false);
    expect(coversName('*.a.example', 'b.mx.a.example')).toBe(false);
  });

  it('a wildcard for everything below a top-level domain covers nothing (SID-6125-6.4.3-1)', () => {
    expect(coversName('*.com', 'example.com')).toBe(false);
    expect(coversName('*.co.uk', 'example.co.uk')).toBe(true);
  });

  it('internationalized reference names are A-labels before they are compared (SID-6.3-2)', () => {
    const mailbox = parseMailbox('user@b\u00FCcher.example', domainToASCII);
    const name = mailbox?.destination.kind === 'domain' ? mailbox.destination.name : '';
    expect(name).toBe('xn--bcher-kva.example');
    expect(coversName('xn--bcher-kva.example', name)).toBe(true);
    expect(coversName('XN--BCHER-KVA.example', name)).toBe(true);
    expect(coversName('b\u00FCcher.example', name)).toBe(false);
  });

  it('a common name stands in for a missing DNS-ID only, and elsewhere than in DANE for no other identifier (SID-6125-6.4.4-1)', () => {
    const host = 'mx.a.example';
    const named = { ...CERTIFICATE, dnsNames: [], commonNames: [host] };
    const covers = (certificate: typeof CERTIFICATE) =>
      (['never', 'without-dns-id', 'without-other-ids'] as const).map((use) =>
        coversOneOf(certificate, [host], use),
      );
    expect(covers(named)).toEqual([false, true, true]);
    expect(covers({ ...named, dnsNames: ['www.a.example'] })).toEqual([false, false, false]);
    for (const form of ['uri', 'other'] as const)
      expect(covers({ ...named, otherNames: ['directory', form] }), form).toEqual([false, true, false]);
    expect(covers({ ...named, otherNames: ['email', 'directory'], ipAddresses: ['c0000201'] })).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('an address is covered by its own octets and by no name (SID-6.4-1)', () => {
    const named = { ...CERTIFICATE, dnsNames: ['192.0.2.1'], commonNames: ['192.0.2.1'] };
    expect(coversOneOf(named, ['192.0.2.1'], 'without-dns-id')).toBe(false);
    expect(coversOneOf({ ...named, dnsNames: [] }, ['192.0.2.1'], 'without-dns-id')).toBe(false);
    const addressed = { ...CERTIFICATE, ipAddresses: ['c0000201', '20010db8000000000000000000000001'] };
    expect(coversOneOf(addressed, ['192.0.2.1'], 'never')).toBe(true);
    expect(coversOneOf(addressed, ['192.0.2.2'], 'never')).toBe(false);
    expect(coversOneOf(addressed, ['2001:db8:0::1'], 'never')).toBe(true);
    // The same host behind another form of address is not the same octets.
    expect(coversOneOf(addressed, ['::ffff:192.0.2.1'], 'never')).toBe(false);
    expect(coversOneOf({ ...CERTIFICATE, ipAddresses: ['c00002'] }, ['192.0.2.1'], 'never')).toBe(false);
  });

  it('what is an address is never a name, and the other way about (SID-7.4-1)', () => {
    for (const address of ['1.2.3.4', '255.255.255.255', '0.0.0.0']) {
      expect(parseDnsName(address), address).toBeNull();
      expect(addressOctets(address), address).toHaveLength(8);
    }
    for (const name of ['mx.example', '1.2.3.4.example', 'xn--a'])
      expect([addressOctets(name), parseDnsName(name)], name).toEqual([null, name]);
    // Neither: nobody may take it for the one where another takes it for the other.
    for (const text of ['1.2.3', '1.2.3.04', '256.1.1.1'])
      expect([addressOctets(text), parseDnsName(text)], text).toEqual([null, null]);
  });
});
