/*
 * What became of a message, as a test asks for it. Pure: what was received, what is expected, whether it holds, and what to say
 * if not. Anything that is no result of a delivery, and a row that no table has, is a TypeError and no failed match: a slip in a
 * test must not look like news from the product.
 */
import type { Journal } from '../../effects/journal.js';
import { explainDelivery } from '../../engine/explain-delivery.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { allTables } from '../../policy/tables.js';

/** What a matcher comes to, as `expect.extend` takes it. */
export interface Matched {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/** Over what a message went: `tls`: TLS in which nobody had to prove who he is; `clear`: none. */
export type Over = 'dane' | 'pkix' | 'dane+pkix' | 'tls' | 'clear';
const OVERS: readonly Over[] = ['dane', 'pkix', 'dane+pkix', 'tls', 'clear'];

/** Whether every recipient of the result was delivered to, over just that. */
export function toBeDeliveredOver(received: unknown, over: Over): Matched {
  if (!OVERS.includes(over))
    throw new TypeError(
      `toBeDeliveredOver takes one of ${OVERS.join(', ')}, and ${JSON.stringify(over)} is none`,
    );
  const seen = (report: RecipientReport) =>
    report.outcome === 'delivered' ? overOf(report) : report.outcome;
  return compare(received, `delivered over ${over}`, over, seen);
}

/** Whether every recipient of the result waits, and that row is the reason. */
export function toBeDeferredBecause(received: unknown, row: string): Matched {
  return endedBecause(received, 'deferred', row);
}

/** Whether every recipient of the result was given up, and that row is the reason. */
export function toBeBouncedBecause(received: unknown, row: string): Matched {
  return endedBecause(received, 'bounced', row);
}

function endedBecause(received: unknown, outcome: 'deferred' | 'bounced', row: string): Matched {
  if (!allTables.some(({ rows }) => rows.some(({ id }) => id === row)))
    throw new TypeError(`no table has a row ${JSON.stringify(row)}; "waxseal tables" lists them`);
  const seen = (report: RecipientReport) => `${report.outcome} because ${report.because?.row ?? 'of no row'}`;
  return compare(received, `${outcome} because ${row}`, `${outcome} because ${row}`, seen);
}

function compare(
  received: unknown,
  what: string,
  expected: string,
  seen: (report: RecipientReport) => string,
): Matched {
  const reports = reportsIn(received);
  const others = reports.filter((report) => seen(report) !== expected);
  const told = others.length > 0 ? others : reports;
  return {
    pass: others.length === 0,
    actual: reports.map(seen),
    expected: reports.map(() => expected),
    message: () =>
      told
        .map(
          (report) =>
            `${report.recipient} should ${others.length > 0 ? '' : 'not '}have been ${what}: ${tell(report)}`,
        )
        .join('\n'),
  };
}

function overOf({ authentication, tls }: RecipientReport): Over {
  if (authentication !== 'none') return authentication;
  return tls === null ? 'clear' : 'tls';
}

/** What became of it, and why: the row, and the facts that it was decided on. */
function tell(report: RecipientReport): string {
  const { outcome, status, because, mx, reply } = report;
  const over = outcome === 'delivered' ? ` over ${overOf(report)}` : '';
  const lines = [`it was ${outcome}${over} (${status}${mx === null ? '' : `, ${mx}`})`];
  if (reply !== null) lines.push(`it said: ${reply.code} ${reply.text}`);
  if (because !== null) {
    lines.push(`${because.row} of ${because.table}: ${because.verdict}. ${because.why}`);
    if ('facts' in because && Array.isArray(because.facts)) lines.push(...because.facts);
  }
  return lines.join('\n  ');
}

/** The reports in what was received: one report, or whatever has `results`. With a journal they say their facts, too. */
function reportsIn(received: unknown): readonly RecipientReport[] {
  if (isReport(received)) return [received];
  if (isObject(received) && Array.isArray(received.results) && received.results.length > 0) {
    const { results, journal } = received;
    if (results.every(isReport)) return hasAttempts(journal) ? withFacts(results, journal) : results;
  }
  throw new TypeError(
    'this matcher takes a report of a recipient (results[0]), or a result of engine.deliver or a step of a scenario that has results',
  );
}

function withFacts(
  results: readonly RecipientReport[],
  journal: Pick<Journal, 'attempts'>,
): readonly RecipientReport[] {
  const explained = explainDelivery(journal);
  return explained.length === results.length ? explained : results;
}

function isReport(value: unknown): value is RecipientReport {
  return (
    isObject(value) &&
    typeof value.recipient === 'string' &&
    typeof value.status === 'string' &&
    Array.isArray(value.decisions) &&
    ['delivered', 'deferred', 'bounced'].includes(`${value.outcome}`)
  );
}

function hasAttempts(value: unknown): value is Pick<Journal, 'attempts'> {
  return isObject(value) && Array.isArray(value.attempts);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
