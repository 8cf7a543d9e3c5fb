/* What an audit tells: the sums in an order of their own, so that the order of the journals makes no difference. */
import type { Change } from '../../effects/change/index.js';
import type { Owner } from '../../policy/explain/fact.js';
import { timeOf } from '../../policy/explain/values.js';
import { hasExpired } from '../../policy/local/destination.js';
import { redacted } from './redact.js';
import type { Counts, DomainSums, Protection, ReasonSums, Sums } from './sums.js';

export const AUDIT_FORMAT = 'waxseal-audit';

export interface AuditReport {
  readonly format: typeof AUDIT_FORMAT;
  readonly version: 1;
  /** In UTC; null: there was no attempt. */
  readonly period: { readonly first: string; readonly last: string } | null;
  readonly sources: {
    readonly files: number;
    readonly journals: number;
    readonly attempts: number;
    /** Without a result: they were never finished. */
    readonly unfinished: number;
    readonly problems: readonly { readonly file: string; readonly problem: string }[];
  };
  /** Recipients of attempts: who waits counts once for each attempt. */
  readonly totals: Readonly<Counts>;
  readonly days: readonly (Readonly<Counts> & { readonly day: string })[];
  readonly domains: readonly (Readonly<Counts> & {
    readonly domain: string;
    readonly first: string;
    readonly last: string;
    readonly best: Protection | null;
    readonly worst: Protection | null;
    readonly rows: readonly { readonly row: string; readonly recipients: number }[];
  })[];
  /** Why mail waits or was refused, the most frequent first. */
  readonly reasons: readonly {
    readonly row: string;
    readonly table: string;
    readonly outcome: 'deferred' | 'bounced';
    readonly why: string;
    readonly recipients: number;
    readonly domains: number;
    readonly first: string;
    readonly last: string;
    readonly example: {
      readonly at: string;
      readonly domain: string;
      readonly facts: readonly string[];
      readonly change: readonly Change[];
    };
  }[];
  /** Domains all of whose mail would have gone through under a stricter rule of ours; the strictest that holds. */
  readonly raise: readonly {
    readonly domain: string;
    readonly to: 'encrypt' | 'verify' | 'dane';
    readonly delivered: number;
    readonly checked: number;
  }[];
  /** Rules of the operator that ended, or give up protection. */
  readonly exceptions: readonly {
    readonly destination: string;
    readonly demand: string;
    readonly owner: string;
    readonly reason: string;
    readonly expiresAt: string | null;
    readonly state: 'expired' | 'in-force';
  }[];
  readonly overrides: { readonly tlsRequiredNo: number; readonly requireTls: number };
  /** Whose move it is, and what would help, the most recipients first. */
  readonly repairs: readonly {
    readonly by: Owner;
    readonly domain: string;
    readonly row: string;
    readonly kind: Change['kind'];
    readonly what: string;
    readonly recipients: number;
  }[];
  /** Against the report before; null: there is none. */
  readonly changes: AuditChanges | null;
  /** What the bounds left out. */
  readonly leftOut: Readonly<Record<string, number>>;
}

export interface AuditChanges {
  readonly before: { readonly first: string; readonly last: string } | null;
  /** Shares of what was delivered, of 1; null: nothing was. */
  readonly authenticated: { readonly before: number | null; readonly now: number | null };
  readonly clear: { readonly before: number | null; readonly now: number | null };
  readonly newReasons: readonly string[];
  readonly goneReasons: readonly string[];
  readonly fell: readonly {
    readonly domain: string;
    readonly before: Protection;
    readonly now: Protection;
  }[];
  readonly rose: readonly {
    readonly domain: string;
    readonly before: Protection;
    readonly now: Protection;
  }[];
}

/** How many of each are told. */
const TOLD_MAX = 1_000;
/** A rule is raised to only where there is something to go by. */
const DELIVERED_MIN = 3;

export interface ReportOptions {
  readonly files: number;
  readonly journals: number;
  readonly problems: readonly { readonly file: string; readonly problem: string }[];
  /** Leave the local parts of addresses out wherever somebody quoted them. */
  readonly redact: 'yes' | 'no';
  readonly before: AuditReport | null;
}

