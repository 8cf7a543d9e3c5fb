/*
 * Whether what a message says about a name is secure, insecure, or not to be believed (RFC 4035, Section 5). Signed data
 * must verify. Data without signatures is believed to be unsigned only where the chain of trust ends before its name.
 */
import type { DnsFailure } from '../../../policy/dns/answer.js';
import { isAtOrBelow } from './canonical-name.js';
import type { Chain, Inquiry, ZoneStatus } from './chain.js';
import type { RecordSet, SecureMessage, WireQuestion } from './message.js';
import { bogus, isDenial, proveDenial, proveSet, tooManyIterations } from './proofs.js';
import { REASON, type Reason, signerOf } from './signed-set.js';

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
 * Judges a record set that speaks for a name: its own, or the DNAME above it. What proves the expansion of a wildcard
 * stands in the same message.
 */
export async function judgeSet(
  name: string,
  set: RecordSet,
  message: SecureMessage,
  chain: Chain,
  inquiry: Inquiry,
): Promise<Judgement> {
  const signer = signerOf(set);
  if (signer === null) return mustBeInsecure(name, REASON.noSignature, chain, inquiry);
  const status = await signingZone(name, signer, chain, inquiry);
  if (status.kind !== 'secure') return status;
  return proveSet(set, message, status.zone, inquiry);
}

/** Judges a message that has nothing for a name and type. The proof counts, and not the RCODE, which nobody signs. */
export async function judgeDenial(
  question: WireQuestion,
  message: SecureMessage,
  chain: Chain,
  inquiry: Inquiry,
): Promise<DenialJudgement> {
  const { name } = question;
  const signers = message.authority
    .filter(isDenial)
    .flatMap((set) => signerOf(set) ?? [])
    .filter((signer) => isAtOrBelow(name, signer));
  if (signers.length > 0) {
    const nearest = signers.reduce((best, each) => (each.length > best.length ? each : best));
    const status = await signingZone(name, nearest, chain, inquiry);
    if (status.kind !== 'secure') return status;
    const { denial, ttlSeconds } = proveDenial(question, message, status.zone, inquiry);
    if (denial === 'nodata' || denial === 'nxdomain') return { kind: 'secure', denial, ttlSeconds };
    if (denial === 'opt-out') return { kind: 'insecure' };
    if (denial === 'too-many-iterations') return tooManyIterations();
  }
  return mustBeInsecure(name, REASON.noDenial, chain, inquiry);
}

/** The zone that a signature names, if the chain of trust arrives exactly there. */
async function signingZone(
  name: string,
  signer: string,
  chain: Chain,
  inquiry: Inquiry,
): Promise<ZoneStatus> {
  const anchor = chain.anchorOf(name);
  if (anchor === null) return { kind: 'insecure' };
  if (!isAtOrBelow(signer, anchor)) return bogus(REASON.bogus);
  const status = await chain.zoneOf(signer, anchor, inquiry);
  return status.kind === 'secure' && status.zone.name !== signer ? bogus(REASON.bogus) : status;
}

/** Nothing signed speaks for the name: insecure if the chain of trust ends before it, a failure if not. */
async function mustBeInsecure(
  name: string,
  reason: Reason,
  chain: Chain,
  inquiry: Inquiry,
): Promise<{ readonly kind: 'insecure' } | DnsFailure> {
  const anchor = chain.anchorOf(name);
  // Without a trust anchor nothing can be said: insecure in the words of RFC 4033, Section 5, and RFC 7672, Section 2.1.1.
  if (anchor === null) return { kind: 'insecure' };
  const status = await chain.zoneOf(name, anchor, inquiry);
  return status.kind === 'secure' ? bogus(reason) : status;
}
