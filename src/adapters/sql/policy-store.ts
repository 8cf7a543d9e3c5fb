import { Batches } from '../../effects/batches.js';
import type { AnswerOf } from '../../effects/catalog.js';
import { isStorable, storedFailure, storedPolicy } from '../../effects/codecs/stored.codec.js';
import { errorText } from '../../effects/error-text.js';
import {
  NO_ROOM,
  type PolicyStore,
  type PolicyStoreBounds,
  type StoredPolicy,
  TOO_LARGE,
} from '../../effects/stores.js';
import type { CacheAnswer } from '../../policy/mta-sts/fetch.js';
import {
  type EntryWorth,
  judgeRoom,
  mergePolicy,
  type PolicyChange,
  timeOf,
  worthOf,
} from '../../policy/mta-sts/merge-policy.js';
import type { StsMode } from '../../policy/mta-sts/policy.js';
import { numberIn, type Query, type SqlDatabase, type SqlRow, textIn } from './database.js';
import { rowsByKey } from './statements.js';

const COLUMNS = 'domain, policy, failure, mode, until, failed_at';
/** Domains that one statement asks for. */
const READ_MAX = 200;
const WRITTEN = { kind: 'written' } as const;
const MODES = ['', 'none', 'testing', 'enforce'] as const;

/** Policies in a database. */
export function sqlPolicyStore(database: SqlDatabase, { entriesMax }: PolicyStoreBounds): PolicyStore {
  const reading = new Batches<string, CacheAnswer>(READ_MAX, (domains) => readAll(database, domains));
  return {
    'policy-cache.read': (ask) =>
      reading.add(ask.domain.toLowerCase()).catch((error) => ({ kind: 'unreadable', why: errorText(error) })),
    'policy-cache.write': async (ask) =>
      write(database, ask.domain.toLowerCase(), ask.change, entriesMax).catch((error) => ({
        kind: 'failed',
        why: errorText(error),
      })),
    list: async ({ after, entriesMax: listedMax }) => {
      const sql = `SELECT ${COLUMNS} FROM waxseal_policies WHERE domain > ?1 ORDER BY domain LIMIT ?2`;
      return (await database.query(sql, after ?? '', listedMax)).map(namedIn);
    },
    expiringBefore: async (time, listedMax) => {
      const sql = `SELECT ${COLUMNS} FROM waxseal_policies
        WHERE mode IN ('none', 'testing', 'enforce') AND until < ?1 ORDER BY until, domain LIMIT ?2`;
      return (await database.query(sql, time, listedMax)).map(namedIn);
    },
    forget: async (domain) => {
      const sql = 'DELETE FROM waxseal_policies WHERE domain = ?1 RETURNING domain';
      const gone = await database.write(({ query }) => query(sql, domain.toLowerCase()));
      return gone.length > 0 ? 'forgotten' : 'unknown';
    },
    prune: (time) => prune(database, time),
  };
}

/** What is kept of each, in order: many attempts ask at once. */
async function readAll({ find }: SqlDatabase, domains: readonly string[]): Promise<readonly CacheAnswer[]> {
  const found = await rowsByKey(
    find,
    'domain',
    domains,
    (list) => `SELECT ${COLUMNS} FROM waxseal_policies WHERE domain IN (${list})`,
  );
  return domains.map((domain) => keptIn(domain, found.get(domain)));
}

