/*
 * Whether a presented chain satisfies usable TLSA records. DANE-EE(3): the leaf's own digest, and nothing else counts
 * (RFC 7672, Section 3.1.1). DANE-TA(2): a verified path to the anchor, in its dates, and a name (Section 3.1.2).
 */
import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import { COMPARISONS_MAX } from '../certificate/name-constraints.js';
import { coversOneOf } from '../certificate/names.js';
import { findPath, PATH_STEPS_MAX } from '../certificate/path.js';
import type { TlsaRecord } from './tlsa.js';
import { recordsToMatch, type UsableRecord } from './usability.js';

/** `matched`, or the most telling reason why not. */
export type DaneMatch =
  | { readonly kind: 'matched'; readonly record: number }
  | { readonly kind: 'mismatch' | 'name-mismatch' | 'expired' | 'unreadable' };

/** `references`: see `referenceNames`. `now`: milliseconds since 1970. Total; never throws. */
export function matchDane(
  records: readonly TlsaRecord[],
  peer: PeerFacts,
  references: readonly string[],
  now: number,
): DaneMatch {
  if (peer.kind === 'unreadable') return { kind: 'unreadable' };
  const usable = recordsToMatch(records);
  const leaf = peer.chain[0];
  const endEntity = usable.find((record) => record.usage === 'dane-ee' && isSelected(record, leaf));
  if (endEntity !== undefined) return { kind: 'matched', record: endEntity.index };
  let reason: 'mismatch' | 'name-mismatch' | 'expired' = 'mismatch';
  const budget = { stepsLeft: PATH_STEPS_MAX, comparisonsLeft: COMPARISONS_MAX };
  for (const record of usable) {
    if (record.usage !== 'dane-ta' || !mayAnchor(record, peer)) continue;
    const path = findPath({
      chain: peer.chain,
      signatures: peer.signatures,
      anchorInChain: (certificate) =>
        !isSelected(record, certificate) ? 'no' : record.selector === 'certificate' ? 'constrained' : 'key',
      anchorInRecord: (index) => (index === record.index ? anchorIn(record, peer.anchors) : null),
      now,
      budget,
    });
    if (path === 'found' && coversOneOf(leaf, references, 'without-dns-id'))
      return { kind: 'matched', record: record.index };
    if (path === 'found') reason = 'name-mismatch';
    if (path === 'expired' && reason === 'mismatch') reason = 'expired';
  }
  return { kind: reason };
}

/** Whether a record has to do with anything that was presented. Most do not where a hostile zone has a thousand of them. */
function mayAnchor(record: UsableRecord, { chain, signatures }: Extract<PeerFacts, { kind: 'presented' }>) {
  return (
    chain.some((certificate) => isSelected(record, certificate)) ||
    signatures.some(({ key }) => key.from === 'tlsa' && key.index === record.index)
  );
}

/** What a record itself brings along: a certificate, whose constraints bind, or a bare key (RFC 7671, Section 5.2). */
function anchorIn(
  { index, selector, matching }: UsableRecord,
  anchors: readonly (CertificateFacts | null)[],
): { readonly certificate: CertificateFacts | null } | null {
  if (matching !== 'full') return null;
  if (selector === 'public-key') return { certificate: null };
  const certificate = anchors[index] ?? null;
  return certificate === null ? null : { certificate };
}

function isSelected(record: UsableRecord, certificate: CertificateFacts): boolean {
  const isLong = record.matching === 'sha-512';
  const digest =
    record.selector === 'certificate'
      ? isLong
        ? certificate.certificateSha512
        : certificate.certificateSha256
      : isLong
        ? certificate.spkiSha512
        : certificate.spkiSha256;
  return digest === record.digest;
}
