import type { HostFacts, Visit } from '../../policy/check/facts.js';
import { judgeTlsaKind } from '../../policy/check/tlsa-worth.table.js';
import { presentRecord, whyUnusable } from '../../policy/dane/usability.js';
import type { DomainCheck } from '../../services/check/check-domain.js';

/** What `waxseal check --json` prints. */
export function reportOf(domain: string, { findings, facts, checkedAt }: DomainCheck) {
  return {
    domain,
    checkedAt: new Date(checkedAt).toISOString(),
    findings,
    hosts: facts.hosts.map(hostReport),
  };
}

function hostReport({ host, source, tlsa, visits }: HostFacts) {
  return {
    host,
    source,
    addresses: visits.map(({ address, visit }) => ({ address, ...visitReport(visit) })),
    tlsa: tlsa.flatMap(({ baseDomain, answer }) =>
      answer.kind === 'failed'
        ? []
        : answer.records.map((record) => ({
            baseDomain,
            record: presentRecord(record),
            secure: answer.kind === 'secure',
            ttlSeconds: answer.ttlSeconds,
            unusable: whyUnusable(record),
            worth: record.kind === 'malformed' ? 'useless' : judgeTlsaKind(record).verdict,
          })),
    ),
  };
}

function visitReport(visit: Visit) {
  if (visit.kind !== 'secured') return { outcome: visit.kind, tls: null, certificate: null };
  const { protocol, cipher, peer, requireTls } = visit;
  const leaf = peer.kind === 'presented' ? peer.chain[0] : null;
  return {
    outcome: visit.kind,
    tls: { protocol, cipher },
    requireTls: requireTls === 'offered',
    certificate:
      leaf === null || peer.kind !== 'presented'
        ? null
        : {
            names: leaf.dnsNames,
            notBefore: dateOf(leaf.notBefore),
            notAfter: dateOf(leaf.notAfter),
            sha256: leaf.certificateSha256,
            spkiSha256: leaf.spkiSha256,
            chainLength: peer.chain.length,
            path: peer.path.kind === 'trusted' ? 'trusted' : peer.path.cause,
          },
  };
}

const dateOf = (ms: number): string => new Date(ms).toISOString();
