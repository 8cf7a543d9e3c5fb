import type { Fault } from '../effects/catalog.js';
import type { LeftHost } from '../policy/attempt/because.js';
import type { AttemptInput, PlacedDecision } from '../policy/attempt/types.js';
import type { AddressesAnswer, MxAnswer, MxRecord, TxtAnswer } from '../policy/dns/answer.js';
import type { AttemptEvidence } from '../policy/explain/evidence.js';
import type { Exchange } from '../policy/host/exchange.js';
import type { HostResult, HostRun, RecipientState } from '../policy/host/types.js';
import type { Decision } from '../policy/kernel/table.js';
import type { NextHopVerdict } from '../policy/local/destination.js';
import type { CacheAnswer, FetchAnswer, FetchResult } from '../policy/mta-sts/fetch.js';
import type { StsKnowledge } from '../policy/mta-sts/policy.js';
import type { PolicyVerdict } from '../policy/mta-sts/policy-findings.js';
import { type Candidate, policyDomainOf } from '../policy/mx/candidate.js';
import { judgeMessage, type MessageKind } from '../policy/require-tls/message-kind.table.js';

/** How a recipient stands so far. */
export interface RecipientProgress {
  readonly recipient: string;
  /** The hosts that did not take the message for it. */
  readonly failedAt: readonly LeftHost[];
  /** What the last of them said. */
  readonly state: RecipientState | null;
  readonly host: HostRun | null;
}

/** An end that is about the domain or about us, not about a host. */
export interface AttemptEnd {
  readonly outcome: 'deferred' | 'bounced';
  readonly status: string;
  readonly decision: Decision;
  /** Of whom no host has said anything; absent: nothing was exchanged that decided. */
  readonly exchange?: Exchange;
}

/** What the attempt machine knows. */
export interface AttemptContext extends AttemptEvidence {
  readonly input: AttemptInput;
  /** The latest time an answer carried, in milliseconds since 1970. */
  readonly now: number;
  readonly message: MessageKind;

  /** Where the way begins; null until it is judged. */
  readonly way: NextHopVerdict | null;
  readonly mx: MxAnswer | null;
  readonly txt: TxtAnswer | null;
  readonly cache: CacheAnswer | null;
  readonly draws: readonly number[];
  readonly policyHost: AddressesAnswer | null;
  /** Of the policy host, vetted. */
  readonly policyAddresses: readonly string[];
  readonly fetch: FetchAnswer | null;
  readonly fetched: FetchResult | null;
  /** Null until what is kept and announced was judged. */
  readonly policyVerdict: PolicyVerdict | null;
  readonly stored: 'not-asked' | 'written' | 'failed';
  readonly sts: StsKnowledge;

  /** Empty until `draws` are in; see `candidatesFor`. */
  readonly candidates: readonly Candidate[];
  /** Whether there were more than the bound allows: those were not looked at, so nothing is known of them. */
  readonly cut: 'no' | 'yes';
  readonly tried: number;
  readonly runs: readonly HostResult[];
  readonly fault: Fault | null;
  readonly recipients: readonly RecipientProgress[];

  readonly next: 'go-on' | 'conclude' | 'draw' | 'fetch' | 'store' | 'try';
  readonly end: AttemptEnd | null;
  readonly decisions: readonly PlacedDecision[];
}

/** An attempt before its first question. Total: XState calls it once without an input. */
export function startAttempt(input: AttemptInput | undefined): AttemptContext {
  const message = input && judgeMessage(input.message, input.settings.tlsRequiredNo);
  return {
    input: input as AttemptInput,
    now: input?.startedAt ?? 0,
    message: message?.verdict ?? 'ordinary',
    way: null,
    mx: null,
    txt: null,
    cache: null,
    draws: [],
    policyHost: null,
    policyAddresses: [],
    fetch: null,
    fetched: null,
    policyVerdict: null,
    stored: 'not-asked',
    sts: { kind: 'none' },
    candidates: [],
    cut: 'no',
    tried: 0,
    runs: [],
    fault: null,
    recipients: (input?.recipients ?? []).map((recipient) => ({
      recipient,
      failedAt: [],
      state: null,
      host: null,
    })),
    next: 'go-on',
    end: null,
    decisions: message === undefined || seeksPolicy(input!) ? [] : [{ ...message, mx: null }],
  };
}

/** Whether the attempt ends with the policy: there is no message. */
export function seeksPolicy({ purpose }: AttemptInput): boolean {
  return purpose === 'learn-policy' || purpose === 'refresh-policy';
}

/** The recipients that still wait, in order. */
export function waitingOf(context: AttemptContext): readonly RecipientProgress[] {
  return context.recipients.filter(isWaiting);
}

export function isWaiting({ state }: Pick<RecipientProgress, 'state'>): boolean {
  return state === null || state.verdict === 'next-host';
}

/** None where they were not asked for, or did not come. */
export function mxRecords({ mx }: AttemptContext): readonly MxRecord[] {
  return mx !== null && 'records' in mx ? mx.records : [];
}

/** The domain whose MTA-STS policy is looked for; see `policyDomainOf`. A literal without a relay has none. */
export function policyDomain({ input, way, candidates }: AttemptContext): string | null {
  return policyDomainOf(input.destination, way === 'relay' ? candidates[0]! : null);
}

/** A copy, field by field: spreading an object of this size costs five times as much, and copying is most of a step. */
export function copyAttempt(run: AttemptContext): AttemptContext {
  return {
    input: run.input,
    now: run.now,
    message: run.message,
    way: run.way,
    mx: run.mx,
    txt: run.txt,
    cache: run.cache,
    draws: run.draws,
    policyHost: run.policyHost,
    policyAddresses: run.policyAddresses,
    fetch: run.fetch,
    fetched: run.fetched,
    policyVerdict: run.policyVerdict,
    stored: run.stored,
    sts: run.sts,
    candidates: run.candidates,
    cut: run.cut,
    tried: run.tried,
    runs: run.runs,
    fault: run.fault,
    recipients: run.recipients,
    next: run.next,
    end: run.end,
    decisions: run.decisions,
  };
}
