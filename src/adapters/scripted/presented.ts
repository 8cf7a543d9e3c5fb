import type { KeySource, PeerFacts, SignatureFact, TrustPath } from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import {
  ancestryOf,
  certificateOf,
  intermediateCa,
  type MadeUpCertificate,
  privateCa,
  publicCa,
} from './certificates.js';
import type { Certificate, World } from './world.js';

/** What a host with that certificate sends, leaf first. */
export function presentedBy(
  id: string,
  certificate: Certificate | undefined,
  now: number,
): readonly [MadeUpCertificate, ...MadeUpCertificate[]] {
  const [leaf, ...above] = ancestryOf(certificateOf(id, certificate, now));
  switch (certificate?.sends ?? (certificate?.issuer === 'private-ca' ? 'full' : 'intermediates')) {
    case 'leaf-only':
      return [leaf];
    case 'intermediates':
      return [leaf, ...above.slice(0, -1)];
    case 'full':
      return [leaf, ...above];
  }
}

/**
 * What OpenSSL says of the path, as Node reports it: the last error found. Dates are checked after the chain was
 * built, so they hide a missing or unknown issuer.
 */
export function trustPathOf(certificate: Certificate = {}): TrustPath {
  if (certificate.validity === 'expired') return untrusted('expired', 'CERT_HAS_EXPIRED');
  if (certificate.validity === 'not-yet-valid') return untrusted('not-yet-valid', 'CERT_NOT_YET_VALID');
  const { sends } = certificate;
  switch (certificate.issuer ?? 'ca') {
    case 'ca':
      return { kind: 'trusted' };
    case 'intermediate':
      return sends === 'leaf-only' ? UNVERIFIABLE : { kind: 'trusted' };
    case 'private-ca':
      if (sends !== undefined && sends !== 'full') return UNVERIFIABLE;
      return untrusted('self-signed', 'SELF_SIGNED_CERT_IN_CHAIN');
    case 'self':
      return untrusted('self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT');
  }
}

/** The answer to `peer.inspect` about a mail host of the world. */
export function peerFactsOf(
  world: World,
  id: string,
  certificate: Certificate | undefined,
  question: {
    readonly tlsa: readonly TlsaRecord[];
    /** When certificates were made; milliseconds since 1970. */
    readonly now: number;
  },
): PeerFacts {
  const [leaf, ...above] = presentedBy(id, certificate, question.now);
  const chain = [leaf, ...above];
  // The hash is not that cheap, and most questions bring no whole certificate.
  const known = question.tlsa.some(isWholeCertificate) ? certificatesIn(world, question.now) : [];
  const keys: readonly Key[] = [
    ...question.tlsa.map(
      (record, at) => ({ spki: keyIn(record, known), source: { from: 'tlsa', index: at } }) as const,
    ),
    ...chain.map(({ spki }, at) => ({ spki, source: { from: 'chain', index: at } }) as const),
  ];
  // Only DANE-TA reads signatures, so that they are not tried for any other question.
  const asksForAnchor = question.tlsa.some((record) => record.kind === 'tlsa' && record.usage === 2);
  return {
    kind: 'presented',
    chain: [leaf.facts, ...above.map(({ facts }) => facts)],
    anchors: question.tlsa.map((record) => wholeCertificateIn(record, known)?.facts ?? null),
    recordKeys: question.tlsa.map((record) =>
      wholeCertificateIn(record, known) === null && keyIn(record, known) !== null
        ? { kind: 'ec', fieldBits: 256 }
        : null,
    ),
    signatures: asksForAnchor ? signaturesOf(chain, keys) : [],
    looked: 'whole',
    leafKeyUse: 'signature',
    path: trustPathOf(certificate),
  };
}

interface Key {
  readonly spki: string | null;
  readonly source: KeySource;
}

function signaturesOf(chain: readonly MadeUpCertificate[], keys: readonly Key[]): readonly SignatureFact[] {
  return chain.flatMap((certificate, subject) => {
    const signer = (certificate.issuer ?? certificate).spki;
    return keys.filter(({ spki }) => spki === signer).map(({ source }) => ({ subject, key: source }));
  });
}

const UNVERIFIABLE = untrusted('unknown-issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');

function untrusted(cause: Extract<TrustPath, { kind: 'untrusted' }>['cause'], code: string): TrustPath {
  return { kind: 'untrusted', cause, code };
}

function certificatesIn(world: World, now: number): readonly MadeUpCertificate[] {
  const leaves = Object.entries(world.mail ?? {}).map(([id, host]) =>
    certificateOf(id, host.certificate, now),
  );
  return [publicCa(now), intermediateCa(now), privateCa(now), ...leaves];
}

function isWholeCertificate(record: TlsaRecord): record is TlsaRecord & { kind: 'tlsa' } {
  return record.kind === 'tlsa' && record.usage === 2 && record.selector === 0 && record.matching === 0;
}

function wholeCertificateIn(record: TlsaRecord, known: readonly MadeUpCertificate[]) {
  if (!isWholeCertificate(record)) return null;
  return known.find(({ der }) => der === record.data) ?? null;
}

function keyIn(record: TlsaRecord, known: readonly MadeUpCertificate[]): string | null {
  const whole = wholeCertificateIn(record, known);
  if (whole !== null) return whole.spki;
  if (record.kind !== 'tlsa' || record.usage !== 2 || record.selector !== 1 || record.matching !== 0)
    return null;
  return record.data;
}
