/*
 * Results for people: a short table for each recipient, and for each domain the decisions that led there, by host.
 */

import type { RecipientReport } from '../../engine/recipient-report.js';
import type { AttemptPurpose, PlacedDecision } from '../../policy/attempt/types.js';
import { isQuiet } from './quiet.js';
import { type Paint, printable, type Style } from './terminal.js';

export interface TextStyle {
  readonly paint: Paint;
  /** `full`: decisions that changed nothing are shown too. */
  readonly detail: 'short' | 'full';
  /** `explain`: nothing was sent, so it is said what would have become of a message. */
  readonly purpose: AttemptPurpose;
}

/** Recipients by domain, in order of first appearance; recipients of one domain share its decisions. */
export function renderResults(results: readonly RecipientReport[], style: TextStyle): string {
  const domains = new Map<string, RecipientReport[]>();
  for (const report of results) domains.set(report.domain, [...(domains.get(report.domain) ?? []), report]);
  return [...domains.values()]
    .map((reports) => [
      ...reports.map((report) => renderRecipient(report, style)),
      renderWhy(reports[0]!, style),
      renderFailures(reports[0]!, style),
    ])
    .map((parts) => parts.filter((part) => part !== '').join('\n'))
    .join('\n');
}

const COLOURS = { delivered: 'green', deferred: 'yellow', bounced: 'red' } as const satisfies Record<
  string,
  Style
>;

function renderRecipient(report: RecipientReport, { paint, purpose }: TextStyle): string {
  const [who, verb] = purpose === 'explain' ? [report.domain, 'would be '] : [report.recipient, ''];
  const outcome = paint(COLOURS[report.outcome], `${verb}${report.outcome}  ${printable(report.status)}`);
  const facts: readonly (readonly [string, string])[] = [
    ['where', placeOf(report)],
    ['TLS', report.tls === null ? 'none' : `${report.tls.protocol}  ${report.tls.cipher}`],
    ['authentication', report.authentication],
    ['MX by DNSSEC', report.mxSecure ? 'secure' : 'not secure'],
    ...(report.requireTls ? [['REQUIRETLS', 'yes'] as const] : []),
    ['cleartext retry', report.cleartextRetry ? 'yes' : 'no'],
    ['reply', report.reply === null ? 'none' : `${report.reply.code} ${report.reply.text}`],
  ];
  const lines = facts.map(([name, value]) => `  ${paint('dim', name.padEnd(16))}${printable(value)}\n`);
  return `${paint('bold', printable(who))}  ${outcome}\n${lines.join('')}`;
}

function placeOf({ mx, ip }: RecipientReport): string {
  if (mx === null) return 'no host was reached';
  return ip === null ? `${mx}, not connected to` : `${mx} [${ip}]`;
}

/** One line for each decision; runs of decisions about the same host stand under its name. */
function renderWhy({ domain, decisions }: RecipientReport, { paint, detail }: TextStyle): string {
  const shown = withoutRepetitions(decisions.filter((decision) => detail === 'full' || !isQuiet(decision)));
  if (shown.length === 0) return '';
  const rowWidth = Math.max(...shown.map(({ row }) => row.length));
  const verdictWidth = Math.max(...shown.map(({ verdict }) => verdict.length));
  let place: string | null | undefined;
  let text = '';
  for (const { mx, row, verdict, why, refs } of shown) {
    if (mx !== place) text += `  ${paint('cyan', printable(mx ?? domain))}\n`;
    place = mx;
    const words = `${row.padEnd(rowWidth)}  ${verdict.padEnd(verdictWidth)}  ${why}`;
    text += `    ${printable(words)}  ${paint('dim', printable(`(${refs.join(', ')})`))}\n`;
  }
  return text;
}

/** The same row about the same host again says nothing new. */
function withoutRepetitions(decisions: readonly PlacedDecision[]): readonly PlacedDecision[] {
  const seen = new Set<string>();
  return decisions.filter(({ mx, row }) => {
    const key = `${row} ${mx}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The sessions that failed, in the words of the TLS report (RFC 8460). */
function renderFailures({ reports }: RecipientReport, { paint }: TextStyle): string {
  const details = reports.flatMap((line) => line.details);
  if (details.length === 0) return '';
  const lines = details.map(({ receivingMxHostname, receivingIp, resultType, failureReasonCode }) => {
    const place =
      receivingMxHostname === ''
        ? ''
        : ` at ${receivingMxHostname}${receivingIp === '' ? '' : ` [${receivingIp}]`}`;
    const code = failureReasonCode === '' ? '' : ` (${failureReasonCode})`;
    return `    ${printable(`${resultType}${place}${code}`)}\n`;
  });
  return `  ${paint('cyan', 'to be reported')}\n${lines.join('')}`;
}
