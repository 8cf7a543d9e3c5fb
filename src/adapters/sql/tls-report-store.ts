import { createHash } from 'node:crypto';
import { ReportCodec } from '../../effects/codecs/attempt.codec.js';
import { decodeWith, parseJson } from '../../effects/codecs/result.js';
import type { ReportDue, ReportKey, TlsReportStore, TlsReportStoreBounds } from '../../effects/stores.js';
import { isSettled, judgeClaim, type ReportState, settled } from '../../policy/tls-report/report-state.js';
import {
  addTallies,
  detailKeyOf,
  policyKeyOf,
  type TallyBounds,
  type TlsReportDetail,
  type TlsReportPolicy,
} from '../../policy/tls-report/tally.js';
import {
  numberIn,
  type Query,
  type SqlDatabase,
  type SqlRow,
  type SqlTransaction,
  textIn,
} from './database.js';

const JSON_LENGTH_MAX = 16_777_216;

/** Tallies in a database. Counters grow where they stand, so that an attempt writes no more than it has to tell. */
export function sqlTlsReportStore(database: SqlDatabase, bounds: TlsReportStoreBounds): TlsReportStore {
  return {
    add: async (key, lines) => {
      if (lines.length === 0) return 'added';
      return database.write((transaction) => add(transaction, lower(key), addTallies(lines), bounds));
    },
    list: async ({ after, entriesMax }) => {
      const sql = `SELECT day, domain, state, until FROM waxseal_reports
        WHERE (day, domain) > (?1, ?2) ORDER BY day, domain LIMIT ?3`;
      return (await database.query(sql, after?.day ?? '', after?.domain ?? '', entriesMax)).map(dueIn);
    },
    read: (key) => database.snapshot((query) => read(query, lower(key))),
    claim: (key, claim) =>
      database.write(async (transaction) => {
        const known = await stateOf(transaction, lower(key));
        const { verdict } = judgeClaim(known, claim.now);
        if (verdict === 'claimed')
          await setState(transaction.query, lower(key), { kind: verdict, until: claim.until });
        return verdict;
      }),
    settle: (key, outcome) =>
      database.write(async (transaction) => {
        const known = await stateOf(transaction, lower(key));
        if (known !== null) await setState(transaction.query, lower(key), settled(known, outcome));
      }),
    prune: (before) =>
      database.write(async ({ query }) => {
        for (const table of ['waxseal_report_failures', 'waxseal_report_policies', 'waxseal_reports'])
          await query(`DELETE FROM ${table} WHERE day < ?1`, before);
      }),
  };
}

async function add(
  transaction: SqlTransaction,
  key: ReportKey,
  lines: readonly TlsReportPolicy[],
  bounds: TlsReportStoreBounds,
): Promise<'added' | 'full' | 'settled'> {
  const state = await stateOf(transaction, key);
  if (state !== null && isSettled(state)) return 'settled';
  if (state === null && !(await begin(transaction, key, bounds.domainsMax))) return 'full';
  for (const line of lines) await addLine(transaction.query, key, line, bounds);
  return 'added';
}

/** Nobody else changes that day of that domain until the transaction ends. */
async function stateOf(
  { query, lock }: SqlTransaction,
  { day, domain }: ReportKey,
): Promise<ReportState | null> {
  await lock(`report ${day} ${domain}`);
  const sql = 'SELECT state, until FROM waxseal_reports WHERE day = ?1 AND domain = ?2';
  const [row] = await query(sql, day, domain);
  return row === undefined ? null : stateIn(row);
}

/** The lock of a day is taken after that of a domain, never before, so that nobody waits for each other. */
async function begin(
  { query, lock }: SqlTransaction,
  { day, domain }: ReportKey,
  domainsMax: number,
): Promise<boolean> {
  await lock(`day ${day}`);
  const [counted] = await query('SELECT count(*) AS domains FROM waxseal_reports WHERE day = ?1', day);
  if (numberIn(counted!, 'domains') >= domainsMax) return false;
  await query("INSERT INTO waxseal_reports (day, domain, state) VALUES (?1, ?2, 'open')", day, domain);
  return true;
}

