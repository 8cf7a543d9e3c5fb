/*
 * What one policy a lookup does not say. Sentences for whoever runs Postfix; each names what the engine by itself would have held to.
 */
import type { AttemptResult } from '../attempt/types.js';
import type { Settings } from '../settings.js';
import type { HostNeed } from './host-need.table.js';
import type { NextHopPolicy } from './next-hop-policy.js';

export interface LossFacts {
  readonly policy: NextHopPolicy;
  readonly found: AttemptResult;
  readonly settings: Pick<Settings, 'whenDanePasses'>;
  /** The relay that a rule of the operator names for the domain, which Postfix knows nothing of; null: none. */
  readonly relay: string | null;
}

/** What is lost between the engine and Postfix, in the order of importance; empty: nothing. */
export function lossesOf({ policy, found, settings, relay }: LossFacts): readonly string[] {
  const { verdict: level } = policy.level;
  if (level === 'wait') return relayLoss(relay);
  return [
    ...relayLoss(relay),
    ...(level === 'dane-only' ? besideDane(policy, settings) : []),
    ...(level === 'dane-only' ? unused(policy, ['pkix-by-policy', 'pkix-by-rule', 'tls']) : []),
    ...(level === 'secure' ? unused(policy, ['dane']) : []),
    ...(level === 'secure-all' ? unread(policy) : []),
    ...(policy.attributes.verdict === 'match'
      ? [
          'The name that a server is to be asked for: Postfix before 3.4 asks for none, and a server with several certificates may show another one.',
        ]
      : []),
    ...reportLosses(policy, found),
  ];
}

/** What the answer supposes of Postfix's own settings; empty: nothing. */
export function suppositionsOf({ level, hosts }: NextHopPolicy): readonly string[] {
  const { verdict, input } = level;
  if (verdict !== 'dane' && verdict !== 'dane-only') return [];
  const dnssec = 'smtp_dns_support_level = dnssec, and a resolver that validates';
  const readsRecords = hosts.some(({ need }) => ['dane', 'records-tls', 'unknown'].includes(need.verdict));
  return input.mx === 'insecure' && readsRecords
    ? [dnssec, 'smtp_tls_dane_insecure_mx_policy = dane']
    : [dnssec];
}

function hostsWith({ hosts }: NextHopPolicy, needs: readonly HostNeed[]): string {
  return hosts
    .filter(({ need }) => needs.includes(need.verdict))
    .map(({ host }) => host)
    .join(', ');
}

function besideDane(policy: NextHopPolicy, { whenDanePasses }: LossFacts['settings']): readonly string[] {
  if (policy.enforced === null) return [];
  // Postfix reads for itself, when it connects, the records that were not read for this answer.
  const hosts = hostsWith(policy, ['dane', 'dane-unread']);
  const list = `That the MTA-STS policy of ${policy.policyDomain} lists ${hosts} was seen for this answer; Postfix does not look again when it connects.`;
  if (whenDanePasses === 'skip-pkix') return [list];
  return [
    `The certificate that the MTA-STS policy of ${policy.policyDomain} asks of ${hosts}: it is not checked beside DANE, which no policy may override.`,
    list,
  ];
}

function unused(policy: NextHopPolicy, needs: readonly HostNeed[]): readonly string[] {
  const hosts = hostsWith(policy, needs);
  return hosts === ''
    ? []
    : [`${hosts}: not used, because Postfix cannot demand one thing of it and another of the other hosts.`];
}

function unread(policy: NextHopPolicy): readonly string[] {
  const hosts = hostsWith(policy, ['dane']);
  return [
    `The TLSA records of ${hosts}: they are not looked at, because the MX records that name it are not validated and an MTA-STS policy is enforced.`,
  ];
}

function reportLosses(
  { enforced, attributes, policyDomain }: NextHopPolicy,
  found: AttemptResult,
): readonly string[] {
  const { policy } = found;
  if (policy === null) return [];
  if (enforced !== null)
    return attributes.verdict === 'match-name-and-report'
      ? []
      : [`TLS reports to ${policyDomain} do not tell how sessions fared under its MTA-STS policy.`];
  if (policy.known.kind === 'policy' && policy.known.policy.mode === 'testing')
    return [
      `The MTA-STS policy of ${policyDomain} is in testing mode: nobody tells it how sessions would have fared.`,
    ];
  if (policy.fetched?.kind === 'failed')
    return [`That the MTA-STS policy of ${policyDomain} could not be fetched is not reported to it.`];
  return [];
}

function relayLoss(relay: string | null): readonly string[] {
  return relay === null
    ? []
    : [`The relay ${relay} that the settings name: Postfix goes where its own transport tables lead.`];
}
