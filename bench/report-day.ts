/* The day itself, in a process of its own, so that its peak of memory is its own. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { memoryTlsReportStore } from '../src/adapters/memory/index.js';
import { DEFAULT_STORE_BOUNDS } from '../src/effects/stores.js';
import { buildReport, type TlsReportPolicy } from '../src/policy/index.js';

export interface ReportDay {
  readonly countSeconds: number;
  readonly makeSeconds: number;
  readonly octets: number;
  readonly peakBytes: number;
  readonly leanBytes: number;
}

const SESSIONS = 1_000_000;
const DOMAINS = 10_000;
const DAY = '2026-01-01';
const compress = promisify(gzip);

/** One of twenty sessions fails, at one of three hosts, for one of two reasons. */
function tallyOf(session: number, domain: string): TlsReportPolicy {
  const failed = session % 20 === 0;
  const detail = {
    resultType: session % 40 === 0 ? 'certificate-expired' : 'starttls-not-supported',
    receivingMxHostname: `mx${session % 3}.${domain}`,
    receivingIp: `192.0.2.${session % 3}`,
    sendingMtaIp: '198.51.100.7',
    failedSessionCount: 1,
    failureReasonCode: '',
  } as const;
  return {
    policyType: 'sts',
    policyDomain: domain,
    policyString: ['version: STSv1', 'mode: testing', `mx: *.${domain}`, 'max_age: 604800'],
    mxHost: [`*.${domain}`],
    success: failed ? 0 : 1,
    failure: failed ? 1 : 0,
    details: failed ? [detail] : [],
  };
}

const leanBytes = process.memoryUsage().rss;
const store = memoryTlsReportStore(DEFAULT_STORE_BOUNDS);
const startedAt = performance.now();
for (let session = 0; session < SESSIONS; session++) {
  const domain = `d${(session * 7919) % DOMAINS}.example`;
  await store.add({ day: DAY, domain }, [tallyOf(session, domain)]);
}
const countedAt = performance.now();
let octets = 0;
for (let at = 0; at < DOMAINS; at++) {
  const domain = `d${at}.example`;
  const { report } = buildReport({
    organizationName: 'Sender',
    contactInfo: 'tls@sender.example',
    reportId: `20260101.${at}@sender.example`,
    day: DAY,
    lines: await store.read({ day: DAY, domain }),
  });
  octets += (await compress(JSON.stringify(report))).length;
}
const told: ReportDay = {
  countSeconds: (countedAt - startedAt) / 1000,
  makeSeconds: (performance.now() - countedAt) / 1000,
  octets,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  leanBytes,
};
process.send?.(told);
process.disconnect?.();
