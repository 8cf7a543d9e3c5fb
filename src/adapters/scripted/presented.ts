import type { KeySource, PeerFacts, SignatureFact, TrustPath } from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import { ancestryOf, authorities, certificateOf, type MadeUpCertificate } from './certificates.js';
import type { Certificate, World } from './world.js';

/** What a host with that certificate sends, leaf first. */
export function presentedBy(
  id: string,
  certificate: Certificate = {},
  now: number,
): readonly [MadeUpCertificate, ...MadeUpCertificate[]] {
  const [leaf, ...above] = ancestryOf(certificateOf(id, certificate, now));
  switch (certificate.sends ?? (certificate.issuer === 'private-ca' ? 'full' : 'intermediates')) {
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
  question: { readonly tlsa: readonly TlsaRecord[]; readonly now: number },
): PeerFacts {
  const [leaf, ...above] = presentedBy(id, certificate, question.now);
  const chain = [leaf, ...above];
  const known = [...chain, ...certificatesIn(world, question.now)];
  const signatures: SignatureFact[] = chain.flatMap((subject, index) => {
    const signer = (subject.issuer ?? subject).spki;
    const keys: KeySource[] = [
      ...chain.flatMap(({ spki }, at) => (spki === signer ? [{ from: 'chain' as const, index: at }] : [])),
      ...question.tlsa.flatMap((record, at) =>
        keyIn(record, known) === signer ? [{ from: 'tlsa' as const, index: at }] : [],
      ),
    ];
    return keys.map((key) => ({ subject: index, key }));
  });
  return {
    kind: 'presented',
    chain: [leaf.facts, ...above.map(({ facts }) => facts)],
    anchors: question.tlsa.map((record) => wholeCertificateIn(record, known)?.facts ?? null),
    signatures,
    path: trustPathOf(certificate),
  };
}

const UNVERIFIABLE = untrusted('unknown-issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');

function untrusted(cause: Extract<TrustPath, { kind: 'untrusted' }>['cause'], code: string): TrustPath {
  return { kind: 'untrusted', cause, code };
}

function certificatesIn(world: World, now: number): readonly MadeUpCertificate[] {
  const leaves = Object.entries(world.mail ?? {}).map(([id, host]) =>
    certificateOf(id, host.certificate, now),
  );
  return [...Object.values(authorities(now)), ...leaves];
}

function wholeCertificateIn(record: TlsaRecord, known: readonly MadeUpCertificate[]) {
  if (record.kind !== 'tlsa' || record.usage !== 2 || record.selector !== 0 || record.matching !== 0)
    return null;
  return known.find(({ der }) => der === record.data) ?? null;
}

function keyIn(record: TlsaRecord, known: readonly MadeUpCertificate[]): string | null {
  const whole = wholeCertificateIn(record, known);
  if (whole !== null) return whole.spki;
  if (record.kind !== 'tlsa' || record.usage !== 2 || record.selector !== 1 || record.matching !== 0)
    return null;
  return record.data;
}
