import type { Expectation, Step } from '../../adapters/scripted/index.js';
import type { Journal } from '../../effects/journal.js';
import type { RecipientReport } from '../../engine/recipient-report.js';

/** Which of these rows decided nothing in a step, one line each. */
export function rowsMissing(
  rows: readonly string[] = [],
  { attempts }: Pick<Journal, 'attempts'>,
): readonly string[] {
  const decided = new Set(attempts.flatMap(({ result }) => result?.decisions.map(({ row }) => row) ?? []));
  return rows.filter((row) => !decided.has(row)).map((row) => `row ${row} decided nothing in this step`);
}

/** What a host has taken, as far as expectations speak of it. */
export interface Witness {
  /** IDs of the mail hosts that were connected to in this step. */
  readonly connected: ReadonlySet<string>;
  /** Parameters of MAIL that accepting hosts saw in this step. */
  readonly parameters: readonly string[];
  /** Parameters of RCPT that accepting hosts saw in this step. */
  readonly recipientParameters: readonly string[];
}

/** Where the reports of a step are not as expected, one line each; none: all is well. What an expectation does not say is not compared. */
export function differencesIn(
  { expect }: Pick<Step, 'expect'>,
  reports: readonly RecipientReport[],
  witness: Witness,
): readonly string[] {
  return expect.flatMap((expected, at) => {
    const report = reports[at];
    return report === undefined
      ? [`there is no recipient ${at + 1}`]
      : differencesFrom(expected, report, witness);
  });
}

function differencesFrom(
  expected: Expectation,
  report: RecipientReport,
  witness: Witness,
): readonly string[] {
  const seen = {
    outcome: report.outcome,
    tls: report.tls === null ? 'no' : 'yes',
    authentication: report.authentication,
    cleartextRetry: report.cleartextRetry,
    requireTls: report.requireTls,
    mxSecure: report.mxSecure,
    mx: report.mx,
    because: report.because?.row,
    handedOn: report.handedOn,
  } as const;
  const differences: string[] = [];
  for (const key of Object.keys(seen) as (keyof typeof seen)[]) {
    if (expected[key] !== undefined && expected[key] !== seen[key]) {
      differences.push(`${report.recipient}: ${key} is ${seen[key]}, expected ${expected[key]}`);
    }
  }
  if (expected.status !== undefined && !isStatus(expected.status, report.status)) {
    differences.push(`${report.recipient}: status is ${report.status}, expected ${expected.status}`);
  }
  const rows = new Set(report.decisions.map(({ row }) => row));
  for (const row of expected.rows ?? [])
    if (!rows.has(row)) differences.push(`${report.recipient}: row ${row} decided nothing`);
  for (const host of expected.notConnected ?? []) {
    if (witness.connected.has(host)) differences.push(`${report.recipient}: ${host} was connected to`);
  }
  for (const parameter of expected.mailParameters ?? []) {
    if (!witness.parameters.includes(parameter))
      differences.push(`${report.recipient}: ${parameter} was not on MAIL`);
  }
  for (const parameter of expected.recipientParameters ?? []) {
    if (!witness.recipientParameters.includes(parameter))
      differences.push(`${report.recipient}: ${parameter} was not on RCPT`);
  }
  if (expected.recipientParameters?.length === 0 && witness.recipientParameters.length > 0)
    differences.push(`${report.recipient}: RCPT had ${witness.recipientParameters.join(' ')}`);
  for (const line of expected.reports ?? []) {
    if (!report.reports.some((own) => contains(own, line))) {
      differences.push(
        `${report.recipient}: the tally ${JSON.stringify(report.reports)} lacks ${JSON.stringify(line)}`,
      );
    }
  }
  if (expected.reports?.length === 0 && report.reports.length > 0)
    differences.push(`${report.recipient}: the tally ${JSON.stringify(report.reports)} is not empty`);
  return differences;
}

function isStatus(expected: string, status: string): boolean {
  return expected.endsWith('.x') ? status.startsWith(expected.slice(0, -1)) : status === expected;
}

/** Whether a value has all that a pattern gives: of lists each member somewhere, of objects each field. */
function contains(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((part) => value.some((own) => contains(own, part)));
  }
  if (pattern !== null && typeof pattern === 'object') {
    return (
      value !== null &&
      typeof value === 'object' &&
      Object.entries(pattern).every(([key, part]) => contains((value as Record<string, unknown>)[key], part))
    );
  }
  return value === pattern;
}
