/*
 * What the facts of a look come to by the rules that senders go by: whether the MX answer is secure, which TLSA records of
 * a host count, and which policy is in force. Findings are made from this.
 */
import type { PeerFacts } from '../certificate/facts.js';
import { matchDane } from '../dane/match.js';
import { type ReferenceFacts, referenceNames } from '../dane/reference-names.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import { tlsaBase } from '../dane/tlsa-base.table.js';
import { causeInWords } from '../dns/cause-words.js';
import { type AddressKnowledge, learnAddresses } from '../host/addresses.js';
import { decide } from '../kernel/table.js';
import { type FetchResult, readFetch } from '../mta-sts/fetch.js';
import type { StsMode, StsPolicy } from '../mta-sts/policy.js';
import { readStsRecord } from '../mta-sts/record.js';
import type { DomainFacts, HostFacts } from './facts.js';

export interface Survey {
  readonly facts: DomainFacts;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly mxSecurity: 'secure' | 'insecure';
  /** The policy that senders have who know MTA-STS: record and file are both sound. */
  readonly policy: StsPolicy | null;
  readonly mode: StsMode;
  readonly fetched: FetchResult | null;
  readonly hosts: readonly HostSurvey[];
}

export interface HostSurvey {
  readonly facts: HostFacts;
  readonly addresses: AddressKnowledge;
  /** The TLSA records as senders see them who use DANE. */
  readonly dane: HostDane;
}

export type HostDane =
  /** `possible`: the way to the host's name is secure, so records could be. `idle`: records are there and not secure. */
  | { readonly kind: 'absent'; readonly way: 'possible' | 'not-secure'; readonly idle: 'records' | 'none' }
  /** `asked`: whether senders ask at all, which they do below secure names only. */
  | {
      readonly kind: 'failed';
      readonly baseDomain: string;
      readonly cause: string;
      readonly asked: 'yes' | 'no';
    }
  | {
      readonly kind: 'present';
      readonly baseDomain: string;
      readonly records: readonly TlsaRecord[];
      readonly ttlSeconds: number;
      /** The reference identifiers of DANE-TA. */
      readonly references: readonly string[];
    };

/** Reads the facts once for all judgements. Total; never throws. */
export function surveyOf(facts: DomainFacts, now: number): Survey {
  const mxSecurity = facts.mx.kind === 'secure' ? 'secure' : 'insecure';
  const fetched = facts.sts.fetch === null ? null : readFetch(facts.sts.fetch);
  const { record } = facts.sts;
  const isAnnounced = record.kind !== 'failed' && readStsRecord(record.records).kind === 'found';
  const policy = isAnnounced && fetched?.kind === 'policy' ? fetched.policy : null;
  const hosts = facts.hosts.map((host) => surveyHost(host, facts, mxSecurity));
  return { facts, now, mxSecurity, policy, mode: policy?.mode ?? 'none', fetched, hosts };
}

function surveyHost(host: HostFacts, facts: DomainFacts, mxSecurity: Survey['mxSecurity']): HostSurvey {
  const addresses = learnAddresses(host.addresses, []);
  const proven = {
    mxSecurity,
    source: host.source,
    nextHop: facts.domain,
    expandedNextHop: facts.mx.kind === 'failed' ? null : (facts.mx.aliases.at(-1) ?? null),
  };
  return { facts: host, addresses, dane: learnDane(host, addresses, proven) };
}

/** The first base domain with secure records counts (RFC 7672, Section 2.2.3), if the way to it is secure. */
function learnDane(
  host: HostFacts,
  addresses: AddressKnowledge,
  proven: Omit<ReferenceFacts, 'baseDomain'>,
): HostDane {
  const way = isWaySecure(host, addresses) ? 'possible' : 'not-secure';
  let idle: 'records' | 'none' = 'none';
  for (const { baseDomain, answer } of host.tlsa) {
    if (answer.kind === 'failed') {
      return {
        kind: 'failed',
        baseDomain,
        cause: causeInWords(answer),
        asked: way === 'possible' ? 'yes' : 'no',
      };
    }
    if (answer.records.length === 0) continue;
    if (answer.kind === 'secure' && way === 'possible') {
      const { records, ttlSeconds } = answer;
      return {
        kind: 'present',
        baseDomain,
        records,
        ttlSeconds,
        references: referenceNames({ ...proven, baseDomain }),
      };
    }
    idle = 'records';
  }
  return { kind: 'absent', way, idle };
}

function isWaySecure(host: HostFacts, addresses: AddressKnowledge): boolean {
  if (addresses.kind !== 'found') return false;
  const { verdict } = decide(tlsaBase, {
    alias: addresses.expandedName === null ? 'none' : 'alias',
    addresses: addresses.security,
    firstAlias: host.alias === null ? 'not-asked' : host.alias.kind,
  });
  return verdict === 'original' || verdict === 'expanded-then-original';
}

/** Whether TLSA records that count match what was presented. Total; never throws. */
export function matchesDane({ dane }: HostSurvey, peer: PeerFacts, now: number): boolean {
  return dane.kind === 'present' && matchDane(dane.records, peer, dane.references, now).kind === 'matched';
}
