import { Batches } from '../../effects/batches.js';
import { ReportCodec } from '../../effects/codecs/attempt.codec.js';
import { decodeWith, parseJson } from '../../effects/codecs/result.js';
import type { ReportDue, ReportKey, TlsReportStore, TlsReportStoreBounds } from '../../effects/stores.js';
import { judgeClaim, type ReportState, settled } from '../../policy/tls-report/report-state.js';
import type { TlsReportPolicy } from '../../policy/tls-report/tally.js';
import {
  numberIn,
  type Query,
  type SqlDatabase,
  type SqlRow,
  type SqlTransaction,
  textIn,
} from './database.js';
import { addAll, type TallyAdded, type TallyToAdd } from './tls-report-adds.js';

const JSON_LENGTH_MAX = 16_777_216;
/** Attempts that are counted in one transaction at most. */
const TALLIES_MAX = 200;

/** Tallies in a database. Counters grow where they stand, so that an attempt writes no more than it has to tell. */
export function sqlTlsReportStore(database: SqlDatabase, bounds: TlsReportStoreBounds): TlsReportStore {
  const adding = new Batches<TallyToAdd, TallyAdded>(TALLIES_MAX, (tallies) =>
    database.write((transaction) => addAll(transaction, tallies, bounds)),
  );
  return {
    add: async (key, lines) => (lines.length === 0 ? 'added' : adding.add({ key: lower(key), lines })),
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

function lower({ day, domain }: ReportKey): ReportKey {
  return { day, domain: domain.toLowerCase() };
}
