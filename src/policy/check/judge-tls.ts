import { decide } from '../kernel/table.js';
import type { Visit } from './facts.js';
import type { Finding } from './finding.js';
import { raiseTls } from './findings.js';
import { tlsFinding } from './session.tables.js';
import { type HostSurvey, matchesDane, type Survey } from './survey.js';
import { listOf } from './wording.js';

type Secured = Extract<Visit, { kind: 'secured' }>;

/** Whether TLS starts everywhere, for everybody, and in a form that is up to date. */
export function judgeTls(survey: Survey): readonly Finding[] {
  return [...survey.hosts.flatMap((host) => judgeHost(host, survey)), ...judgeRequireTls(survey)];
}

function judgeHost(survey: HostSurvey, { mode, now }: Survey): readonly Finding[] {
  const { host, visits } = survey.facts;
  const starts = visits.flatMap(({ address, visit }) => {
    const tls = classify(visit);
    return tls === null ? [] : [{ address, visit, tls }];
  });
  const failures = starts.flatMap(({ address, visit, tls }) => {
    const dane = survey.dane.kind === 'present' ? 'promised' : 'not-promised';
    const { verdict } = decide(tlsFinding, { tls, dane, sts: mode });
    return verdict === 'tls-works'
      ? []
      : [raiseTls(verdict, { host, address, values: { reason: reasonOf(visit) } })];
  });
  const secured = securedVisits(survey);
  const isMissing = starts.some(({ tls }) => tls === 'not-offered' || tls === 'refused');
  const protocols = listOf([...new Set(secured.map(({ visit }) => visit.protocol))]);
  return [
    ...failures,
    ...(secured.length > 0 && isMissing ? [raiseTls('starttls-at-some-addresses', { host })] : []),
    ...(secured.length > 0 && failures.length === 0
      ? [raiseTls('tls-works', { host, values: { protocols } })]
      : []),
    ...secured.flatMap(({ address, visit }) => judgeStrength(host, address, visit)),
    ...judgeServerNames(survey, now),
  ];
}

/** The visits to a host that came as far as TLS. */
export function securedVisits({ facts }: HostSurvey) {
  return facts.visits.flatMap(({ address, visit }) => (visit.kind === 'secured' ? [{ address, visit }] : []));
}

/** Null: the server was not asked for TLS. */
function classify(visit: Visit): (typeof tlsFinding.inputs.tls)[number] | null {
  switch (visit.kind) {
    case 'secured':
      return 'established';
    case 'no-starttls':
      return 'not-offered';
    case 'tls-failed':
      if (visit.outcome === 'injected') return 'injected';
      return visit.outcome === 'handshake-failed' ? 'broken' : 'refused';
    case 'left-out':
    case 'not-connected':
    case 'lost':
    case 'rejected':
      return null;
  }
}

function reasonOf(visit: Visit): string {
  if (visit.kind !== 'tls-failed') return 'EHLO does not list STARTTLS';
  return visit.outcome === 'handshake-failed' ? visit.code : `the reply to STARTTLS is ${visit.code}`;
}

const CURRENT_PROTOCOLS: readonly string[] = ['TLSv1.2', 'TLSv1.3'];

function judgeStrength(host: string, address: string, { protocol, cipher }: Secured): readonly Finding[] {
  if (!CURRENT_PROTOCOLS.includes(protocol))
    return [raiseTls('tls-old-protocol', { host, address, values: { protocol } })];
  // Every suite of TLS 1.3 has it; those of 1.2 tell by their key exchange.
  if (protocol === 'TLSv1.3' || /^(?:ECDHE|DHE|TLS_(?:ECDHE|DHE))[-_]/.test(cipher)) return [];
  return [raiseTls('tls-no-forward-secrecy', { host, address, values: { cipher } })];
}

function judgeServerNames(survey: HostSurvey, now: number): readonly Finding[] {
  const { host, probes } = survey.facts;
  const findings = probes.flatMap(({ address, serverName, visit }) => {
    const sni = serverName === null ? 'no server name' : `the server name ${serverName}`;
    if (visit.kind === 'tls-failed')
      return [raiseTls('sni-needed', { host, address, values: { sni, reason: visit.code } })];
    if (visit.kind !== 'secured' || !failsDaneOnly(survey, address, visit, now)) return [];
    return [raiseTls('sni-other-certificate', { host, address, values: { sni } })];
  });
  const isSettled = probes.length > 0 && probes.every(({ visit }) => visit.kind === 'secured');
  return isSettled && findings.length === 0 ? [raiseTls('sni-not-needed', { host })] : findings;
}

/** Whether TLSA records match what is shown to a client that sends the right name, and not what is shown to this one. */
function failsDaneOnly(survey: HostSurvey, address: string, visit: Secured, now: number): boolean {
  const usual = securedVisits(survey).find((each) => each.address === address);
  const matches = ({ peer }: Secured) => matchesDane(survey, peer, now);
  return usual !== undefined && matches(usual.visit) && !matches(visit);
}

function judgeRequireTls({ hosts }: Survey): readonly Finding[] {
  const secured = hosts.filter((host) => securedVisits(host).length > 0);
  if (secured.length === 0) return [];
  const missing = secured.filter((host) =>
    securedVisits(host).some(({ visit }) => visit.requireTls === 'missing'),
  );
  if (missing.length === 0) return [raiseTls('requiretls-offered')];
  return [
    raiseTls('requiretls-missing', { values: { hosts: listOf(missing.map(({ facts }) => facts.host)) } }),
  ];
}
