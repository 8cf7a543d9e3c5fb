import fc from 'fast-check';
import type {
  CertificateFacts,
  PeerFacts,
  SignatureFact,
  TrustPath,
} from '../../src/policy/certificate/facts.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import {
  aLeaf,
  anAuthority,
  type CertificateDraft,
  type CertificateId,
  certificateData,
  factsOf,
  keyData,
} from './certificates.js';
import { weighted } from './universe.js';

/** What a server presents, before it is known which TLSA records the question brings along. */
export type Peer =
  | {
      readonly kind: 'presented';
      readonly certificates: Readonly<Record<CertificateId, CertificateDraft>>;
      /** Who signed whom. */
      readonly issuers: Readonly<Record<CertificateId, CertificateId | null>>;
      readonly chain: readonly [CertificateId, ...CertificateId[]];
      /** Beside those that follow from `issuers`. */
      readonly strayed: readonly SignatureFact[];
      readonly leafKeyUse: 'signature' | 'encipherment';
      readonly path: TrustPath;
    }
  | { readonly kind: 'unreadable'; readonly code: string }
  /** Facts that real certificates gave, by the text of the records in the question. */
  | { readonly kind: 'read'; readonly facts: Readonly<Record<string, PeerFacts>> };

const aTrustPath: fc.Arbitrary<TrustPath> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<TrustPath>({ kind: 'trusted' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('untrusted'),
      cause: fc.constantFrom('expired', 'not-yet-valid', 'self-signed', 'unknown-issuer', 'revoked', 'other'),
      code: fc.constantFrom('CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', ''),
    }),
  },
);

const aSignature: fc.Arbitrary<SignatureFact> = fc.record({
  subject: fc.nat(3),
  key: fc.record({ from: fc.constantFrom('chain', 'tlsa'), index: fc.nat(3) }),
});

const aPresentation: fc.Arbitrary<Peer> = fc.record({
  kind: fc.constant('presented'),
  certificates: fc.record({ leaf: aLeaf, inter: anAuthority, root: anAuthority, stranger: anAuthority }),
  issuers: fc.record({
    leaf: weighted<CertificateId | null>([5, 'root'], [4, 'inter'], [1, 'leaf'], [1, 'stranger'], [1, null]),
    inter: weighted<CertificateId | null>([6, 'root'], [1, 'stranger'], [1, 'inter'], [1, null]),
    root: weighted<CertificateId | null>([4, 'root'], [1, null], [1, 'inter']),
    stranger: fc.constant<CertificateId | null>('stranger'),
  }),
  chain: weighted<readonly [CertificateId, ...CertificateId[]]>(
    [3, ['leaf']],
    [5, ['leaf', 'inter', 'root']],
    [3, ['leaf', 'root']],
    [2, ['leaf', 'inter']],
    [1, ['leaf', 'stranger', 'root', 'inter']],
    [1, ['stranger', 'leaf']],
  ),
  strayed: weighted<number>([12, 0], [1, 2]).chain((maxLength) => fc.array(aSignature, { maxLength })),
  leafKeyUse: weighted([9, 'signature'], [1, 'encipherment']),
  path: aTrustPath,
});

export const aPeer: fc.Arbitrary<Peer> = fc.oneof(
  { weight: 14, arbitrary: aPresentation },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('unreadable'), code: fc.constantFrom('NO_CERTIFICATE', '') }),
  },
);

/** What inspection answers about a peer that goes by that name, asked with these records. */
export function inspect(peer: Peer, host: string, tlsa: readonly TlsaRecord[]): PeerFacts {
  if (peer.kind === 'unreadable') return peer;
  if (peer.kind === 'read')
    return peer.facts[JSON.stringify(tlsa)] ?? { kind: 'unreadable', code: 'NOT_PREPARED' };
  const [first, ...others] = peer.chain;
  const facts = (id: CertificateId) => factsOf(id, peer.certificates[id], host);
  const ids = Object.keys(peer.certificates) as CertificateId[];
  const named = tlsa.map((record) =>
    record.kind === 'tlsa' && record.usage === 2 && record.matching === 0
      ? ids.find((id) => record.data === (record.selector === 0 ? certificateData(id) : keyData(id)))
      : undefined,
  );
  const signatures = peer.chain.flatMap((id, subject): SignatureFact[] => [
    ...named.flatMap((anchor, index) =>
      anchor === peer.issuers[id] ? [{ subject, key: { from: 'tlsa', index } } as const] : [],
    ),
    ...peer.chain.flatMap((issuer, index) =>
      issuer === peer.issuers[id] ? [{ subject, key: { from: 'chain', index } } as const] : [],
    ),
  ]);
  return {
    kind: 'presented',
    chain: [facts(first), ...others.map(facts)] as [CertificateFacts, ...CertificateFacts[]],
    anchors: tlsa.map((record, at) => {
      const id = named[at];
      return id !== undefined && record.kind === 'tlsa' && record.selector === 0 ? facts(id) : null;
    }),
    recordKeys: tlsa.map((record, at) => {
      const id = named[at];
      return id !== undefined && record.kind === 'tlsa' && record.selector === 1 ? facts(id).key : null;
    }),
    signatures: [
      ...signatures,
      ...peer.strayed.filter(({ key }) => key.from === 'chain' || key.index < tlsa.length),
    ],
    looked: 'whole',
    leafKeyUse: peer.leafKeyUse,
    path: peer.path,
  };
}
