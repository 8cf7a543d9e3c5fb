/*
 * Whether what a message says about a name is secure, insecure, or not to be believed (RFC 4035, Section 5). Signed data
 * must verify. Data without signatures is believed to be unsigned only where the chain of trust ends before its name.
 */
import type { DnsFailure } from '../../../policy/dns/answer.js';
import { isAtOrBelow } from './canonical-name.js';
import type { Chain, Inquiry } from './chain.js';
import type { RecordSet, SecureMessage, WireQuestion } from './message.js';
import { bogus, proveDenial, proveSet, tooManyIterations } from './proofs.js';
import { REASON } from './signed-set.js';

/** `insecure`: proven to be outside of every signed zone that we can begin at. */
export type Judgement =
  | { readonly kind: 'secure'; readonly ttlSeconds: number }
  | { readonly kind: 'insecure' }
  | DnsFailure;

export type DenialJudgement =
  | { readonly kind: 'secure'; readonly denial: 'nodata' | 'nxdomain'; readonly ttlSeconds: number }
  | { readonly kind: 'insecure' }
  | DnsFailure;

/**
 * Judges a record set that speaks for a name: its own, or the DNAME above it. Only the zone that contains the set may sign it
 * (RFC 4035, Section 5.3.1), so that zone is looked for first, whoever says that he has signed. What proves the expansion of
 * a wildcard stands in the same message.
 */
export async function judgeSet(
  name: string,
  set: RecordSet,
  message: SecureMessage,
  chain: Chain,
  inquiry: Inquiry,
): Promise<Judgement> {
  const anchor = chain.anchorOf(name);
  // Without a trust anchor nothing can be said: insecure in the words of RFC 4033, Section 5, and RFC 7672, Section 2.1.1.
  if (anchor === null) return { kind: 'insecure' };
  // What stands above the anchor that a name is judged by leads nobody away from there.
  if (!isAtOrBelow(set.owner, anchor)) return bogus(REASON.bogus);
  const status = await chain.zoneOf(set.owner, anchor, inquiry);
  return status.kind === 'secure' ? proveSet(set, message, status.zone, inquiry) : status;
}

/** Judges a message that has nothing for a name and type. The proof counts, and not the RCODE, which nobody signs. */
export async function judgeDenial(
  question: WireQuestion,
  message: SecureMessage,
  chain: Chain,
  inquiry: Inquiry,
): Promise<DenialJudgement> {
  const anchor = chain.anchorOf(question.name);
  if (anchor === null) return { kind: 'insecure' };
  const status = await chain.zoneOf(question.name, anchor, inquiry);
  if (status.kind !== 'secure') return status;
  const { denial, ttlSeconds } = proveDenial(question, message, status.zone, inquiry);
  switch (denial) {
    case 'nodata':
    case 'nodata-by-wildcard':
      return { kind: 'secure', denial: 'nodata', ttlSeconds };
    case 'nxdomain':
      return { kind: 'secure', denial, ttlSeconds };
    case 'opt-out':
      return { kind: 'insecure' };
    case 'too-many-iterations':
      return tooManyIterations();
    case 'delegation':
    case 'unproven':
      return bogus(REASON.noDenial);
  }
}
