/* What may be known where a decision is made, for tests: an attempt and a host run that have only begun, with whatever is to be known besides. */
import type { AttemptInput } from '../attempt/types.js';
import type { DnsAnswer, DnsFailure, DnsFailureCause } from '../dns/answer.js';
import type { HostInput } from '../host/types.js';
import type { StsKnowledge, StsPolicy } from '../mta-sts/policy.js';
import { PLAIN_FACTS } from '../require-tls/message.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import { NO_KEYWORDS } from '../smtp/ehlo.js';
import { type AttemptEvidence, type Evidence, type HostEvidence, NO_EVIDENCE } from './evidence.js';
import type { Fact } from './fact.js';
import { factsOf } from './facts-of.js';

export const NOW = Date.UTC(2026, 4, 1, 12);
export const MX = 'mx.a.example';

const COMMON = {
  startedAt: NOW,
  attempt: 1,
  destination: { kind: 'domain', name: 'a.example' },
  recipients: ['bob@a.example', 'eve@a.example'],
  message: { sender: 'ann@b.example', ...PLAIN_FACTS, sizeBytes: 1200 },
  settings: DEFAULT_SETTINGS,
  purpose: 'deliver',
} as const;

export function attempt(
  own: Partial<AttemptEvidence> = {},
  input: Partial<AttemptInput> = {},
): AttemptEvidence {
  return {
    now: NOW,
    ...{ mx: null, txt: null, cache: null, fetched: null, sts: { kind: 'none' } },
    ...{ candidates: [], tried: 0, cut: 'no', runs: [], fault: null, decisions: [] },
    recipients: COMMON.recipients.map(() => ({ failedAt: [], state: null })),
    ...own,
    input: { ...COMMON, dialled: {}, ...input },
  };
}

export function host(own: Partial<HostEvidence> = {}, input: Partial<HostInput> = {}): HostEvidence {
  return {
    now: NOW,
    ...{ addressAnswer: null, aliasAnswer: null, addressKnowledge: null, tlsa: { kind: 'not-applicable' } },
    ...{ addresses: ['192.0.2.1', '2001:db8::1'], address: 0, channel: 'first', helloVerb: 'EHLO' },
    ...{ plan: null, connection: null, mechanism: null, auth: null, hello: null, startTls: null },
    ...{ handshake: null, peerFacts: null, peer: null, keywords: NO_KEYWORDS, transaction: null },
    ...{ tls: null, states: null, decisions: [] },
    ...own,
    input: {
      ...COMMON,
      candidate: { host: MX, source: 'mx', preference: 10 },
      ...{ mxSecurity: 'insecure', expandedDestination: null, sts: { kind: 'none' }, dialled: [] },
      ...input,
    },
  };
}

export function known(own: Partial<Evidence>): Evidence {
  return { ...NO_EVIDENCE, ...own };
}

export function answered<R>(
  records: readonly R[],
  kind: 'secure' | 'insecure' = 'insecure',
  denial: 'nodata' | 'nxdomain' = 'nodata',
): DnsAnswer<R> {
  return { kind, records, denial: records.length > 0 ? null : denial, aliases: [], ttlSeconds: 300 };
}

export function failed(cause: DnsFailureCause, extendedError: number | null = null): DnsFailure {
  return { kind: 'failed', cause, extendedError };
}

export const POLICY: StsPolicy = {
  ...{ mode: 'enforce', mx: ['*.a.example', 'mail.b.example'], maxAgeSeconds: 604_800, lines: [] },
};

export function policy(
  own: Partial<StsPolicy> = {},
  freshness: 'fresh' | 'stale' = 'fresh',
): Extract<StsKnowledge, { kind: 'policy' }> {
  return { kind: 'policy', policy: { ...POLICY, ...own }, freshness };
}

/** What is said of one column of a decision. */
export function factOf(
  table: string,
  input: Readonly<Record<string, string>>,
  column: string,
  evidence: Partial<Evidence> = {},
): Fact {
  const fact = factsOf({ table, input }, known(evidence)).find((each) => each.column === column);
  if (fact === undefined) throw new RangeError(`nothing is said of ${column} in ${table}`);
  return fact;
}
