/*
 * Results for people. For each recipient first what happened, with the very values, then why that decided, then the clause,
 * and then how the message travelled; for each domain the decisions that led there, by host, in the same order.
 */
import type { ExplainedDecision, ExplainedReport } from '../../engine/explain-delivery.js';
import type { AttemptPurpose } from '../../policy/attempt/types.js';
import { tellingColumns } from '../../policy/explain/telling.js';
import { isQuiet } from './quiet.js';
import { type Paint, printable, type Style } from './terminal.js';
import { labelled, wrapped } from './wrap.js';

export interface TextStyle {
  readonly paint: Paint;
  /** `full`: decisions that changed nothing are shown too. */
  readonly detail: 'short' | 'full';
  /** `explain`: nothing was sent, so it is said what would have become of a message. */
  readonly purpose: AttemptPurpose;
}

/** Recipients by domain, in order of first appearance; recipients of one domain share its decisions. */
export function renderResults(results: readonly ExplainedReport[], style: TextStyle): string {
  const domains = new Map<string, ExplainedReport[]>();
  for (const report of results) domains.set(report.domain, [...(domains.get(report.domain) ?? []), report]);
  return [...domains.values()]
    .map((reports) => [
      ...reports.map((report) => renderRecipient(report, style)),
      renderWhy(reports, style),
      renderFailures(reports[0]!, style),
    ])
    .map((parts) => parts.filter((part) => part !== '').join('\n'))
    .join('\n');
}

const COLOURS = { delivered: 'green', deferred: 'yellow', bounced: 'red' } as const satisfies Record<
  string,
  Style
>;

function renderRecipient(report: ExplainedReport, { paint, purpose }: TextStyle): string {
  const [who, verb] = purpose === 'explain' ? [report.domain, 'would be '] : [report.recipient, ''];
  const outcome = paint(COLOURS[report.outcome], `${verb}${report.outcome}  ${printable(report.status)}`);
  const facts: readonly (readonly [string, string])[] = [
    ['where', placeOf(report)],
    ['TLS', report.tls === null ? 'none' : `${report.tls.protocol}  ${report.tls.cipher}`],
    ['authentication', report.authentication],
    ['MX by DNSSEC', report.mxSecure ? 'secure' : 'not secure'],
    ...(report.requireTls ? [['REQUIRETLS', 'yes'] as const] : []),
    ['cleartext retry', report.cleartextRetry ? 'yes' : 'no'],
    ['reply', replyOf(report)],
  ];
  const lines = facts.map(([name, value]) => labelled(name, value, paint));
  return `${paint('bold', printable(who))}  ${outcome}\n${renderBecause(report, paint)}${lines.join('')}`;
}

function replyOf({ command, cause, reply }: ExplainedReport): string {
  if (reply !== null) return `${reply.code} ${reply.text}${command === null ? '' : `  (to ${command})`}`;
  return cause === null ? 'none' : `none${command === null ? '' : ` to ${command}`}  (${cause})`;
}

function renderBecause({ because }: ExplainedReport, paint: Paint): string {
  if (because === null) return '';
  const facts = tellingFacts(because).map((fact, at) =>
    labelled(at === 0 ? 'what happened' : '', fact, paint),
  );
  return [
    ...facts,
    labelled('why', `${because.why} (${because.row} ${because.verdict})`, paint),
    labelled('clause', because.refs.join(', '), paint),
  ].join('');
}

/** What made the row apply, each fact once. */
function tellingFacts(decision: ExplainedDecision): readonly string[] {
  const telling = tellingColumns(decision);
  const facts = Object.keys(decision.input).flatMap((column, at) =>
    telling.includes(column) ? (decision.facts[at] ?? []) : [],
  );
  return [...new Set(facts)];
}

function placeOf({ mx, ip }: ExplainedReport): string {
  if (mx === null) return 'no host was reached';
  return ip === null ? `${mx}, not connected to` : `${mx} [${ip}]`;
}

/** Each decision with its facts and its reason, those about the same host under its name; what a recipient was told already is not said again. */
function renderWhy(reports: readonly ExplainedReport[], { paint, detail }: TextStyle): string {
  const { domain, decisions } = reports[0]!;
  const told = new Set(reports.flatMap(({ because }) => (because === null ? [] : [keyOf(because)])));
  const shown = withoutRepetitions(decisions.filter((decision) => detail === 'full' || !isQuiet(decision)));
  let place: string | null | undefined;
  let text = '';
  for (const decision of shown) {
    const { mx, row, verdict } = decision;
    if (mx !== place) text += `  ${paint('cyan', printable(mx ?? domain))}\n`;
    place = mx;
    text += `    ${paint('bold', printable(row))}  ${printable(verdict)}\n`;
    text += told.has(keyOf(decision)) ? '' : reasonOf(decision, paint);
  }
  return text;
}

function reasonOf(decision: ExplainedDecision, paint: Paint): string {
  const indent = ' '.repeat(6);
  const { why, refs } = decision;
  const facts = tellingFacts(decision).map((fact) => wrapped(fact, indent, `${indent}  `));
  return `${facts.join('')}${wrapped(why, indent, `${indent}  `)}${paint('dim', wrapped(`(${refs.join(', ')})`, indent, `${indent} `))}`;
}

/** The same row about the same host again says nothing new. */
function withoutRepetitions(decisions: readonly ExplainedDecision[]): readonly ExplainedDecision[] {
  const seen = new Set<string>();
  return decisions.filter(({ mx, row }) => {
    const key = keyOf({ mx, row });
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function keyOf({ mx, row }: Pick<ExplainedDecision, 'mx' | 'row'>): string {
  return `${row} ${mx}`;
}

/** The sessions that failed, in the words of the TLS report (RFC 8460). */
function renderFailures({ reports }: ExplainedReport, { paint }: TextStyle): string {
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
