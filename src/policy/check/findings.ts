/* Everything that a check can find out about a domain, by subject. */
import { type FindingTexts, raiser, type Subject } from './finding.js';
import { CERTIFICATE_FINDINGS } from './findings/certificate.js';
import { DANE_FINDINGS } from './findings/dane.js';
import { HOST_FINDINGS } from './findings/host.js';
import { STS_FINDINGS } from './findings/mta-sts.js';
import { MX_FINDINGS } from './findings/mx.js';
import { TLS_FINDINGS } from './findings/tls.js';
import { REPORTING_FINDINGS } from './findings/tls-reporting.js';

export const FINDINGS = {
  mx: MX_FINDINGS,
  host: HOST_FINDINGS,
  tls: TLS_FINDINGS,
  dane: DANE_FINDINGS,
  certificate: CERTIFICATE_FINDINGS,
  'mta-sts': STS_FINDINGS,
  'tls-reporting': REPORTING_FINDINGS,
} as const satisfies Readonly<Record<Subject, FindingTexts>>;

/** The name of a finding; unique over all subjects, stable, for logs and filters. */
export type FindingId = { [S in Subject]: keyof (typeof FINDINGS)[S] & string }[Subject];

export const raiseMx = raiser('mx', MX_FINDINGS);
export const raiseHost = raiser('host', HOST_FINDINGS);
export const raiseTls = raiser('tls', TLS_FINDINGS);
export const raiseDane = raiser('dane', DANE_FINDINGS);
export const raiseCertificate = raiser('certificate', CERTIFICATE_FINDINGS);
export const raiseSts = raiser('mta-sts', STS_FINDINGS);
export const raiseReporting = raiser('tls-reporting', REPORTING_FINDINGS);
