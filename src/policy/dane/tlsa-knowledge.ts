import { causeCode } from '../dns/cause-code.js';
import { type Decision, decide } from '../kernel/table.js';
import { daneDemand } from './dane-demand.table.js';
import type { TlsaAnswer, TlsaRecord } from './tlsa.js';
import { isUsable } from './usability.js';

export type DaneVerdict = (typeof daneDemand.verdicts)[number];

/** What is known of a host's TLSA records once they were looked for. */
export type TlsaKnowledge =
  | { readonly kind: 'not-applicable' }
  | { readonly kind: 'failed'; readonly cause: string }
  /** Securely denied, or not secure, at every base domain that was asked. */
  | { readonly kind: 'absent' }
  /** Secure and not empty. */
  | { readonly kind: 'present'; readonly baseDomain: string; readonly records: readonly TlsaRecord[] };

/** What one TLSA answer says about its base domain; an insecure answer counts as absence (RFC 7672, Section 2.2). */
export function learnTlsa(answer: TlsaAnswer, baseDomain: string): TlsaKnowledge {
  if (answer.kind === 'failed') return { kind: 'failed', cause: causeCode(answer) };
  if (answer.kind === 'insecure' || answer.records.length === 0) return { kind: 'absent' };
  return { kind: 'present', baseDomain, records: answer.records };
}

/** What the records demand. Total; never throws. */
export function requireDane(knowledge: TlsaKnowledge): Decision<DaneVerdict> {
  return decide(daneDemand, { tlsa: classify(knowledge) });
}

function classify(knowledge: TlsaKnowledge) {
  switch (knowledge.kind) {
    case 'not-applicable':
    case 'absent':
      return knowledge.kind;
    case 'failed':
      return 'lookup-failed';
    case 'present':
      return knowledge.records.some(isUsable) ? 'usable' : 'unusable';
  }
}