/** Never throws. */
export function reportOf(
  sums: Sums,
  { files, journals, problems, redact, before }: ReportOptions,
): AuditReport {
  const domains = [...sums.domains.values()].sort(byRecipients((each) => each.domain));
  const report: AuditReport = {
    format: AUDIT_FORMAT,
    version: 1,
    period: sums.attempts === 0 ? null : { first: timeOf(sums.first), last: timeOf(sums.last) },
    sources: {
      files,
      journals,
      attempts: sums.attempts,
      unfinished: sums.unfinished,
      problems: problems.slice(0, TOLD_MAX),
    },
    totals: { ...sums.all },
    days: [...sums.days]
      .sort(([left], [right]) => left - right)
      .map(([day, counts]) => ({ day: timeOf(day).slice(0, 10), ...counts })),
    domains: domains.slice(0, TOLD_MAX).map(domainOf),
    reasons: [...sums.reasons.values()].sort(byRecipients((each) => each.row)).map(reasonOf),
    raise: domains.flatMap(raiseOf).slice(0, TOLD_MAX),
    exceptions: exceptionsIn(sums),
    overrides: { ...sums.overrides },
    repairs: [...sums.repairs.values()]
      .sort(byRecipients((each) => `${each.domain} ${each.row}`))
      .slice(0, TOLD_MAX)
      .map(({ at: _, ...repair }) => repair),
    changes: null,
    leftOut: { ...sums.leftOut, domainsNotTold: Math.max(0, domains.length - TOLD_MAX) },
  };
  const told = { ...report, changes: before === null ? null : changesSince(before, report) };
  return redact === 'yes' ? redacted(told) : told;
}

function byRecipients<T extends { readonly recipients: number }>(
  nameOf: (each: T) => string,
): (left: T, right: T) => number {
  return (left, right) => right.recipients - left.recipients || (nameOf(left) < nameOf(right) ? -1 : 1);
}

function domainOf({ rows, raise: _, first, last, ...domain }: DomainSums): AuditReport['domains'][number] {
  return {
    ...domain,
    first: timeOf(first),
    last: timeOf(last),
    rows: [...rows].map(([row, recipients]) => ({ row, recipients })).sort(byRecipients(({ row }) => row)),
  };
}

function reasonOf({
  row,
  table,
  outcome,
  why,
  recipients,
  domains,
  moreDomains,
  first,
  last,
  example,
}: ReasonSums): AuditReport['reasons'][number] {
  return {
    ...{ row, table, outcome, why, recipients, domains: domains.size + moreDomains },
    first: timeOf(first),
    last: timeOf(last),
    example: { ...example, at: timeOf(example.at) },
  };
}

function raiseOf({ domain, delivered, authenticated, raise }: DomainSums): AuditReport['raise'] {
  // Where every host had to prove itself already, nothing is gained.
  if (delivered < DELIVERED_MIN || authenticated === delivered) return [];
  const to = (['dane', 'verify', 'encrypt'] as const).find((demand) => raise[demand]);
  return to === undefined ? [] : [{ domain, to, delivered, checked: raise.checked }];
}

function exceptionsIn({ rules, last }: Sums): AuditReport['exceptions'] {
  return [...rules.values()]
    .map(({ rule: { destination, demand, owner, reason, expiresAt } }) => ({
      ...{ destination, demand, owner, reason },
      expiresAt: expiresAt === null ? null : timeOf(expiresAt),
      state: hasExpired({ expiresAt }, last) ? ('expired' as const) : ('in-force' as const),
    }))
    .filter(({ demand, state }) => demand === 'none' || state === 'expired')
    .sort((left, right) =>
      `${left.state} ${left.destination}` < `${right.state} ${right.destination}` ? -1 : 1,
    );
}

const RANK: Readonly<Record<Protection, number>> = { clear: 0, encrypted: 1, authenticated: 2 };

function changesSince(before: AuditReport, now: AuditReport): AuditChanges {
  const share = ({ totals }: AuditReport, key: 'authenticated' | 'clear') =>
    totals.delivered === 0 ? null : totals[key] / totals.delivered;
  const rowsIn = ({ reasons }: AuditReport) => new Set(reasons.map(({ row }) => row));
  const [rowsBefore, rowsNow] = [rowsIn(before), rowsIn(now)];
  const worst = new Map(before.domains.map(({ domain, worst: was }) => [domain, was]));
  const moved = now.domains.flatMap(({ domain, worst: is }) => {
    const was = worst.get(domain) ?? null;
    return was === null || is === null || was === is ? [] : [{ domain, before: was, now: is }];
  });
  return {
    before: before.period,
    authenticated: { before: share(before, 'authenticated'), now: share(now, 'authenticated') },
    clear: { before: share(before, 'clear'), now: share(now, 'clear') },
    newReasons: [...rowsNow].filter((row) => !rowsBefore.has(row)).sort(),
    goneReasons: [...rowsBefore].filter((row) => !rowsNow.has(row)).sort(),
    fell: moved.filter((each) => RANK[each.now] < RANK[each.before]),
    rose: moved.filter((each) => RANK[each.now] > RANK[each.before]),
  };
}
