import { compareOuterNames } from '../../../policy/tls-report/read/outer-names.js';
import { type ReportRefusal, readReport } from '../../../policy/tls-report/read/read-report.js';
import type { ReceivedReport } from '../../../policy/tls-report/read/received-report.js';
import { type UnpackFailure, type UnpackProblem, unpackReports } from './unpack.js';

export type SourceProblem = UnpackProblem | ReportRefusal;

/** What a file, a message or a request body held. */
export interface ReadSource {
  readonly reports: readonly ReceivedReport[];
  readonly failures: readonly UnpackFailure<SourceProblem>[];
}

/**
 * Reads every report in a source: JSON, gzip, a mail message (RFC 8460, Sections 5.3 and 5.4) or a mailbox. Never rejects. DKIM
 * signatures are not looked at; a receiver has to ignore reports that come by mail without one (RFC 8460, Section 3), and its
 * mail server is where that is known.
 *
 * @param fileName the last part of its path, "" where it has none
 */
export async function readSource(octets: Uint8Array, fileName: string): Promise<ReadSource> {
  const { reports: packed, failures: unpackFailures } = await unpackReports(octets, fileName);
  const failures: UnpackFailure<SourceProblem>[] = [...unpackFailures];
  const reports: ReceivedReport[] = [];
  for (const { text, names } of packed) {
    const read = readReport(text);
    if (read.kind === 'refused') {
      failures.push({ part: names.fileName, problem: read.refusal });
      continue;
    }
    const { report } = read;
    const deviations = [...report.deviations, ...compareOuterNames(report, names)];
    reports.push({ ...report, deviations });
  }
  return { reports, failures };
}
