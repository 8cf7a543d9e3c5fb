/*
 * What many attempts add to tallies, in one transaction and a statement for each table: an attempt writes no more than it has to tell.
 * What stands is added to; what is new comes last, if there is room (see `boundTallies`).
 */
import { createHash } from 'node:crypto';
import type { ReportKey, TlsReportStoreBounds } from '../../effects/stores.js';
import { isSettled, type ReportState } from '../../policy/tls-report/report-state.js';
import { addTallies, detailKeyOf, policyKeyOf, type TlsReportPolicy } from '../../policy/tls-report/tally.js';
import { numberIn, type Query, type SqlRow, type SqlTransaction, textIn } from './database.js';
import { groupedBy, inKeyOrder, insertRows, places as numbers, overKeys } from './statements.js';

/** Policies whose failures one statement looks at. */
const POLICIES_MAX = 250;

/** What an attempt adds; domains are in lower case. */
export interface TallyToAdd {
  readonly key: ReportKey;
  readonly lines: readonly TlsReportPolicy[];
}

export type TallyAdded = 'added' | 'full' | 'settled';

/** What became of each, in order. */
export async function addAll(
  transaction: SqlTransaction,
  tallies: readonly TallyToAdd[],
  bounds: TlsReportStoreBounds,
): Promise<readonly TallyAdded[]> {
  const known = new Map<string, TallyAdded>();
  for (const [day, domains] of [...byDay(tallies)].sort(inKeyOrder)) {
    const added = await addDay(transaction, day, domains, bounds);
    for (const [domain, answer] of added) known.set(`${day} ${domain}`, answer);
  }
  return tallies.map(({ key }) => known.get(`${key.day} ${key.domain}`)!);
}

type Lines = ReadonlyMap<string, readonly TlsReportPolicy[]>;

/** The lines of each domain, for each day. */
function byDay(tallies: readonly TallyToAdd[]): ReadonlyMap<string, Lines> {
  const days = new Map<string, Map<string, readonly TlsReportPolicy[]>>();
  for (const { key, lines } of tallies) {
    const day = days.get(key.day) ?? new Map<string, readonly TlsReportPolicy[]>();
    days.set(key.day, day);
    day.set(key.domain, [...(day.get(key.domain) ?? []), ...lines]);
  }
  return days;
}

async function addDay(
  { query, lock }: SqlTransaction,
  day: string,
  lines: Lines,
  bounds: TlsReportStoreBounds,
): Promise<ReadonlyMap<string, TallyAdded>> {
  const domains = [...lines.keys()].sort();
  for (const domain of domains) await lock(`report ${day} ${domain}`);
  const states = await statesOf(query, day, domains);
  const unknown = domains.filter((domain) => !states.has(domain));
  // The lock of a day is taken after those of domains, never before, so that nobody waits for each other.
  if (unknown.length > 0) await lock(`day ${day}`);
  const begun = await begin(query, day, unknown, bounds.domainsMax);
  const answers = new Map(
    domains.map((domain) => [domain, answerFor(states.get(domain), begun.has(domain))]),
  );
  const open = [...lines].filter(([domain]) => answers.get(domain) === 'added');
  await addLines(query, day, new Map(open), bounds);
  return answers;
}

function answerFor(state: ReportState['kind'] | undefined, isBegun: boolean): TallyAdded {
  if (state === undefined) return isBegun ? 'added' : 'full';
  return isSettled({ kind: state } as ReportState) ? 'settled' : 'added';
}

async function statesOf(
  query: Query,
  day: string,
  domains: readonly string[],
): Promise<ReadonlyMap<string, ReportState['kind']>> {
  const rows = await overKeys(
    query,
    domains,
    (list) => `SELECT domain, state FROM waxseal_reports WHERE day = ?1 AND domain IN (${list})`,
    day,
  );
  return new Map(rows.map((row) => [textIn(row, 'domain'), textIn(row, 'state') as ReportState['kind']]));
}

/** Begins as many as the day has room for, and answers which. */
async function begin(
  query: Query,
  day: string,
  domains: readonly string[],
  domainsMax: number,
): Promise<ReadonlySet<string>> {
  if (domains.length === 0) return new Set();
  const [counted] = await query('SELECT count(*) AS domains FROM waxseal_reports WHERE day = ?1', day);
  const begun = domains.slice(0, Math.max(0, domainsMax - numberIn(counted!, 'domains')));
  await insertRows(
    query,
    { into: 'waxseal_reports (day, domain, state)' },
    begun.map((domain) => [day, domain, 'open']),
  );
  return new Set(begun);
}

