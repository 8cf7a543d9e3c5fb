/*
 * Paths from a leaf to a trust anchor that came in DNS (RFC 7671, Section 5.2; RFC 5280, Section 6). Signatures are
 * facts; whether each certificate on the path may issue, is strong and is in its dates, is judged here. The presented
 * certificates may stand in any order and hold strangers: only verified signatures make a path.
 *
 * The search climbs from the leaf. A certificate that may not stand where it stands ends a climb at once; one that is out
 * of its dates or weak does not, so that the owner can be told what is wrong with a path that is there.
 */
import type { CertificateFacts, KeyFacts, PeerFacts, SignatureFact } from './facts.js';
import { type NameJudge, nameJudge } from './name-constraints.js';
import { allowsKeyUse, isStrongDigest, isStrongKey } from './strength.js';
import { isSpent, spend, type WorkBudget } from './work-budget.js';

/** How the end of a path is recognised. */
export interface AnchorSearch {
  readonly peer: Pick<
    Extract<PeerFacts, { kind: 'presented' }>,
    'chain' | 'signatures' | 'anchors' | 'recordKeys' | 'leafKeyUse'
  >;
  /** The records that make a presented certificate an anchor. */
  readonly anchorsInChain: (certificate: CertificateFacts) => PresentedAnchor;
  /** Whether the record of that index is an anchor by what it holds itself: a certificate, or a bare key. */
  readonly holdsAnchor: (record: number) => 'no' | 'certificate' | 'key';
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly budget: WorkBudget;
}

/** Indexes of records, or null. `byCertificate`: the record vouches for the certificate, not only its key. */
export interface PresentedAnchor {
  readonly byKey: number | null;
  readonly byCertificate: number | null;
}

/** Whether a sound path from the leaf to an anchor exists. */
export type PathVerdict =
  | { readonly kind: 'found'; readonly record: number }
  /**
   * `expired`: only one with a certificate out of its dates. `unfit`: only one with a weak key or signature, or a leaf whose
   * key is used otherwise than it may be. `unfinished`: none before there had been work enough.
   */
  | { readonly kind: 'expired' | 'unfit' | 'unfinished' }
  | { readonly kind: 'none' };

/** A way from the leaf up, in which every certificate may stand where it stands. */
interface Climb {
  readonly path: readonly number[];
  /** Certificates between the next issuer and the leaf that are not self-issued. */
  readonly intermediates: number;
  readonly isInDates: boolean;
  readonly isFit: boolean;
}

interface Search extends AnchorSearch {
  readonly permitsNames: NameJudge;
  readonly signaturesOf: ReadonlyMap<number, readonly SignatureFact[]>;
  best: PathVerdict;
}

/** Total; never throws. */
export function findPath(search: AnchorSearch): PathVerdict {
  const { peer, now, budget, anchorsInChain, holdsAnchor } = search;
  // Each field by its name: a copy with more fields than what it was copied from is slow to make and to read.
  const state: Search = {
    peer,
    now,
    budget,
    anchorsInChain,
    holdsAnchor,
    permitsNames: nameJudge(budget),
    signaturesOf: bySubject(peer.signatures),
    best: { kind: 'none' },
  };
  const leaf = peer.chain[0];
  if (leaf.serverAuth === 'no' || leaf.criticalExtensions === 'unknown') return state.best;
  const start: Climb = {
    path: [0],
    intermediates: 0,
    isInDates: isInDates(leaf, now),
    isFit: isStrongKey(leaf.key) && allowsKeyUse(leaf, peer.leafKeyUse),
  };
  // The leaf may be its own anchor: there is nothing above it, and its dates count (RFC 6698, Appendix A.1.2).
  const own = anchorsInChain(leaf);
  settle(state, own.byKey ?? own.byCertificate, start);
  climb(state, start);
  return state.best.kind === 'none' && isSpent(budget) ? { kind: 'unfinished' } : state.best;
}

