/*
 * Received TLS reports on the terminal: who fails against us and how, what to do about each kind of failure, and the totals.
 */
import { ADVICE } from '../../../policy/tls-report/read/advice.js';
import type {
  FailureSummary,
  ReportSummary,
  SenderSummary,
} from '../../../policy/tls-report/read/summary.js';
import { type Paint, printable } from '../terminal.js';
import type { ReportsView } from './view.js';
import { count, countOf, days, domainName, list, place, senderName, share, typeName } from './words.js';

const FAILURES_SHOWN_MAX = 200;
const SENDERS_SHOWN_MAX = 200;
const POLICIES_SHOWN_MAX = 500;

export function renderReportsText({ summary, reports }: ReportsView, paint: Paint): string {
  if (summary.reports === 0) return 'no reports\n';
  const failing = summary.senders.filter(({ failures }) => failures.length > 0);
  const deviating = reports.filter(({ report }) => report.deviations.length > 0).length;
  const parts = [
    ...failing.slice(0, SENDERS_SHOWN_MAX).map((sender) => renderSender(sender, paint)),
    more(Math.max(0, failing.length - SENDERS_SHOWN_MAX), 'senders that report failures', paint),
    renderAdvice(summary, paint),
    renderPolicies(summary, paint),
    renderTotals(summary, deviating, paint),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function renderSender(sender: SenderSummary, paint: Paint): string {
  const { submitter, organizations, failure, success, failures } = sender;
  const name = paint('bold', clean(senderName(submitter)));
  const alias = organizations.length === 0 ? '' : ` (${clean(list(organizations))})`;
  const all = success + failure;
  const twice = sender.mayCountTwice > 0 ? ', counted under each policy' : '';
  const verdict = paint('red', `${count(failure)} of ${countOf(all, 'session')} failed${twice}`);
  const shown = failures.slice(0, FAILURES_SHOWN_MAX);
  const width = widest(shown.map(({ sessions }) => count(sessions)));
  const left = failures.length - shown.length;
  return `${name}${alias}  ${verdict}\n${shown.map((each) => renderFailure(each, width, paint)).join('')}${more(left, 'kinds of failure', paint)}`;
}

function renderFailure(failure: FailureSummary, width: number, paint: Paint): string {
  const where = place(failure);
  const words = [
    count(failure.sessions).padStart(width),
    paint('yellow', clean(typeName(failure))),
    ...(where === '' ? [] : [`at ${clean(where)}`]),
    ...(failure.failureReasonCode === '' ? [] : [`(${clean(failure.failureReasonCode)})`]),
  ];
  const about = `${clean(domainName(failure.policyDomain))}, ${days(failure.firstDay, failure.lastDay)}`;
  return `  ${words.join('  ')}  ${paint('dim', about)}\n`;
}

function renderAdvice({ resultTypes }: ReportSummary, paint: Paint): string {
  if (resultTypes.length === 0) return '';
  const lines = resultTypes.map(({ resultType, sessions, senders }) => {
    const { meaning, remedy, clause } = ADVICE[resultType];
    const scale = `${countOf(sessions, 'session')}, ${countOf(senders.length, 'sender')}`;
    return `  ${paint('yellow', resultType)}  ${paint('dim', scale)}\n    ${meaning} ${remedy} ${paint('dim', `(${clause})`)}\n`;
  });
  return `${paint('bold', 'What it means, and what to do')}\n${lines.join('')}`;
}

function renderPolicies({ policies, leftOut }: ReportSummary, paint: Paint): string {
  const shown = policies.slice(0, POLICIES_SHOWN_MAX);
  const width = widest(shown.map(({ policyDomain }) => clean(domainName(policyDomain))));
  const lines = shown.map((policy) => {
    const name = clean(domainName(policy.policyDomain)).padEnd(width);
    const counts = `${count(policy.success).padStart(10)} passed ${count(policy.failure).padStart(8)} failed`;
    return `  ${name}  ${policy.policyType.padEnd(15)} ${counts}  ${share(policy)}\n`;
  });
  const left = policies.length - shown.length + leftOut.policies;
  return `${paint('bold', 'Domains')}\n${lines.join('')}${more(left, 'policies', paint)}`;
}

function renderTotals(summary: ReportSummary, deviating: number, paint: Paint): string {
  const { reports, senders, firstDay, lastDay, failure } = summary;
  const head = `${countOf(reports, 'report')} from ${countOf(senders.length, 'sender')}, ${days(firstDay, lastDay)}`;
  const passed = paint(failure > 0 ? 'yellow' : 'green', `${share(summary)} passed`);
  const lines = notesOn(summary, deviating).map((note) => `  ${paint('dim', note)}\n`);
  return `${paint('bold', 'In all')}\n  ${head}\n  ${countOf(summary.success + failure, 'session')}, ${count(failure)} failed, ${passed}\n${lines.join('')}`;
}

function notesOn(summary: ReportSummary, deviating: number): readonly string[] {
  const { duplicates, corrections, overlaps, mayCountTwice, leftOut } = summary;
  const note = (number: number, words: string) => (number > 0 ? [words] : []);
  return [
    ...note(
      mayCountTwice,
      `${countOf(mayCountTwice, 'report')} with several kinds of policy, each of which counts its sessions: they may be in the sums twice (RFC 8460, Section 4)`,
    ),
    ...note(duplicates.length, `${countOf(duplicates.length, 'duplicate')} not counted`),
    ...note(
      corrections.length,
      `${countOf(corrections.length, 'report')} under the identifier of another, and they differ; both count, and one may correct the other`,
    ),
    ...note(
      overlaps.length,
      `${countOf(overlaps.length, 'overlap')} in time, where sessions may be counted twice`,
    ),
    ...note(
      leftOut.failedSessions,
      `${countOf(leftOut.failedSessions, 'failed session')} of more kinds than are told apart`,
    ),
    ...note(
      leftOut.reportsOfSenders,
      `${countOf(leftOut.reportsOfSenders, 'report')} of more senders than are told apart`,
    ),
    ...note(deviating, `${countOf(deviating, 'report')} not quite in the format; --json tells how`),
  ];
}

function more(left: number, what: string, paint: Paint): string {
  return left === 0 ? '' : `  ${paint('dim', `and ${count(left)} more ${what}; --json has all`)}\n`;
}

/** Strangers say how many texts there are, and a call takes only so many arguments. */
function widest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

const SHOWN_LENGTH_MAX = 100;

/** On one line and not too long, whatever the sender wrote. */
function clean(text: string): string {
  const line = printable(text.replace(/\s+/g, ' '));
  return line.length > SHOWN_LENGTH_MAX ? `${line.slice(0, SHOWN_LENGTH_MAX)}…` : line;
}
