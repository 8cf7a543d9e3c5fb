/*
 * Paths from a leaf to a trust anchor that came in DNS (RFC 7671, Section 5.2; RFC 5280, Section 6). Signatures are
 * facts; whether each certificate on the path may issue, and is in its dates, is judged here. The presented
 * certificates may stand in any order and hold strangers: only verified signatures make a path.
 */
import type { CertificateFacts, KeySource, SignatureFact } from './facts.js';
import { type ComparisonBudget, permitsNames } from './name-constraints.js';

/** How one end of a path is recognised. */
export interface AnchorSearch {
  readonly chain: readonly CertificateFacts[];
  readonly signatures: readonly SignatureFact[];
  /** Whether a presented certificate is an anchor; `constrained`: the record vouches for the certificate, not only its key. */
  readonly anchorInChain: (certificate: CertificateFacts) => 'no' | 'key' | 'constrained';
  /** Whether a key that came in a record is an anchor; its certificate, if the record held one. */
  readonly anchorInRecord: (index: number) => { readonly certificate: CertificateFacts | null } | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly budget: PathBudget;
}

/**
 * How many more steps may be taken, over all searches that share it: certificates that all sign one another have more
 * paths than anybody can wait for. An honest chain takes a few steps for each record. Once it is spent, no path is found.
 */
export interface PathBudget extends ComparisonBudget {
  stepsLeft: number;
}

export const PATH_STEPS_MAX = 2000;

export type PathVerdict = 'found' | 'expired' | 'none';

/** Whether a sound path from the leaf to an anchor exists; `expired`: only one with a certificate out of its dates. */
export function findPath(search: AnchorSearch): PathVerdict {
  const best: { verdict: PathVerdict } = { verdict: 'none' };
  const leaf = search.chain[0]!;
  if (leaf.serverAuth !== 'no') walk(search, [0], best);
  return best.verdict;
}

function walk(search: AnchorSearch, path: readonly number[], best: { verdict: PathVerdict }): void {
  if (search.budget.stepsLeft-- <= 0) return;
  const top = search.chain[path.at(-1)!]!;
  const asAnchor = search.anchorInChain(top);
  if (asAnchor !== 'no') settle(search, path, asAnchor === 'constrained' ? top : null, path.length > 1, best);
  for (const { key } of search.signatures.filter((fact) => fact.subject === path.at(-1)!)) {
    if (best.verdict === 'found') return;
    if (key.from === 'tlsa') settleAtRecord(search, path, key, best);
    else if (!path.includes(key.index) && key.index < search.chain.length)
      walk(search, [...path, key.index], best);
  }
}

function settleAtRecord(
  search: AnchorSearch,
  path: readonly number[],
  key: KeySource,
  best: { verdict: PathVerdict },
): void {
  const anchor = search.anchorInRecord(key.index);
  if (anchor === null) return;
  const chain = path.map((index) => search.chain[index]!);
  judge(chain, anchor.certificate, search, best);
}

/** The top of the path is the anchor itself. With only its key vouched for, its own constraints and dates do not bind. */
function settle(
  search: AnchorSearch,
  path: readonly number[],
  anchor: CertificateFacts | null,
  isIssuer: boolean,
  best: { verdict: PathVerdict },
): void {
  const chain = path.map((index) => search.chain[index]!);
  if (!isIssuer) {
    // The leaf is its own anchor: there is nothing above it, its dates count (RFC 6698, Appendix A.1.2).
    judge(chain, null, search, best);
    return;
  }
  judge(chain.slice(0, -1), anchor, search, best);
}

/** `below`: leaf first, up to the certificate that the anchor signed. */
function judge(
  below: readonly CertificateFacts[],
  anchor: CertificateFacts | null,
  { now, budget }: Pick<AnchorSearch, 'now' | 'budget'>,
  best: { verdict: PathVerdict },
): void {
  const all = anchor === null ? below : [...below, anchor];
  const issuers = all.slice(1);
  if (!all.every((certificate) => certificate.criticalExtensions === 'known')) return;
  if (!issuers.every(mayIssue) || !respectsPathLengths(below, issuers)) return;
  if (!issuers.every((issuer, at) => permitsNames(issuer, below.slice(0, at + 1), budget))) return;
  if (all.every((certificate) => certificate.notBefore <= now && now <= certificate.notAfter))
    best.verdict = 'found';
  else if (best.verdict === 'none') best.verdict = 'expired';
}

/** RFC 5280, Sections 6.1.4 (k) and (n) and 4.2.1.12: an authority for other purposes issues no certificates of servers. */
function mayIssue(certificate: CertificateFacts): boolean {
  return certificate.ca === 'yes' && certificate.certSign !== 'no' && certificate.serverAuth !== 'no';
}

/** RFC 5280, Section 6.1.4 (l) and (m): self-issued certificates between an issuer and the leaf do not count. */
function respectsPathLengths(
  below: readonly CertificateFacts[],
  issuers: readonly CertificateFacts[],
): boolean {
  return issuers.every((issuer, at) => {
    const between = below.slice(1, at + 1).filter((certificate) => certificate.selfIssued === 'no').length;
    return issuer.pathLength === null || between <= issuer.pathLength;
  });
}