function bySubject(signatures: readonly SignatureFact[]): ReadonlyMap<number, readonly SignatureFact[]> {
  const found = new Map<number, SignatureFact[]>();
  for (const signature of signatures) {
    const known = found.get(signature.subject);
    if (known === undefined) found.set(signature.subject, [signature]);
    else known.push(signature);
  }
  return found;
}

const RANK = { none: 0, unfinished: 0, unfit: 1, expired: 2, found: 3 } as const;

/** The climb has reached an anchor. */
function settle(search: Search, record: number | null, { isInDates, isFit }: Omit<Climb, 'path'>): void {
  if (record === null) return;
  const verdict: PathVerdict = !isFit
    ? { kind: 'unfit' }
    : isInDates
      ? { kind: 'found', record }
      : { kind: 'expired' };
  if (RANK[verdict.kind] > RANK[search.best.kind]) search.best = verdict;
}

function isFound({ best }: Search): boolean {
  return best.kind === 'found';
}

function climb(search: Search, from: Climb): void {
  const { peer, budget } = search;
  const top = from.path.at(-1)!;
  for (const { key } of search.signaturesOf.get(top) ?? []) {
    if (isFound(search) || !spend(budget, from.path.length)) return;
    const isFit = from.isFit && isStrongDigest(peer.chain[top]!.signatureDigest);
    if (key.from === 'tlsa') settleAtRecord(search, key.index, { ...from, isFit });
    else if (!from.path.includes(key.index)) climbTo(search, key.index, { ...from, isFit });
  }
}

/** What a record itself brings along: a certificate, whose constraints bind, or a bare key (RFC 7671, Section 5.2). */
function settleAtRecord(search: Search, record: number, from: Climb): void {
  const { anchors, recordKeys } = search.peer;
  const holds = search.holdsAnchor(record);
  if (holds === 'key') {
    settle(search, record, withKey(from, recordKeys[record] ?? { kind: 'unstated' }));
  } else if (holds === 'certificate') {
    const anchor = anchors[record] ?? null;
    if (anchor !== null && mayIssue(search, anchor, from))
      settle(search, record, above(search, anchor, from));
  }
}

function climbTo(search: Search, index: number, from: Climb): void {
  const issuer = search.peer.chain[index];
  if (issuer === undefined) return;
  const { byKey, byCertificate } = search.anchorsInChain(issuer);
  // With only its key vouched for, the constraints and dates of an anchor do not bind (RFC 7671, Section 5.2.1).
  settle(search, byKey, withKey(from, issuer.key));
  if (isFound(search) || !mayIssue(search, issuer, from)) return;
  const next = above(search, issuer, from);
  settle(search, byCertificate, next);
  if (isFound(search)) return;
  climb(search, {
    ...next,
    path: [...from.path, index],
    intermediates: from.intermediates + (issuer.selfIssued === 'yes' ? 0 : 1),
  });
}

function withKey(from: Climb, key: KeyFacts): Climb {
  return { ...from, isFit: from.isFit && isStrongKey(key) };
}

function above({ now }: Search, issuer: CertificateFacts, from: Climb): Climb {
  return { ...withKey(from, issuer.key), isInDates: from.isInDates && isInDates(issuer, now) };
}

/** RFC 5280, Sections 6.1.3 (b), (c), 6.1.4 (k) to (o) and 4.2.1.12: an authority for other purposes issues no certificates of servers. */
function mayIssue(
  { peer, permitsNames }: Search,
  issuer: CertificateFacts,
  { path, intermediates }: Climb,
): boolean {
  return (
    issuer.ca === 'yes' &&
    issuer.certSign !== 'no' &&
    issuer.serverAuth !== 'no' &&
    issuer.criticalExtensions === 'known' &&
    (issuer.pathLength === null || intermediates <= issuer.pathLength) &&
    path.every((index, at) => permitsNames(issuer, peer.chain[index]!, at === 0))
  );
}

function isInDates({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}
