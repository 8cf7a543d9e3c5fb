/*
 * Results for people. For each recipient first what happened, with the very values, then why that decided, then the clause,
 * and then how the message travelled; for each domain the decisions that led there, by host, in the same order.
 */
import type { Change } from '../../effects/change/index.js';
import type { AttemptPurpose } from '../../policy/attempt/types.js';
import { OWNERS } from '../../policy/explain/fact.js';
import { tellingFacts } from '../../policy/explain/telling.js';
import { lossInWords } from '../../policy/explain/values.js';
import { mxDiscovery } from '../../policy/mx/mx-discovery.table.js';
import type { TlsReportDetail } from '../../policy/tls-report/tally.js';
import type { ExplainedDecision, ExplainedLook, ExplainedReport } from '../explain-delivery.js';
import type { RecipientReport } from '../recipient-report.js';
import { printable } from './printable.js';
import { isQuiet } from './quiet.js';
import { labelled, type Page, type Style, wrapped } from './wrap.js';

export interface TextStyle extends Page {
  /** `full`: decisions that changed nothing are shown too. */
  readonly detail: 'short' | 'full';
  /** `explain`: nothing was sent, so it is said what would have become of a message. */
  readonly purpose: AttemptPurpose;
}

/** Recipients by domain, in order of first appearance; recipients of one domain share its decisions. */
export function renderResults(results: readonly ExplainedReport[], style: TextStyle): string {
  const domains = new Map<string, ExplainedReport[]>();
  for (const report of results) {
    const reports = domains.get(report.domain);
    if (reports === undefined) domains.set(report.domain, [report]);
    else reports.push(report);
  }
  return [...domains.values()]
    .map((reports) => [
      ...reports.map((report) => renderRecipient(report, style)),
      renderWhy(reports, style),
      renderFailures(reports[0]!, style),
    ])
    .map((parts) => parts.filter((part) => part !== '').join('\n'))
    .join('\n');
}

/** What was found of a policy that was looked for by itself: what happened, why, the clause, and what was decided on the way. */
export function renderLook(look: ExplainedLook, style: TextStyle): string {
  const { domain, because } = look;
  const found = because === null ? 'nothing was learned' : printable(because.verdict);
  const head = `${style.paint('bold', printable(domain))}  MTA-STS policy: ${found}\n`;
  return [`${head}${renderBecause(look, style)}`, renderWhy([look], style)]
    .filter((part) => part !== '')
    .join('\n');
}

const COLOURS = { delivered: 'green', deferred: 'yellow', bounced: 'red' } as const satisfies Record<
  string,
  Style
>;

function renderRecipient(report: ExplainedReport, style: TextStyle): string {
  const { paint, purpose } = style;
  const [who, verb] = purpose === 'explain' ? [report.domain, 'would be '] : [report.recipient, ''];
  const outcome = paint(COLOURS[report.outcome], `${verb}${report.outcome}  ${printable(report.status)}`);
  const facts: readonly (readonly [string, string])[] = [
    ['where', placeOf(report)],
    ['TLS', report.tls === null ? 'none' : `${report.tls.protocol}  ${report.tls.cipher}`],
    ['authentication', report.authentication],
    ['MX by DNSSEC', mxSecurityOf(report)],
    ...(report.requireTls ? [['REQUIRETLS', 'yes'] as const] : []),
    ['cleartext retry', report.cleartextRetry ? 'yes' : 'no'],
    ['reply', replyOf(report)],
  ];
  const lines = facts.map(([name, value]) => labelled(name, value, style));
  return `${paint('bold', printable(who))}  ${outcome}\n${renderBecause(report, style)}${renderChange(report, style)}${lines.join('')}`;
}

/** The reply that decided and what it belongs to, or why none came. */
export function replyOf({ command, cause, reply }: RecipientReport): string {
  const to = command === null ? '' : ` to ${command === '.' ? 'the end of the message' : command}`;
  if (reply !== null) return `${`${reply.code} ${reply.text}`.trim()}${to === '' ? '' : ` (${to.trim()})`}`;
  return `none${to}${cause === null ? '' : ` (${CAUSES[cause]})`}`;
}

