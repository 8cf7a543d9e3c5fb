import { compareOuterNames } from '../../../policy/tls-report/read/outer-names.js';
import { type Place, type ReportRefusal, readReports } from '../../../policy/tls-report/read/read-report.js';
import type { ReceivedReport } from '../../../policy/tls-report/read/received-report.js';
import { Allowance } from './allowance.js';
import { inPieces } from './in-pieces.js';
import { type PackedText, type UnpackProblem, unpack } from './unpack.js';

export type SourceProblem = UnpackProblem | ReportRefusal | 'text-after-end' | 'too-many-values';

/** A part of a source that was not read, or not to its end. */
export interface SourceFailure {
  /** As far as it has a name. */
  readonly part: string;
  readonly problem: SourceProblem;
  /** Where in the text of a report, if a place is to blame. */
  readonly place: Place | null;
}

/** What a file, a message or a request body held. */
export interface ReadSource {
  readonly reports: readonly ReceivedReport[];
  readonly failures: readonly SourceFailure[];
}

const FAILURES_MAX = 1000;

/**
 * Reads every report in a source: JSON, gzip, a mail message (RFC 8460, Sections 5.3 and 5.4) or a mailbox. Never rejects, and
 * holds nobody else up: it pauses now and then, and what is beyond its allowance is not read, and said to be. DKIM signatures are
 * not looked at; a receiver has to ignore reports that come by mail without one (RFC 8460, Section 3), and its mail server is
 * where that is known.
 *
 * @param fileName the last part of its path, "" where it has none
 * @param allowance shared by all sources of a run
 */
export async function readSource(
  octets: Uint8Array,
  fileName: string,
  allowance: Allowance = new Allowance(),
): Promise<ReadSource> {
  const reports: ReceivedReport[] = [];
  const failures: SourceFailure[] = [];
  const fail = (part: string, problem: SourceProblem, place: Place | null = null) => {
    if (failures.length < FAILURES_MAX) failures.push({ part, problem, place });
    else if (failures.length === FAILURES_MAX)
      failures.push({ part: fileName, problem: 'too-many-problems', place: null });
  };
  const take = async ({ text, decoding, names }: PackedText) => {
    const part = names.fileName;
    const read = await inPieces(readReports(text, decoding));
    for (const each of read.reports) {
      if (each.kind === 'refused') {
        fail(part, each.refusal, each.place);
        continue;
      }
      if (allowance.isSpent) return fail(part, 'allowance-spent');
      allowance.spend('reports', 1);
      allowance.spend('entries', entriesOf(each.report));
      const deviations = [...each.report.deviations, ...compareOuterNames(each.report, names)];
      if (deviations.some(({ kind }) => kind === 'too-many-values')) fail(part, 'too-many-values');
      reports.push({ ...each.report, deviations });
    }
    if (read.rest !== null) fail(part, 'text-after-end', read.rest);
  };
  await unpack(octets, fileName, { take, fail }, allowance);
  return { reports, failures };
}

function entriesOf({ policies }: ReceivedReport): number {
  return policies.reduce((sum, { details }) => sum + 1 + details.length, 0);
}