/** Merges under a lock, so that what was decided still holds when it is written. */
function write(
  database: SqlDatabase,
  domain: string,
  change: PolicyChange,
  entriesMax: number,
): Promise<AnswerOf<'policy-cache.write'>> {
  if (!isStorable(domain, change)) return Promise.resolve(TOO_LARGE);
  return database.write(async ({ query, lock }) => {
    await lock('policies');
    const [row] = await query(`SELECT ${COLUMNS} FROM waxseal_policies WHERE domain = ?1`, domain);
    const { decision, kept } = mergePolicy(keptIn(domain, row), change);
    if (decision.verdict === 'keep') return WRITTEN;
    if (kept.kind === 'unreadable') return rememberBeside(query, domain, change);
    const { cached, failure } = kept;
    const worth = worthOf(domain, cached, failure);
    if (row === undefined && !(await isThereRoom(query, worth, timeOf(change), entriesMax))) return NO_ROOM;
    const policyText = cached === null ? null : storedPolicy.encode(domain, cached);
    const failureText = failure === null ? null : storedFailure.encode(domain, failure);
    await query(
      `INSERT INTO waxseal_policies (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (domain) DO UPDATE SET
         policy = excluded.policy, failure = excluded.failure, mode = excluded.mode, until = excluded.until,
         failed_at = excluded.failed_at`,
      ...[domain, policyText, failureText, worth.mode ?? '', worth.until, failure?.failedAt ?? null],
    );
    return WRITTEN;
  });
}

/** A policy that cannot be read stays, unread: there may be a version of Waxseal that can. */
async function rememberBeside(query: Query, domain: string, change: PolicyChange): Promise<typeof WRITTEN> {
  if (change.kind === 'store') return WRITTEN;
  await query(
    'UPDATE waxseal_policies SET failure = ?2, failed_at = ?3 WHERE domain = ?1',
    ...[domain, storedFailure.encode(domain, change.failure), change.failure.failedAt],
  );
  return WRITTEN;
}

async function isThereRoom(
  query: Query,
  newcomer: EntryWorth,
  now: number,
  entriesMax: number,
): Promise<boolean> {
  const [counted] = await query('SELECT count(*) AS entries FROM waxseal_policies');
  if (numberIn(counted!, 'entries') < entriesMax) return true;
  const soonest: EntryWorth[] = [];
  for (const mode of MODES) {
    const sql =
      'SELECT domain, mode, until FROM waxseal_policies WHERE mode = ?1 ORDER BY until, domain LIMIT 1';
    soonest.push(...(await query(sql, mode)).map(worthIn));
  }
  const [first, ...others] = soonest;
  const goes = first === undefined ? null : judgeRoom(newcomer, [first, ...others], now).goes;
  if (goes !== null) await query('DELETE FROM waxseal_policies WHERE domain = ?1', goes);
  return goes !== null;
}

function prune(database: SqlDatabase, time: number): Promise<number> {
  return database.write(async ({ query, lock }) => {
    await lock('policies');
    await query('UPDATE waxseal_policies SET failure = NULL, failed_at = NULL WHERE failed_at < ?1', time);
    await query(
      `UPDATE waxseal_policies SET policy = NULL, mode = '', until = failed_at
       WHERE mode <> '' AND until < ?1 AND failed_at IS NOT NULL`,
      time,
    );
    const sql = `DELETE FROM waxseal_policies WHERE failed_at IS NULL AND (mode = '' OR until < ?1) RETURNING domain`;
    return (await query(sql, time)).length;
  });
}

function keptIn(domain: string, row: SqlRow | undefined): CacheAnswer {
  if (row === undefined) return { kind: 'read', cached: null, failure: null };
  const cached = typeof row.policy === 'string' ? storedPolicy.decode(domain, row.policy) : null;
  if (row.mode !== '' && cached === null)
    return {
      kind: 'unreadable',
      why: `what is kept of ${domain} is damaged, or of a later version; "waxseal sts forget" removes it`,
    };
  // A failure that cannot be read costs one fetch too many; it must not hide the policy.
  const failure = typeof row.failure === 'string' ? storedFailure.decode(domain, row.failure) : null;
  return { kind: 'read', cached, failure };
}

function namedIn(row: SqlRow): StoredPolicy {
  const domain = textIn(row, 'domain');
  return { domain, ...keptIn(domain, row) };
}

function worthIn(row: SqlRow): EntryWorth {
  const mode = row.mode === '' ? null : (textIn(row, 'mode') as StsMode);
  return { domain: textIn(row, 'domain'), mode, until: numberIn(row, 'until') };
}
