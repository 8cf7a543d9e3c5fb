/*
 * Reports of ours to others, in words: what was counted, what became of them, what would be sent.
 */
import type { ReportDue } from '../../../effects/stores.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import type { ReportOutcome, ReportPreview } from '../../../services/tls-report/send/index.js';
import { type Paint, printable } from '../terminal.js';

const STATES: Readonly<Record<ReportDue['state']['kind'], string>> = {
  open: 'not sent yet',
  claimed: 'being sent, or to be tried again',
  sent: 'sent',
  dropped: 'not sent',
};

/** The tally of a domain and a day. */
export function renderTally(
  { day, domain, state }: ReportDue,
  lines: readonly TlsReportPolicy[],
  paint: Paint,
): string {
  const shown = printableIn(lines).flatMap(({ policyType, policyDomain, success, failure, details }) => [
    `  ${policyType} ${policyDomain}: ${success} succeeded, ${failure === 0 ? '0' : paint('red', `${failure}`)} failed`,
    ...details.map(
      ({ failedSessionCount, resultType, receivingMxHostname, receivingIp, failureReasonCode }) =>
        [
          `    ${failedSessionCount}  ${resultType}`,
          ...(receivingMxHostname === '' ? [] : [`at ${receivingMxHostname}`]),
          ...(receivingIp === '' ? [] : [`[${receivingIp}]`]),
          ...(failureReasonCode === '' ? [] : [`(${failureReasonCode})`]),
        ].join(' '),
    ),
  ]);
  const head = `${paint('bold', `${day}  ${printable(domain)}`)}  ${STATES[state.kind]}`;
  return [head, ...shown, ''].join('\n');
}

const OUTCOMES: Readonly<Record<ReportOutcome['outcome'], string>> = {
  sent: 'sent',
  waiting: 'waits for another attempt',
  'not-due': 'its hour has not come',
  'not-wanted': 'not sent: the domain asks for no report that can be sent',
  dropped: 'given up',
  failed: 'failed',
};

/** What became of reports in a pass. */
export function renderOutcomes(outcomes: readonly ReportOutcome[], paint: Paint): string {
  if (outcomes.length === 0) return 'There is no report to be sent.\n';
  return outcomes.map((outcome) => renderOutcome(printableIn(outcome), paint)).join('');
}

function renderOutcome(told: ReportOutcome, paint: Paint): string {
  const { day, domain, outcome, nextAt, decision, endpoints, note } = told;
  const style =
    outcome === 'sent' ? 'green' : outcome === 'dropped' || outcome === 'failed' ? 'red' : 'yellow';
  const until = nextAt === null ? '' : ` until ${timeText(nextAt)}`;
  return [
    `${paint('bold', `${day}  ${domain}`)}  ${paint(style, OUTCOMES[outcome])}${until}${note === '' ? '' : `: ${note}`}`,
    ...endpoints.map(({ endpoint, decision: { verdict }, detail }) => `  ${verdict}  ${endpoint}  ${detail}`),
    ...(decision === null ? [] : [paint('dim', `  ${decision.row}  ${decision.why}`)]),
    '',
  ].join('\n');
}

/** What would be sent. */
export function renderPreviews(previews: readonly ReportPreview[], paint: Paint): string {
  if (previews.length === 0) return 'There is no report to be sent.\n';
  return previews.map((preview) => renderPreview(printableIn(preview), paint)).join('\n');
}

function renderPreview(preview: ReportPreview, paint: Paint): string {
  const { day, domain, waitsUntil, wanted, endpoints, skipped, fileName, report } = preview;
  const when = waitsUntil === null ? '' : `  waits until ${timeText(waitsUntil)}`;
  return [
    `${paint('bold', `${day}  ${domain}`)}${when}`,
    paint('dim', `  ${wanted.verdict}: ${wanted.why} (${wanted.row})`),
    ...endpoints.map(
      ({ endpoint, problem }) => `  to ${endpoint}${problem === '' ? '' : `: ${paint('red', problem)}`}`,
    ),
    ...skipped.map(({ uri, reason }) => `  not to ${uri}: ${reason}`),
    `  as ${fileName}`,
    ...JSON.stringify(report, null, 2).split('\n'),
    ...endpoints.flatMap(({ message }) => (message === null ? [] : ['', ...message.trimEnd().split('\n')])),
    '',
  ].join('\n');
}

/** Cleans what strangers wrote before colours are added to it. */
function printableIn<T>(value: T): T {
  if (typeof value === 'string') return printable(value.replaceAll('\r\n', '\n')) as T;
  if (Array.isArray(value)) return value.map(printableIn) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, printableIn(each)])) as T;
}

function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
