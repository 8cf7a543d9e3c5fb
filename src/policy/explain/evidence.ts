/*
 * What is known where a decision is made. The machines know more than this, and their contexts are declared as extensions
 * of it, so that facts are read from the very values that were judged.
 */
import type { LeftHost } from '../attempt/because.js';
import type { AttemptInput } from '../attempt/types.js';
import type { PeerFacts } from '../certificate/facts.js';
import type { TlsaKnowledge } from '../dane/tlsa-knowledge.js';
import type { AddressesAnswer, CnameAnswer, MxAnswer, TxtAnswer } from '../dns/answer.js';
import type { AddressKnowledge } from '../host/addresses.js';
import type { PeerJudgement } from '../host/authenticate.js';
import type { HostPlan } from '../host/plan.js';
import type { TlsStart } from '../host/tls-start.js';
import type { TransactionReplies } from '../host/transaction.js';
import type { HostInput, HostResult, RecipientState, TlsFacts } from '../host/types.js';
import type { Decision } from '../kernel/table.js';
import type { CacheAnswer, FetchResult } from '../mta-sts/fetch.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import type { Candidate } from '../mx/candidate.js';
import type { Keywords } from '../smtp/ehlo.js';
import type { Lost, Reply } from '../smtp/reply.js';

/** Of an attempt: what it was given, what was answered, and what was made of it. */
export interface AttemptEvidence {
  readonly input: AttemptInput;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly mx: MxAnswer | null;
  readonly txt: TxtAnswer | null;
  readonly cache: CacheAnswer | null;
  readonly fetched: FetchResult | null;
  readonly sts: StsKnowledge;
  readonly candidates: readonly Candidate[];
  readonly tried: number;
  readonly cut: 'no' | 'yes';
  readonly runs: readonly HostResult[];
  readonly fault: { readonly message: string } | null;
  readonly recipients: readonly {
    readonly failedAt: readonly LeftHost[];
    readonly state: RecipientState | null;
  }[];
  readonly decisions: readonly Decision[];
}

/** Of a host run, likewise. */
export interface HostEvidence {
  readonly input: HostInput;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly addressAnswer: AddressesAnswer | null;
  readonly aliasAnswer: CnameAnswer | null;
  readonly addressKnowledge: AddressKnowledge | null;
  readonly addresses: readonly string[];
  readonly tlsa: TlsaKnowledge;
  readonly plan: HostPlan | null;
  readonly address: number;
  readonly channel: 'first' | 'cleartext-retry';
  readonly helloVerb: 'EHLO' | 'HELO';
  readonly connection:
    | { readonly kind: 'greeted'; readonly reply: Reply }
    | { readonly kind: 'connected' }
    | { readonly kind: 'failed'; readonly cause: string }
    | Lost
    | null;
  readonly mechanism: string | null;
  readonly auth:
    | { readonly kind: 'replied'; readonly reply: Reply }
    | { readonly kind: 'failed'; readonly cause: string }
    | Lost
    | null;
  readonly hello: TlsStart['hello'];
  readonly startTls: TlsStart['startTls'];
  readonly handshake: TlsStart['handshake'];
  readonly peerFacts: PeerFacts | null;
  readonly peer: PeerJudgement | null;
  readonly keywords: Keywords;
  readonly transaction: TransactionReplies | null;
  readonly tls: TlsFacts | null;
  /** Null in it: a recipient that is still to be named. */
  readonly states: readonly (RecipientState | null)[] | null;
  readonly decisions: readonly Decision[];
}

/** What facts may speak of. Null: the decision was made without. */
export interface Evidence {
  readonly attempt: AttemptEvidence | null;
  readonly host: HostEvidence | null;
  /** Whose replies are meant: the place among the recipients of the run, or of the attempt where there is no run. */
  readonly recipient: number;
  /** What was decided before it, upon the same answer. */
  readonly earlier: readonly Decision[];
  /** The words of the decision itself. */
  readonly input: Readonly<Record<string, string>>;
}

export const NO_EVIDENCE: Evidence = Object.freeze({
  attempt: null,
  host: null,
  recipient: 0,
  earlier: [],
  input: {},
});

/** What was known when a host was judged: the answers and all that was made of them, on the connection as it was before. */
export function hostEvidence(before: HostEvidence, after: HostEvidence): HostEvidence {
  const { address, channel, helloVerb, tls } = before;
  return { ...after, address, channel, helloVerb, tls };
}
