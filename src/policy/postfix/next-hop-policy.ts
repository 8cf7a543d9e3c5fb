/*
 * The one TLS policy that Postfix takes for a next hop (smtp_tls_policy_maps): from what an attempt that connected to nobody found
 * of each host, to a level, its attributes, and what they do not say.
 */
import { nextCandidate } from '../attempt/attempt.tables.js';
import type { AttemptResult } from '../attempt/types.js';
import { type Decision, decide } from '../kernel/table.js';
import type { StsKnowledge, StsPolicy } from '../mta-sts/policy.js';
import { mxDiscovery } from '../mx/mx-discovery.table.js';
import type { HostNeed } from './host-need.table.js';
import { type HostWithNeed, hostNeeds, verdictOf } from './host-needs.js';
import { postfixAttributes } from './policy-attributes.table.js';
import { type PostfixLevel, postfixLevel } from './policy-level.table.js';
import type { PostfixVersion } from './postfix-version.js';

export interface NextHopFacts {
  /** As of an attempt that connected to nobody: every host was judged as far as it can be without. */
  readonly found: AttemptResult;
  /** Hosts beyond the bound of an attempt. */
  readonly notLookedAt: readonly string[];
  /** The MTA-STS policy that is kept and has not expired, also where the attempt never came to it. */
  readonly kept: StsPolicy | null;
  readonly version: PostfixVersion;
}

export interface NextHopPolicy {
  readonly level: Decision<PostfixLevel>;
  readonly attributes: Decision<(typeof postfixAttributes.verdicts)[number]>;
  readonly hosts: readonly HostWithNeed[];
  /** What certificates may be for: names, empty but under `secure`. */
  readonly names: readonly string[];
  /** The policy that is enforced, or null. */
  readonly enforced: StsPolicy | null;
  /** The domain whose policy that is; null: an address has none. */
  readonly policyDomain: string | null;
}

/** Total; never throws. */
export function judgeNextHop({ found, notLookedAt, kept, version }: NextHopFacts): NextHopPolicy {
  const hosts = hostNeeds(found, notLookedAt);
  const enforced = enforcedIn(found.policy === null ? keptAs(kept) : found.policy.known);
  const present = new Set(hosts.map(({ need }) => need.verdict));
  const mx = isProven(found) ? 'proven' : 'insecure';
  const policy = enforced === null ? 'other' : 'enforced';
  const level = decide(postfixLevel, {
    known: knownOf(found, hosts),
    mx,
    policy,
    dane: present.has('dane') ? 'some' : 'none',
    others: othersOf(present),
    closed: closedOf(present),
  });
  return {
    level,
    attributes: decide(postfixAttributes, { level: level.verdict, policy, version }),
    hosts,
    names: namesOf(level.verdict, hosts, mx, found),
    enforced,
    policyDomain:
      found.policy?.domain ?? (found.destination.kind === 'domain' ? found.destination.name : null),
  };
}

function keptAs(kept: StsPolicy | null): StsKnowledge {
  return kept === null ? { kind: 'none' } : { kind: 'policy', policy: kept, freshness: 'stale' };
}

function enforcedIn(known: StsKnowledge): StsPolicy | null {
  return known.kind === 'policy' && known.policy.mode === 'enforce' ? known.policy : null;
}

/** Whether DNSSEC proved which hosts are meant, or nobody but the next hop itself named one. */
function isProven({ decisions, mxSecurity }: AttemptResult): boolean {
  return verdictOf(decisions, mxDiscovery) !== 'try-hosts' || mxSecurity === 'secure';
}

function knownOf({ decisions, recipients }: AttemptResult, hosts: readonly HostWithNeed[]) {
  const end = verdictOf(decisions, nextCandidate);
  if (end === 'defer-for-fault' || end === 'defer-for-stop') return 'unknown';
  if (hosts.length === 0) return recipients[0]?.outcome === 'bounced' ? 'no-mail' : 'unknown';
  return hosts.every(({ need }) => need.verdict === 'gone') ? 'no-mail' : 'hosts';
}

/** Where one host needs a certificate, hosts that need less are none that may be named. */
function othersOf(present: ReadonlySet<HostNeed>) {
  if (present.has('pkix-by-policy') || present.has('pkix-by-rule')) return 'pkix';
  if (present.has('tls')) return 'tls';
  if (!present.has('records-tls')) return present.has('nothing') ? 'nothing' : 'none';
  return present.has('nothing') ? 'mixed' : 'records-tls';
}

function closedOf(present: ReadonlySet<HostNeed>) {
  if (present.has('dane-closed')) return 'dane-closed';
  if (present.has('closed') || present.has('dane-unread')) return 'closed';
  return present.has('unknown') ? 'unknown' : 'none';
}

function namesOf(
  level: PostfixLevel,
  hosts: readonly HostWithNeed[],
  mx: 'proven' | 'insecure',
  { destination }: AttemptResult,
): readonly string[] {
  if (level !== 'secure' && level !== 'secure-all') return [];
  const names = hosts.flatMap(({ host, need }) => {
    switch (need.verdict) {
      case 'pkix-by-policy':
        return [host];
      case 'pkix-by-rule':
        // A name that was learned from an insecure answer says nothing of the domain (RFC 9325, Section 7.1).
        return mx === 'proven' || destination.kind === 'literal' ? [host] : [destination.name];
      case 'dane':
        return level === 'secure-all' ? [host] : [];
      default:
        return [];
    }
  });
  return [...new Set(names)];
}
