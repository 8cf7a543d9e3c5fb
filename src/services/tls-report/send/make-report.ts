import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ReportKey } from '../../../effects/stores.js';
import { type BuiltReport, buildReport } from '../../../policy/tls-report/send/build-report.js';
import { composeMail, SIGNED_FIELDS } from '../../../policy/tls-report/send/compose-mail.js';
import { type NameFacts, reportIdOf } from '../../../policy/tls-report/send/report-names.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import { type SignedMail, signMail } from '../../dkim/index.js';
import type { KnownReportSettings } from './settings.js';

const compress = promisify(gzip);

/** A report, ready to be handed over. */
export interface MadeReport extends BuiltReport {
  readonly names: NameFacts;
  /** Compressed (RFC 8460, Section 5.2). */
  readonly octets: Buffer;
}

/** Makes the report of a domain and a day. */
export async function makeReport(
  key: ReportKey,
  lines: readonly TlsReportPolicy[],
  settings: KnownReportSettings,
): Promise<MadeReport> {
  const { submitter, organizationName, contactInfo } = settings;
  const names = { ...key, submitter, uniqueId: uniqueIdOf(key, settings) };
  const reportId = reportIdOf(names);
  const built = buildReport({ organizationName, contactInfo, reportId, day: key.day, lines });
  return { ...built, names, octets: await compress(JSON.stringify(built.report)) };
}

/** Signs and answers the message that carries a report to an address. Never rejects. @param now milliseconds since 1970 */
export function mailOf(
  { names, octets, leftOut }: MadeReport,
  to: string,
  { contactInfo: from, submitter, keys }: KnownReportSettings,
  now: number,
): Promise<SignedMail> {
  const messageId = digest(`${names.uniqueId} ${to} ${now}`, 32);
  const base64 = octets.toString('base64');
  const message = composeMail({ names, from, to, date: now, messageId, leftOut, base64 });
  return signMail(Buffer.from(message), { domain: submitter, keys, at: now, fields: SIGNED_FIELDS });
}

/** The same at every attempt, so that whoever gets a report twice sees that it is the same. */
function uniqueIdOf({ day, domain }: ReportKey, { submitter, source }: KnownReportSettings): string {
  return digest(JSON.stringify([submitter, source, domain, day]), 16);
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