/** A line that is kept, with what tells it from others. */
interface Kept {
  readonly domain: string;
  readonly id: string;
  readonly line: TlsReportPolicy;
}

async function addLines(
  query: Query,
  day: string,
  lines: Lines,
  { policiesMax, detailsMax }: TlsReportStoreBounds,
): Promise<void> {
  const standing = await overKeys(
    query,
    [...lines.keys()],
    (list) => `SELECT domain, id FROM waxseal_report_policies WHERE day = ?1 AND domain IN (${list})`,
    day,
  );
  const idsOf = groupedBy(standing, 'domain');
  const kept: (Kept & { readonly position: number })[] = [];
  for (const [domain, own] of lines) {
    const places = new Places((idsOf.get(domain) ?? []).map((row) => textIn(row, 'id')));
    for (const line of addTallies(own)) {
      const id = digest(policyKeyOf(line));
      const position = places.of(id, policiesMax);
      if (position !== null) kept.push({ domain, id, line, position });
    }
  }
  await insertRows(
    query,
    {
      into: 'waxseal_report_policies (day, domain, id, position, policy, success, failure)',
      then: `ON CONFLICT (day, domain, id) DO UPDATE SET success = waxseal_report_policies.success + excluded.success,
        failure = waxseal_report_policies.failure + excluded.failure`,
    },
    kept.map(({ domain, id, line, position }) => {
      const { success, failure, details: _, ...policy } = line;
      return [day, domain, id, position, JSON.stringify(policy), success, failure];
    }),
  );
  await addDetails(
    query,
    day,
    kept.filter(({ line }) => line.details.length > 0),
    detailsMax,
  );
}

async function addDetails(
  query: Query,
  day: string,
  kept: readonly Kept[],
  detailsMax: number,
): Promise<void> {
  if (kept.length === 0) return;
  const standing = groupedBy(await detailsOf(query, day, kept), 'policy');
  const rows = kept.flatMap(({ domain, id: policy, line }) => {
    const own = (standing.get(policy) ?? []).filter((row) => row.domain === domain);
    const places = new Places(own.map((row) => textIn(row, 'id')));
    return line.details.flatMap((detail) => {
      const { failedSessionCount, ...failure } = detail;
      const id = digest(detailKeyOf(detail));
      const position = places.of(id, detailsMax);
      if (position === null) return [];
      return [[day, domain, policy, id, position, JSON.stringify(failure), failedSessionCount]];
    });
  });
  await insertRows(
    query,
    {
      into: 'waxseal_report_failures (day, domain, policy, id, position, detail, sessions)',
      then: `ON CONFLICT (day, domain, policy, id) DO UPDATE SET
        sessions = waxseal_report_failures.sessions + excluded.sessions`,
    },
    rows,
  );
}

/** What stands of the failures under those policies. */
async function detailsOf(query: Query, day: string, kept: readonly Kept[]): Promise<readonly SqlRow[]> {
  const found: SqlRow[] = [];
  for (let from = 0; from < kept.length; from += POLICIES_MAX) {
    const part = kept.slice(from, from + POLICIES_MAX);
    const sql = `SELECT domain, policy, id FROM waxseal_report_failures
      WHERE day = ?1 AND domain IN (${numbers(part.length, 2)}) AND policy IN (${numbers(part.length, part.length + 2)})`;
    found.push(...(await query(sql, day, ...part.map(({ domain }) => domain), ...part.map(({ id }) => id))));
  }
  return found;
}

/** Where each stands in its list: what is known at its place, what is new behind all others. */
class Places {
  readonly #known: Map<string, number>;

  constructor(known: readonly string[]) {
    this.#known = new Map(known.map((id, at) => [id, at]));
  }

  /** Null: there is no room for one more. The place of one that stood before is not written. */
  of(id: string, placesMax: number): number | null {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#known.size >= placesMax) return null;
    this.#known.set(id, this.#known.size);
    return this.#known.size - 1;
  }
}

/** Indexes want short keys. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
