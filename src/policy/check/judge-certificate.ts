import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import { judgePkix } from '../host/authenticate.js';
import { decide } from '../kernel/table.js';
import { utcDay } from '../tls-report/send/report-day.js';
import type { Finding } from './finding.js';
import { raiseCertificate } from './findings.js';
import { securedVisits } from './judge-tls.js';
import { certificateFinding } from './session.tables.js';
import { type HostSurvey, matchesDane, type Survey } from './survey.js';
import { countOf, listOf, quoted } from './wording.js';

const DAY_MS = 86_400_000;
/** Renewals run weeks ahead; what is nearer than this has been forgotten. */
const EXPIRY_DAYS_MIN = 14;

/** Whether the certificates pass where a sender asks a CA (RFC 8461, Section 4.2). */
export function judgeCertificates(survey: Survey): readonly Finding[] {
  return survey.hosts.flatMap((host) => judgeHost(host, survey));
}

function judgeHost(survey: HostSurvey, { mode, now }: Survey): readonly Finding[] {
  const { host } = survey.facts;
  const visits = securedVisits(survey);
  const failures = visits.flatMap(({ address, visit: { peer } }) => {
    const pkix = judgePkix(peer, [[host]], 'never');
    const { verdict } = decide(certificateFinding, {
      pkix: pkix === 'passed' ? 'passed' : 'failed',
      sts: mode,
      dane: matchesDane(survey, peer, now) ? 'matched' : 'not-matched',
    });
    if (verdict === 'certificate-passes') return [];
    return [raiseCertificate(verdict, { host, address, values: { fault: faultOf(peer, now) } })];
  });
  const expiries = visits.flatMap(({ visit: { peer } }) =>
    peer.kind === 'presented' ? [peer.chain[0].notAfter] : [],
  );
  if (expiries.length === 0) return failures;
  const until = Math.min(...expiries);
  const passes =
    failures.length === 0
      ? [raiseCertificate('certificate-passes', { host, values: { until: utcDay(until) } })]
      : [];
  return [...failures, ...passes, ...judgeExpiry(survey, mode, until, now)];
}

/** Dates matter only to who asks a CA or goes by usage 2. */
function judgeExpiry(
  survey: HostSurvey,
  mode: Survey['mode'],
  until: number,
  now: number,
): readonly Finding[] {
  const { facts, dane } = survey;
  const isAnchored =
    dane.kind === 'present' && dane.records.some((record) => record.kind === 'tlsa' && record.usage === 2);
  const days = Math.floor((until - now) / DAY_MS);
  if (until < now || days >= EXPIRY_DAYS_MIN || (mode === 'none' && !isAnchored)) return [];
  const values = { until: utcDay(until), days: days === 0 ? 'less than a day' : countOf(days, 'day') };
  return [raiseCertificate('certificate-expires-soon', { host: facts.host, values })];
}

/** Of one that does not pass: what has a path is not for the name. */
function faultOf(peer: PeerFacts, now: number): string {
  if (peer.kind === 'unreadable') return `cannot be read (${peer.code})`;
  if (peer.path.kind === 'trusted') return `does not hold that name, but ${namesOf(peer.chain[0])}`;
  const { cause, code } = peer.path;
  const [leaf] = peer.chain;
  switch (cause) {
    case 'expired':
      return leaf.notAfter < now
        ? `has expired on ${utcDay(leaf.notAfter)}`
        : 'has an issuer that has expired';
    case 'not-yet-valid':
      return `is not valid before ${utcDay(leaf.notBefore)}`;
    case 'self-signed':
      return `is signed by itself, or by a root that is not trusted here (${code})`;
    case 'unknown-issuer':
      return `does not lead to a CA that is trusted here; perhaps an intermediate is not sent (${code})`;
    case 'revoked':
      return 'has been revoked';
    case 'other':
      return `is not trusted here (${code})`;
  }
}

function namesOf({ dnsNames }: CertificateFacts): string {
  return dnsNames.length === 0 ? 'none at all (subjectAltName)' : quoted(listOf(dnsNames));
}
