/*
 * What is kept between attempts, beyond what one attempt asks: the questions of an operator and of the jobs that run in
 * the background. Every store answers the two questions about policies of the catalogue as well. What a store keeps is
 * decided by policy (`mergePolicy`, `judgeRoom`, `boundTallies`, `judgeClaim`); a store only makes it last, each change as
 * a whole or not at all.
 */

import type { AttemptInput } from '../policy/attempt/types.js';
import type { CacheAnswer } from '../policy/mta-sts/fetch.js';
import type { DomainSignals } from '../policy/signals/domain-signals.js';
import type { Sighting } from '../policy/signals/sighting.js';
import type { ReportState } from '../policy/tls-report/report-state.js';
import type { TallyBounds, TlsReportPolicy } from '../policy/tls-report/tally.js';
import type { Adapters } from './ports.js';
import type { EventStore, QueueStore, SuppressionStore } from './queue-stores.js';

/** One domain's MTA-STS policy, as it is kept; or that what is kept of it cannot be read. */
export type StoredPolicy = CacheAnswer & {
  /** Lower-case A-labels. */
  readonly domain: string;
};

/**
 * MTA-STS policies (RFC 8461, Section 3.2), merged by `mergePolicy`: `written` means that what was learned has been taken
 * into account, also where something newer stays. `failed`: that it could not be kept, for lack of the store or of room in
 * it (`judgeRoom`). The other methods reject with an Error if the store cannot be reached; then nothing was changed.
 */
export interface PolicyStore extends Pick<Adapters, 'policy-cache.read' | 'policy-cache.write'> {
  /** In order of domain names, those after `after`, at most `entriesMax` of them. */
  list(page: {
    readonly after: string | null;
    readonly entriesMax: number;
  }): Promise<readonly StoredPolicy[]>;
  /** Policies that expire before that time, soonest first; milliseconds since 1970. */
  expiringBefore(time: number, entriesMax: number): Promise<readonly StoredPolicy[]>;
  /** Forgets all that is known of a domain. An operator may; the engine never does. */
  forget(domain: string): Promise<'forgotten' | 'unknown'>;
  /** Drops policies that expired before that time, and failures from before it. Answers how many domains went. */
  prune(time: number): Promise<number>;
}

/** Why a store that can be reached does not keep a policy. */
export const TOO_LARGE = {
  kind: 'failed',
  why: 'what was learned is larger than any policy may be',
} as const;
export const NO_ROOM = {
  kind: 'failed',
  why: 'the store holds as many policies as it may, and none of them is worth less; let it hold more',
} as const;

/** How much a store of policies keeps at most. */
export interface PolicyStoreBounds {
  /** Domains. */
  readonly entriesMax: number;
}

/** A day in UTC, `YYYY-MM-DD` (RFC 8460, Section 4.1). */
export type UtcDay = string;

/** A day of a domain: what one report is made of. */
export interface ReportKey {
  readonly day: UtcDay;
  /** Whose record says where the report goes: the recipient domain, or, as a setting, a TLSA base domain. Lower-case A-labels. */
  readonly domain: string;
}

export interface ReportDue extends ReportKey {
  readonly state: ReportState;
}

/** How much a store of tallies keeps at most, so that nobody can fill it by naming domains. */
export interface TlsReportStoreBounds extends TallyBounds {
  /** Domains, for each day. */
  readonly domainsMax: number;
}

/**
 * What TLS reports are made of. The methods reject with an Error if the store cannot be reached; then nothing was changed,
 * save that a connection which breaks while a database commits leaves it open whether that change was made.
 */
export interface TlsReportStore {
  /**
   * Adds the tally of one attempt, as a whole or not at all; tallies of many nodes add up, within the bounds
   * (`boundTallies`). `full`: there are tallies of as many domains that day as there may be. `settled`: that report has
   * gone, or was given up. In either case nothing was added.
   */
  add(key: ReportKey, lines: readonly TlsReportPolicy[]): Promise<'added' | 'full' | 'settled'>;
  /** Domains with a tally, in order of day and domain, those after `after`, at most `entriesMax` of them. */
  list(page: {
    readonly after: ReportKey | null;
    readonly entriesMax: number;
  }): Promise<readonly ReportDue[]>;
  /** In order of first appearance. */
  read(key: ReportKey): Promise<readonly TlsReportPolicy[]>;
  /** Takes the right to send a report, unless another has it or it is settled (`judgeClaim`). Milliseconds since 1970. */
  claim(
    key: ReportKey,
    claim: { readonly now: number; readonly until: number },
  ): Promise<'claimed' | 'taken'>;
  /** Says what became of a report; one that was sent stays sent. */
  settle(key: ReportKey, outcome: 'sent' | 'dropped'): Promise<void>;
  /** Drops everything of days before that one. */
  prune(before: UtcDay): Promise<void>;
}