/** What DNSSEC said of the MX records, if they were asked for and there was an answer. */
export function mxSecurityOf({ decisions, mxSecure }: RecipientReport): string {
  const found = decisions.find(({ table }) => table === mxDiscovery.name);
  if (found === undefined) return 'not asked';
  return found.verdict === 'unknown' ? 'no answer' : mxSecure ? 'secure' : 'not secure';
}

const CAUSES: Readonly<Record<NonNullable<ExplainedReport['cause']>, string>> = {
  replied: 'its text is not known',
  closed: lossInWords('closed'),
  reset: lossInWords('reset'),
  timeout: lossInWords('timeout'),
  malformed: lossInWords('malformed'),
  oversized: lossInWords('oversized'),
  'tls-alert': lossInWords('tls-alert'),
  refused: 'the connection was refused',
  unreachable: 'there is no way to it',
  alert: 'the TLS handshake was ended with an alert',
  protocol: 'the TLS handshake failed',
  proxy: 'the proxy could not be reached, or did not lead there',
  other: 'for another reason of the network',
  aborted: 'the attempt was stopped',
};

function renderBecause({ because }: Pick<ExplainedReport, 'because'>, page: Page): string {
  if (because === null) return '';
  const facts = tellingFacts(because).map((fact, at) =>
    labelled(at === 0 ? 'what happened' : '', fact, page),
  );
  return [
    ...facts,
    labelled('why', `${because.why} (${because.row} ${because.verdict})`, page),
    labelled('clause', because.refs.join(', '), page),
  ].join('');
}

/** More of them stand in the JSON. */
const REPAIRS_MAX = 3;
const CONCESSIONS_MAX = 2;

/** What would let the message through, and whose move it is; what gives a demand up comes last and says so. */
function renderChange({ outcome, change }: ExplainedReport, page: Page): string {
  if (outcome === 'delivered') return '';
  const of = (kind: Change['kind'], most: number) =>
    change
      .filter((each) => each.kind === kind)
      .slice(0, most)
      .map(({ by, what }) => `${OWNERS[by]}: ${what}`);
  const lines = (label: string, sentences: readonly string[]) =>
    sentences.map((sentence, at) => labelled(at === 0 ? label : '', sentence, page));
  return [
    ...lines('what helps', of('repair', REPAIRS_MAX)),
    ...lines('or, at a price', of('concession', CONCESSIONS_MAX)),
  ].join('');
}

/** The host that was last judged, and its address. */
export function placeOf({ mx, ip }: RecipientReport): string {
  if (mx === null) return 'no host was reached';
  return ip === null ? `${mx}, not connected to` : `${mx} [${ip}]`;
}

/** Each decision with its facts and its reason, those about the same host under its name; what a recipient was told already is not said again. */
function renderWhy(reports: readonly ExplainedLook[], style: TextStyle): string {
  const { paint, detail } = style;
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
    text += told.has(keyOf(decision)) ? '' : reasonOf(decision, style);
  }
  return text;
}

function reasonOf(decision: ExplainedDecision, { width, paint }: Page): string {
  const indent = ' '.repeat(6);
  const { why, refs } = decision;
  const facts = tellingFacts(decision).map((fact) => wrapped(fact, indent, `${indent}  `, width));
  return `${facts.join('')}${wrapped(why, indent, `${indent}  `, width)}${paint('dim', wrapped(`(${refs.join(', ')})`, indent, `${indent} `, width))}`;
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
function renderFailures({ reports }: ExplainedReport, { width, paint }: TextStyle): string {
  const details = reports.flatMap((line) => line.details);
  if (details.length === 0) return '';
  const lines = details.map((detail) => wrapped(failureOf(detail), '    ', '      ', width));
  return `  ${paint('cyan', 'to be reported')}\n${lines.join('')}`;
}

/** A kind of failed session in one line: what, where, and the code that was told. */
export function failureOf({
  resultType,
  receivingMxHostname,
  receivingIp,
  failureReasonCode,
}: TlsReportDetail): string {
  const place =
    receivingMxHostname === ''
      ? ''
      : ` at ${receivingMxHostname}${receivingIp === '' ? '' : ` [${receivingIp}]`}`;
  const code = failureReasonCode === '' ? '' : ` (${failureReasonCode})`;
  return `${resultType}${place}${code}`;
}