/** What stands is added to; what is new comes last, if there is room (see `boundTallies`). */
async function addLine(
  query: Query,
  { day, domain }: ReportKey,
  line: TlsReportPolicy,
  { policiesMax, detailsMax }: TallyBounds,
): Promise<void> {
  const { success, failure, details, ...policy } = line;
  const id = digest(policyKeyOf(line));
  const of = [day, domain, id] as const;
  const grown = await query(
    `UPDATE waxseal_report_policies SET success = success + ?4, failure = failure + ?5
     WHERE day = ?1 AND domain = ?2 AND id = ?3 RETURNING position`,
    ...[...of, success, failure],
  );
  if (grown.length === 0) {
    const sql = 'SELECT count(*) AS lines FROM waxseal_report_policies WHERE day = ?1 AND domain = ?2';
    const position = numberIn((await query(sql, day, domain))[0]!, 'lines');
    if (position >= policiesMax) return;
    await query(
      `INSERT INTO waxseal_report_policies (day, domain, id, position, policy, success, failure)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
      ...[...of, position, JSON.stringify(policy), success, failure],
    );
  }
  for (const detail of details) await addDetail(query, of, detail, detailsMax);
}

async function addDetail(
  query: Query,
  of: readonly [day: string, domain: string, policy: string],
  detail: TlsReportDetail,
  detailsMax: number,
): Promise<void> {
  const { failedSessionCount, ...failure } = detail;
  const id = digest(detailKeyOf(detail));
  const grown = await query(
    `UPDATE waxseal_report_failures SET sessions = sessions + ?5
     WHERE day = ?1 AND domain = ?2 AND policy = ?3 AND id = ?4 RETURNING position`,
    ...[...of, id, failedSessionCount],
  );
  if (grown.length > 0) return;
  const sql = `SELECT count(*) AS details FROM waxseal_report_failures
    WHERE day = ?1 AND domain = ?2 AND policy = ?3`;
  const position = numberIn((await query(sql, ...of))[0]!, 'details');
  if (position >= detailsMax) return;
  await query(
    `INSERT INTO waxseal_report_failures (day, domain, policy, id, position, detail, sessions)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
    ...[...of, id, position, JSON.stringify(failure), failedSessionCount],
  );
}

async function read(query: Query, { day, domain }: ReportKey): Promise<readonly TlsReportPolicy[]> {
  const policies = await query(
    `SELECT id, policy, success, failure FROM waxseal_report_policies
     WHERE day = ?1 AND domain = ?2 ORDER BY position`,
    ...[day, domain],
  );
  const failures = await query(
    `SELECT policy, detail, sessions FROM waxseal_report_failures
     WHERE day = ?1 AND domain = ?2 ORDER BY policy, position`,
    ...[day, domain],
  );
  return policies.map((row) =>
    lineIn(
      row,
      failures.filter(({ policy }) => policy === row.id),
    ),
  );
}

/** Throws if the text is not what was written: a report with something missing would be a false one. */
function lineIn(row: SqlRow, failures: readonly SqlRow[]): TlsReportPolicy {
  const line = decodeWith(ReportCodec, {
    ...objectIn(row, 'policy'),
    success: numberIn(row, 'success'),
    failure: numberIn(row, 'failure'),
    details: failures.map((failure) => ({
      ...objectIn(failure, 'detail'),
      failedSessionCount: numberIn(failure, 'sessions'),
    })),
  });
  if (line.ok) return line.value;
  throw new Error('a tally in the database cannot be read; settle it as dropped');
}

function objectIn(row: SqlRow, column: string): object {
  const parsed = parseJson(textIn(row, column), JSON_LENGTH_MAX);
  return parsed.ok && typeof parsed.value === 'object' && parsed.value !== null ? parsed.value : {};
}

async function setState(query: Query, { day, domain }: ReportKey, state: ReportState): Promise<void> {
  await query(
    'UPDATE waxseal_reports SET state = ?3, until = ?4 WHERE day = ?1 AND domain = ?2',
    ...[day, domain, state.kind, state.kind === 'claimed' ? state.until : null],
  );
}

function stateIn(row: SqlRow): ReportState {
  const kind = textIn(row, 'state') as ReportState['kind'];
  return kind === 'claimed' ? { kind, until: numberIn(row, 'until') } : { kind };
}

function dueIn(row: SqlRow): ReportDue {
  return { day: textIn(row, 'day'), domain: textIn(row, 'domain'), state: stateIn(row) };
}

/** Indexes want short keys. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function lower({ day, domain }: ReportKey): ReportKey {
  return { day, domain: domain.toLowerCase() };
}
