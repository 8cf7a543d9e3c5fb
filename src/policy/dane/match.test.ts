import { describe, expect, it } from 'vitest';
import { PLAIN, SHOWN } from '../certificate/facts.fixture.js';
import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import { matchDane } from './match.js';
import type { TlsaRecord } from './tlsa.js';

const hex = (octet: string, octets = 32) => octet.repeat(octets);
const LEAF: CertificateFacts = {
  ...{ ...PLAIN, certificateSha256: hex('c1'), certificateSha512: hex('c1', 64), dnsNames: ['mx.a.example'] },
  ...{ spkiSha256: hex('a1'), spkiSha512: hex('a1', 64) },
};
const ISSUER: CertificateFacts = {
  ...{ ...LEAF, certificateSha256: hex('c9'), certificateSha512: hex('c9', 64), dnsNames: [], ca: 'yes' },
  ...{ spkiSha256: hex('a9'), spkiSha512: hex('a9', 64) },
};
const SIGNED = [{ subject: 0, key: { from: 'chain', index: 1 } }] as const;

type Presented = Extract<PeerFacts, { kind: 'presented' }>;
const peer = (own: Partial<Presented> = {}): PeerFacts => ({
  ...{ kind: 'presented', ...SHOWN, chain: [LEAF, ISSUER], signatures: SIGNED },
  ...own,
});

function tlsa(text: string, own: object = {}): TlsaRecord {
  const [usage, selector, matching] = text.split(' ').map(Number) as [number, number, number];
  const data = text.split(' ')[3]!;
  return { kind: 'tlsa', usage, selector, matching, data, content: 'opaque', digest: null, ...own };
}
const match = (records: readonly TlsaRecord[], shown = peer(), references = ['mx.a.example'], now = 500) =>
  matchDane(records, shown, references, now);

describe('a chain and TLSA records', () => {
  it.each([
    ['3 1 1', hex('a1')],
    ['3 1 2', hex('a1', 64)],
    ['3 0 1', hex('c1')],
    ['3 0 2', hex('c1', 64)],
    ['2 1 1', hex('a9')],
    ['2 1 2', hex('a9', 64)],
    ['2 0 1', hex('c9')],
    ['2 0 2', hex('c9', 64)],
  ])('match by %s of the right thing, and of nothing else', (kind, data) => {
    expect(match([tlsa(`${kind} ${data}`)])).toEqual({ kind: 'matched', record: 0 });
    expect(match([tlsa(`${kind} ${hex('ee', data.length / 2)}`)])).toEqual({ kind: 'mismatch' });
  });

  it('match by the first record that does, and by the leaf itself before any anchor', () => {
    const records = [`2 0 1 ${hex('c9')}`, `3 1 1 ${hex('ee')}`, `3 1 1 ${hex('a1')}`, `3 0 1 ${hex('c1')}`];
    expect(match(records.map((text) => tlsa(text)))).toEqual({ kind: 'matched', record: 2 });
    const twice = [`2 0 1 ${hex('ee')}`, `2 0 1 ${hex('c9')}`, `2 0 1 ${hex('c9')}`];
    expect(match(twice.map((text) => tlsa(text)))).toEqual({ kind: 'matched', record: 1 });
  });

  it('of usage 3 look at no name and no date; of usage 2 at both', () => {
    const odd = peer({ chain: [{ ...LEAF, dnsNames: ['b.example'] }, ISSUER] });
    expect(match([tlsa(`3 1 1 ${hex('a1')}`)], odd, [], 5000)).toEqual({ kind: 'matched', record: 0 });
    expect(match([tlsa(`2 0 1 ${hex('c9')}`)], odd)).toEqual({ kind: 'name-mismatch' });
    expect(match([tlsa(`2 0 1 ${hex('c9')}`)], odd, ['mx.a.example', 'b.example'])).toMatchObject({
      kind: 'matched',
    });
    expect(match([tlsa(`2 0 1 ${hex('c9')}`)], peer(), ['mx.a.example'], 1001)).toEqual({ kind: 'expired' });
  });

  it('take a common name where there is no DNS name (RFC 7672, Section 3.2.3)', () => {
    const named = { ...LEAF, dnsNames: [], commonNames: ['mx.a.example'], otherNames: ['uri'] as const };
    expect(match([tlsa(`2 0 1 ${hex('c9')}`)], peer({ chain: [named, ISSUER] }))).toMatchObject({
      kind: 'matched',
    });
  });

  it('do not match where there is nothing to match, or nothing to read', () => {
    expect(match([])).toEqual({ kind: 'mismatch' });
    expect(match([tlsa(`1 1 1 ${hex('a1')}`)])).toEqual({ kind: 'mismatch' });
    expect(match([tlsa(`3 1 1 ${hex('a1')}`)], { kind: 'unreadable', code: 'x' })).toEqual({
      kind: 'unreadable',
    });
    const anchor = [tlsa(`2 0 1 ${hex('ee')}`)];
    expect(match(anchor)).toEqual({ kind: 'mismatch' });
    expect(match(anchor, peer({ looked: 'in-part' }))).toEqual({ kind: 'unfinished' });
    expect(match([tlsa(`2 0 1 ${hex('c9')}`)], peer({ signatures: [] }))).toEqual({ kind: 'mismatch' });
  });

  it('match by an anchor that stands in the record itself, certificate or key', () => {
    const whole = tlsa('2 0 0 30', { content: 'certificate', digest: hex('c8') });
    const key = tlsa('2 1 0 30', { content: 'public-key', digest: hex('a8') });
    const signed = { signatures: [{ subject: 0, key: { from: 'tlsa', index: 1 } }] } as const;
    const strong = { kind: 'ec', fieldBits: 256 } as const;
    expect(
      match([key, whole], peer({ ...signed, anchors: [null, ISSUER], recordKeys: [null, null] })),
    ).toEqual({
      ...{ kind: 'matched', record: 1 },
    });
    expect(
      match([whole, key], peer({ ...signed, anchors: [ISSUER, null], recordKeys: [null, strong] })),
    ).toEqual({
      ...{ kind: 'matched', record: 1 },
    });
    // Of a key nothing need be stated, as in old journals; a certificate of which nothing is stated is none.
    expect(match([whole, key], peer({ ...signed, anchors: [null, ISSUER] }))).toMatchObject({
      kind: 'matched',
    });
    expect(match([key, whole], peer({ ...signed, recordKeys: [null, strong] }))).toEqual({
      kind: 'mismatch',
    });
    const weak = { kind: 'ec', fieldBits: 160 } as const;
    expect(match([whole, key], peer({ ...signed, recordKeys: [null, weak] }))).toEqual({ kind: 'unfit' });
  });
});
