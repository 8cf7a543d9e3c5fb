import { type Candidate, mxProofOf } from '../mx/candidate.js';

/** What the names of a host's certificate are compared with under DANE-TA. */
export interface ReferenceFacts {
  readonly mxSecurity: 'secure' | 'insecure';
  readonly source: Candidate['source'];
  /** The TLSA base domain: the name below which the TLSA records stand. */
  readonly baseDomain: string;
  /** The domain that was resolved to hosts: the recipient's, or the relay. */
  readonly nextHop: string;
  /** The next-hop domain after secure aliases, where it is one. */
  readonly expandedNextHop: string | null;
}

/** The reference identifiers, the TLSA base domain first (RFC 7672, Section 3.2.2). */
export function referenceNames(facts: ReferenceFacts): readonly string[] {
  const names = [facts.baseDomain];
  if (mxProofOf(facts.source, facts.mxSecurity) !== 'insecure') addTo(names, facts.nextHop);
  if (facts.source === 'mx' && facts.mxSecurity === 'secure' && facts.expandedNextHop !== null) {
    addTo(names, facts.expandedNextHop);
  }
  return names;
}

function addTo(names: string[], name: string): void {
  if (!names.includes(name)) names.push(name);
}
