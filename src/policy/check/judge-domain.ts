import type { DomainFacts } from './facts.js';
import { type Finding, inOrder } from './finding.js';
import { judgeCertificates } from './judge-certificate.js';
import { judgeDane } from './judge-dane.js';
import { judgeHosts } from './judge-host.js';
import { judgeMtaSts } from './judge-mta-sts.js';
import { judgeMxRecords } from './judge-mx.js';
import { judgeTls } from './judge-tls.js';
import { judgeTlsReporting } from './judge-tls-reporting.js';
import { surveyOf } from './survey.js';

/**
 * What a look at a domain from outside finds out about it as a receiver of mail, worst first. Where no mail goes there is
 * nothing more to find. `now`: milliseconds since 1970. Total; never throws.
 */
export function judgeDomain(facts: DomainFacts, now: number): readonly Finding[] {
  const survey = surveyOf(facts, now);
  const mx = judgeMxRecords(survey);
  if (survey.hosts.length === 0) {
    // What could not be learned of the MX records says nothing about the rest.
    const others = facts.mx.kind === 'failed' ? [...judgeMtaSts(survey), ...judgeTlsReporting(survey)] : [];
    return inOrder([...mx, ...others]);
  }
  return inOrder([
    ...mx,
    ...judgeHosts(survey),
    ...judgeTls(survey),
    ...judgeDane(survey),
    ...judgeCertificates(survey),
    ...judgeMtaSts(survey),
    ...judgeTlsReporting(survey),
  ]);
}