/** How far the attempts at one message to one recipient have come. */
export interface AttemptRecord {
  /** How many were made. */
  readonly attempts: number;
  /** See `AttemptResult.dialled`. */
  readonly dialled: AttemptInput['dialled'];
  /** What was said when the message was delivered; null: it was not. */
  readonly delivered: string | null;
  /** When the last attempt ended; milliseconds since 1970. */
  readonly at: number;
}

/**
 * What a host that keeps its queue does not keep with it. The methods reject with an Error if the store cannot be reached;
 * then nothing was changed.
 */
export interface AttemptStore {
  /** In the order of the keys; null: nothing is known. A record that cannot be read is not known, unless it says `delivered`. */
  read(keys: readonly string[]): Promise<readonly (AttemptRecord | null)[]>;
  /**
   * All of them or none, durably. What was delivered stays delivered. Beyond the bound the oldest go, sooner or later: a message
   * that is not known is at its first attempt, under the very same demands.
   */
  write(records: readonly (AttemptRecord & { readonly key: string })[]): Promise<void>;
  /** Drops what was delivered, and what was attempted last, before those times, and the oldest beyond the bound. */
  prune(before: { readonly delivered: number; readonly attempted: number }): Promise<number>;
}

/** How much a store of attempts keeps at most. */
export interface AttemptStoreBounds {
  /** Messages times recipients. A database may hold a thousandth more for each process that writes to it. */
  readonly attemptsMax: number;
}

/** What one attempt saw of a domain. */
export interface Sighted {
  /** Whose mail it was: what one sender sees is told to no other. Up to 255 characters; "" where there is only one. */
  readonly scope: string;
  /** In lower-case A-labels, or an address literal in brackets. */
  readonly domain: string;
  readonly sighting: Sighting;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * What recipient domains were seen to support, by scope. It is advice to people, and never lowers or raises a demand. The methods
 * reject with an Error if the store cannot be reached; then nothing was changed.
 */
export interface SignalStore {
  /** In the order of the domains. */
  read(scope: string, domains: readonly string[]): Promise<readonly DomainSignals[]>;
  /** All of them or none. Of two sightings the later one speaks, whichever is noted first (`mergeSighting`). */
  note(sightings: readonly Sighted[]): Promise<void>;
  /** Drops what was seen before that time, in milliseconds since 1970, and the oldest beyond the bound. Answers how much went. */
  prune(before: number): Promise<number>;
}

/** How much a store of signals keeps at most. */
export interface SignalStoreBounds {
  /** Scopes times domains times signals. */
  readonly signalsMax: number;
}

export type StoreBounds = PolicyStoreBounds & TlsReportStoreBounds & AttemptStoreBounds & SignalStoreBounds;

/** All stores over one database. No I/O happens before the first question. */
export interface Stores {
  readonly policies: PolicyStore;
  readonly reports: TlsReportStore;
  readonly attempts: AttemptStore;
  readonly signals: SignalStore;
  readonly queue: QueueStore;
  readonly suppressions: SuppressionStore;
  readonly events: EventStore;
  /** Frees what is held open. What is asked afterwards fails. */
  close(): Promise<void>;
}

/** What is said to who names a folder and a database. */
export function twoPlaces(state: string, database: string): string {
  return `${state} and ${database} are two places for the same things; give one of them`;
}

/** What keeps a small machine safe; a large one may want more. */
export const DEFAULT_STORE_BOUNDS: StoreBounds = {
  entriesMax: 100_000,
  domainsMax: 50_000,
  policiesMax: 32,
  detailsMax: 100,
  attemptsMax: 1_000_000,
  signalsMax: 500_000,
};
