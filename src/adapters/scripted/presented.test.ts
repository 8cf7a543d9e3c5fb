import { describe, expect, it } from 'vitest';
import type { PeerFacts } from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import { peerFactsOf, trustPathOf } from './presented.js';
import { tlsaRecordOf } from './tlsa-record.js';
import type { Certificate, World } from './world.js';

const now = Date.UTC(2026, 0, 1);

function meet(certificate: Certificate, tlsa: readonly string[]) {
  const world: World = { dns: {}, mail: { mx: { certificate }, other: { certificate } } };
  const records = tlsa.map((text) => tlsaRecordOf(text, world, now) as TlsaRecord & { kind: 'tlsa' });
  const facts = peerFactsOf(world, 'mx', certificate, { tlsa: records, now });
  return { records, facts: facts as PeerFacts & { kind: 'presented' } };
}

describe('TLSA references', () => {
  it('agree with the leaf that the host presents, by every selector and matching type', () => {
    const { records, facts } = meet({}, [
      '3 0 0 @mx',
      '3 0 1 @mx',
      '3 0 2 @mx',
      '3 1 0 @mx',
      '3 1 1 @mx',
      '3 1 2 @mx',
    ]);
    const [leaf] = facts.chain;
    expect(records[0]).toMatchObject({ content: 'certificate', digest: leaf.certificateSha256 });
    expect(records[1]).toMatchObject({ content: 'opaque', digest: null, data: leaf.certificateSha256 });
    expect(records[2]?.data).toBe(leaf.certificateSha512);
    expect(records[3]).toMatchObject({ content: 'public-key', digest: leaf.spkiSha256 });
    expect(records[4]?.data).toBe(leaf.spkiSha256);
    expect(records[5]?.data).toBe(leaf.spkiSha512);
    expect([leaf.spkiSha256.length, leaf.spkiSha512.length]).toEqual([64, 128]);
  });

  it('tell hosts apart and not the authorities they share', () => {
    const { records } = meet({}, ['3 1 1 @mx', '3 1 1 @other', '2 0 1 @mx:ca', '2 0 1 @other:ca']);
    expect(records[0]?.data).not.toBe(records[1]?.data);
    expect(records[2]?.data).toBe(records[3]?.data);
  });

  it('agree with an anchor that is sent along', () => {
    const { records, facts } = meet({ issuer: 'private-ca' }, ['2 0 1 @mx:ca', '2 1 1 @mx:ca']);
    expect(facts.chain.map(({ commonNames }) => commonNames)).toEqual([[], ['Private CA']]);
    expect(records.map(({ data }) => data)).toEqual([
      facts.chain[1]?.certificateSha256,
      facts.chain[1]?.spkiSha256,
    ]);
    expect(facts.signatures).toContainEqual({ subject: 0, key: { from: 'chain', index: 1 } });
  });

  it('bring an anchor that is not sent', () => {
    const { facts } = meet({ issuer: 'intermediate' }, ['2 1 0 @mx:ca', '2 0 0 @mx:ca', '2 0 1 @mx:ca']);
    expect(facts.chain).toHaveLength(2);
    expect(facts.anchors.map((anchor) => anchor?.commonNames ?? null)).toEqual([null, ['Public CA'], null]);
    expect(facts.signatures).toEqual([
      { subject: 0, key: { from: 'chain', index: 1 } },
      { subject: 1, key: { from: 'tlsa', index: 0 } },
      { subject: 1, key: { from: 'tlsa', index: 1 } },
    ]);
  });

  it('do not verify what another authority signed', () => {
    const { facts } = meet({ issuer: 'self' }, ['2 0 0 @other', '2 0 0 @mx:ca']);
    expect(facts.anchors.map((anchor) => anchor === null)).toEqual([false, false]);
    expect(facts.signatures.map(({ key }) => key)).toEqual([
      { from: 'tlsa', index: 1 },
      { from: 'chain', index: 0 },
    ]);
  });

  it('are not the only form: literal data, raw octets, and what is nothing', () => {
    const world: World = { dns: {}, mail: {} };
    expect(tlsaRecordOf('3 1 1 AB12', world, now)).toMatchObject({ data: 'ab12', digest: null });
    expect(tlsaRecordOf('# 030101ff', world, now)).toMatchObject({
      kind: 'tlsa',
      usage: 3,
      matching: 1,
      data: 'ff',
    });
    expect(tlsaRecordOf('# 0301', world, now)).toEqual({ kind: 'malformed', rdata: '0301' });
    expect(tlsaRecordOf('#', world, now)).toEqual({ kind: 'malformed', rdata: '' });
    expect(tlsaRecordOf('3 1 1 @constructor', world, now)).toBeNull();
    expect(tlsaRecordOf('3 1 256 ab', world, now)).toBeNull();
  });
});

describe('trustPathOf', () => {
  // As measured with Node 20 and OpenSSL 3 over a socket, `rejectUnauthorized` off.
  it.each<[Certificate, string]>([
    [{}, 'trusted'],
    [{ sends: 'full' }, 'trusted'],
    [{ validity: 'expired' }, 'CERT_HAS_EXPIRED'],
    [{ validity: 'not-yet-valid' }, 'CERT_NOT_YET_VALID'],
    [{ issuer: 'intermediate' }, 'trusted'],
    [{ issuer: 'intermediate', sends: 'leaf-only' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [{ issuer: 'intermediate', sends: 'leaf-only', validity: 'expired' }, 'CERT_HAS_EXPIRED'],
    [{ issuer: 'private-ca' }, 'SELF_SIGNED_CERT_IN_CHAIN'],
    [{ issuer: 'private-ca', sends: 'intermediates' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [{ issuer: 'private-ca', validity: 'expired' }, 'CERT_HAS_EXPIRED'],
    [{ issuer: 'self' }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [{ issuer: 'self', validity: 'expired' }, 'CERT_HAS_EXPIRED'],
  ])('%j: %s', (certificate, expected) => {
    const path = trustPathOf(certificate);
    expect(path.kind === 'trusted' ? path.kind : path.code).toBe(expected);
  });
});
