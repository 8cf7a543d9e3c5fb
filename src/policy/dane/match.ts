/*
 * Whether a presented chain satisfies usable TLSA records. DANE-EE(3): the leaf's own digest, and nothing else counts
 * (RFC 7672, Section 3.1.1). DANE-TA(2): a verified path to the anchor, strong and in its dates, and a name (Section 3.1.2).
 */
import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import { coversOneOf } from '../certificate/names.js';
import { findPath, type PresentedAnchor } from '../certificate/path.js';
import { STEPS_MAX } from '../certificate/work-budget.js';
import type { TlsaRecord } from './tlsa.js';
import { recordsToMatch, type UsableRecord } from './usability.js';

/**
 * `matched`, or the most telling reason why not. `unfit`: the only path has a weak key or signature, or a leaf whose key may
 * not be used so. `unfinished`: nothing was found, and not everything was looked at.
 */
export type DaneMatch =
  | { readonly kind: 'matched'; readonly record: number }
  | { readonly kind: 'mismatch' | 'name-mismatch' | 'expired' | 'unfit' | 'unfinished' | 'unreadable' };

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
  const trustAnchors = usable.filter(({ usage }) => usage === 'dane-ta');
  if (trustAnchors.length === 0) return { kind: 'mismatch' };
  const inFull = new Map(trustAnchors.flatMap((r) => (r.matching === 'full' ? [[r.index, r.selector]] : [])));
  const path = findPath({
    peer,
    anchorsInChain: anchorsAmong(trustAnchors),
    holdsAnchor: (index) => {
      const selector = inFull.get(index);
      return selector === undefined ? 'no' : selector === 'public-key' ? 'key' : 'certificate';
    },
    now,
    budget: { stepsLeft: STEPS_MAX },
  });
  switch (path.kind) {
    case 'found':
      return coversOneOf(leaf, references, 'without-dns-id')
        ? { kind: 'matched', record: path.record }
        : { kind: 'name-mismatch' };
    case 'none':
      return { kind: peer.looked === 'whole' ? 'mismatch' : 'unfinished' };
    default:
      return path;
  }
}

/**
 * Looked up by digest: a hostile zone has a thousand records, and most have to do with nothing that was presented. Digests of
 * two kinds differ in length.
 */
function anchorsAmong(records: readonly UsableRecord[]): (certificate: CertificateFacts) => PresentedAnchor {
  const first = { 'public-key': new Map<string, number>(), certificate: new Map<string, number>() };
  for (const { selector, digest, index } of records)
    if (!first[selector].has(digest)) first[selector].set(digest, index);
  const firstOf = (selector: UsableRecord['selector'], sha256: string, sha512: string) =>
    first[selector].get(sha256) ?? first[selector].get(sha512) ?? null;
  return (certificate) => ({
    byKey: firstOf('public-key', certificate.spkiSha256, certificate.spkiSha512),
    byCertificate: firstOf('certificate', certificate.certificateSha256, certificate.certificateSha512),
  });
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
