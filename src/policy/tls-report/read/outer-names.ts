/*
 * What the message around a report says of it, in its Subject, in its header fields and in the name of the file. The report
 * itself is what counts (RFC 8460, Section 5.6): this is looked at only to say where they differ.
 */
import { parseDnsName } from '../../names/domain-name.js';
import { type Deviation, DeviationList } from './deviations.js';
import type { ReceivedReport } from './received-report.js';

/** Absent texts are "". */
export interface OuterNames {
  readonly subject: string;
  /** Header field TLS-Report-Domain. */
  readonly reportDomain: string;
  /** Header field TLS-Report-Submitter. */
  readonly reportSubmitter: string;
  readonly fileName: string;
  readonly form: 'gzip' | 'plain';
}

/** What disagrees with the report, as deviations whose place is where it stands. */
export function compareOuterNames(report: ReceivedReport, names: OuterNames): readonly Deviation[] {
  const deviations = new DeviationList();
  const check = (where: string, said: string, agrees: (name: string) => boolean) => {
    if (said !== '' && !agrees(parseDnsName(said.trim()) ?? said))
      deviations.add('name-disagrees', where, said);
  };
  const isSubmitter = (name: string) => name === report.submitter;
  // Policies of DANE are named after mail hosts, the report around them after the domain that has its mail there.
  const isDomain = (name: string) =>
    report.policies.some(({ policyDomain }) => policyDomain === name) ||
    report.policies.every(({ policyType }) => policyType === 'tlsa');
  const subject = SUBJECT.exec(names.subject);
  check('Subject, domain', subject?.[1] ?? '', isDomain);
  check('Subject, submitter', subject?.[2] ?? '', isSubmitter);
  check('TLS-Report-Domain', names.reportDomain, isDomain);
  check('TLS-Report-Submitter', names.reportSubmitter, isSubmitter);
  const file = FILE_NAME.exec(names.fileName);
  check('file name, sender', file?.[1] ?? '', isSubmitter);
  check('file name, domain', file?.[2] ?? '', isDomain);
  check('file name, begin', file?.[3] ?? '', (time) => Number(time) === report.startSeconds);
  check('file name, end', file?.[4] ?? '', (time) => isEnd(Number(time), report.endSeconds));
  const extension = /\.(gz|json)$/i.exec(names.fileName)?.[1]?.toLowerCase();
  if (extension !== undefined && (extension === 'gz') !== (names.form === 'gzip'))
    deviations.add('name-of-other-form', 'file name', names.fileName);
  return deviations.all;
}

/** RFC 8460, Section 5.3; blanks as folding leaves them. */
const SUBJECT = /^Report\s+Domain:\s*(\S{1,253})\s+Submitter:\s*(\S{1,253})(?:\s|$)/i;
/** RFC 8460, Section 5.1. */
const FILE_NAME =
  /^([^!]{1,253})!([^!]{1,253})!([0-9]{1,12})!([0-9]{1,12})(?:![A-Za-z0-9]+)?\.json(?:\.gz)?$/i;

/** One may name the last second of the day and the other the first of the next. */
function isEnd(time: number, end: number | null): boolean {
  return end !== null && Math.abs(time - end) <= 1;
}
