import { causeInWords } from '../dns/cause-words.js';
import {
  printTlsReportRecord,
  readTlsReportRecord,
  type SkippedDestination,
  type TlsReportDestination,
  type TlsReportRecord,
  type TlsReportRecordFault,
  tlsReportRecordsIn,
} from '../tls-report/tlsrpt-record.js';
import type { Finding } from './finding.js';
import { raiseReporting } from './findings.js';
import type { Survey } from './survey.js';
import { listOf, quoted } from './wording.js';

/** A record that lives shorter can be hidden by whoever can hold up a few lookups (RFC 8460, Section 7). */
const REPORT_TTL_SECONDS_MIN = 3600;

/** Whether TLS reports are asked for, and whether they can arrive. */
export function judgeTlsReporting({ facts }: Survey): readonly Finding[] {
  const { domain, tlsReport } = facts;
  if (tlsReport.kind === 'failed')
    return [raiseReporting('reports-unknown', { values: { domain, cause: causeInWords(tlsReport) } })];
  const record = readTlsReportRecord(tlsReport.records);
  const findings = judgeRecord(record, tlsReport.records, domain);
  const seconds = tlsReport.ttlSeconds;
  const isGuarded = tlsReport.kind === 'secure' || seconds >= REPORT_TTL_SECONDS_MIN;
  return record.kind === 'found' && !isGuarded
    ? [...findings, raiseReporting('reports-record-unguarded', { values: { seconds } })]
    : findings;
}

function judgeRecord(record: TlsReportRecord, texts: readonly string[], domain: string): readonly Finding[] {
  const publish = `_smtp._tls.${domain}. IN TXT "${printTlsReportRecord([`mailto:tls-reports@${domain}`])}"`;
  switch (record.kind) {
    case 'absent': {
      const odd = texts.find((text) => /v[ \t]*[=:][ \t]*["'\u201c]?tlsrpt/i.test(text));
      if (odd === undefined) return [raiseReporting('reports-not-asked-for', { publish })];
      const values = { reason: 'it does not begin with "v=TLSRPTv1;"', record: quoted(odd) };
      return [raiseReporting('reports-record-invalid', { values, publish })];
    }
    case 'invalid': {
      if (record.reason === 'several-records')
        return [raiseReporting('reports-record-several', { values: { domain } })];
      const reason =
        record.reason === 'no-rua'
          ? 'there is no rua'
          : 'there is no rua, and a field is not of the form name=value';
      const text = tlsReportRecordsIn(texts)[0] ?? '';
      return [
        raiseReporting('reports-record-invalid', { values: { reason, record: quoted(text) }, publish }),
      ];
    }
    case 'found': {
      const text = quoted(tlsReportRecordsIn(texts)[0] ?? '');
      const skipped = [
        ...record.faults.map((fault) =>
          raiseReporting('reports-record-remark', {
            values: { reason: FAULTS[fault], record: text },
            publish,
          }),
        ),
        ...record.destinations.flatMap(judgeSlashes),
        ...record.skipped.slice(0, SKIPPED_MAX).map(judgeSkipped),
      ];
      if (record.destinations.length === 0)
        return [...skipped, raiseReporting('reports-destination-missing', { publish })];
      const destinations = quoted(listOf([...new Set(record.destinations.map(({ uri }) => uri))]));
      return [...skipped, raiseReporting('reports-asked-for', { values: { destinations } })];
    }
  }
}

const SKIPPED_MAX = 20;

const FAULTS: Readonly<Record<TlsReportRecordFault, string>> = {
  field: 'a field is not of the form name=value',
  'blank-at-the-end': 'a blank stands at the end',
  'late-semicolon': 'a blank stands before the first semicolon',
};

function judgeSlashes(destination: TlsReportDestination): readonly Finding[] {
  if (destination.kind !== 'mailto' || !/^mailto:\/\//i.test(destination.uri)) return [];
  const { address, uri } = destination;
  return [raiseReporting('reports-mailto-slashes', { values: { address, uri: quoted(uri) } })];
}

const SKIPPED: Readonly<Record<SkippedDestination['reason'], string>> = {
  'not-a-uri': 'it is no URI',
  'unknown-scheme': 'reports know mailto: and https: only',
  'bad-address': 'it holds no mail address',
  'bad-host': 'it names no host',
  'too-many': 'there are too many before it',
};

function judgeSkipped({ uri, reason }: SkippedDestination): Finding {
  return raiseReporting('reports-destination-skipped', {
    values: { uri: `"${quoted(uri)}"`, reason: SKIPPED[reason] },
  });
}
