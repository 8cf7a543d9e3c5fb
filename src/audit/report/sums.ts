/*
 * Sums over attempts, one at a time and in any order. What strangers choose (domains, hosts) is bounded, and what is left
 * out is counted. A recipient of an attempt is the unit: who waits for a day counts once for each attempt.
 */
import type { Change } from '../../effects/change/index.js';
import { smallestChanges } from '../../effects/change/index.js';
import { answersIn, suppose } from '../../effects/change/suppose.js';
import { explainAttempt } from '../../effects/explain.js';
import type { AttemptJournal } from '../../effects/journal.js';
import type { Programs } from '../../effects/simulate.js';
import type { AttemptResult, PlacedDecision, RecipientResult } from '../../policy/attempt/types.js';
import type { Owner } from '../../policy/explain/fact.js';
import { tellingColumns } from '../../policy/explain/telling.js';
import type { DestinationRule } from '../../policy/local/destination.js';

/** Recipients of attempts, by what became of them. */
export interface Counts {
  recipients: number;
  delivered: number;
  /** Of those that were delivered: to a host that proved itself; under TLS to whoever answered; in clear. */
  authenticated: number;
  encrypted: number;
  clear: number;
  deferred: number;
  bounced: number;
}

export interface DomainSums extends Counts {
  readonly domain: string;
  /** Milliseconds since 1970. */
  first: number;
  last: number;
  /** How it was protected at best and at worst, of what was delivered. */
  best: Protection | null;
  worst: Protection | null;
  /** Rows that stopped mail, by how many recipients. */
  readonly rows: Map<string, number>;
  /** Deliveries that were looked at under each demand, and whether all would have gone through. */
  readonly raise: { encrypt: boolean; verify: boolean; dane: boolean; checked: number };
}

export type Protection = 'clear' | 'encrypted' | 'authenticated';

/** Why mail was stopped: one row, and the earliest time that it was met, told in full. */
export interface ReasonSums {
  readonly row: string;
  readonly table: string;
  readonly why: string;
  readonly outcome: 'deferred' | 'bounced';
  recipients: number;
  readonly domains: Set<string>;
  moreDomains: number;
  first: number;
  last: number;
  example: Example;
}

interface Example {
  readonly at: number;
  readonly domain: string;
  readonly facts: readonly string[];
  readonly change: readonly Change[];
}

export interface RuleSums {
  readonly rule: DestinationRule;
  /** When it was last part of the settings of an attempt, in milliseconds since 1970. */
  lastSeen: number;
}

export interface RepairSums {
  readonly by: Owner;
  readonly domain: string;
  readonly row: string;
  readonly what: string;
  readonly kind: Change['kind'];
  recipients: number;
  at: number;
}

const DOMAINS_MAX = 10_000;
const ROWS_MAX = 50;
const DOMAINS_OF_REASON_MAX = 1_000;
const REASONS_MAX = 500;
const DAYS_MAX = 400;
const RULES_MAX = 1_000;
const REPAIRS_MAX = 2_000;
/** Attempts of one domain that are played again under another demand, and of all. */
const CHECKS_OF_DOMAIN_MAX = 20;
const CHECKS_MAX = 20_000;
/** Ends that are told in full. */
const EXPLANATIONS_MAX = 2_000;
const DAY_MS = 86_400_000;

const newCounts = (): Counts => ({
  recipients: 0,
  delivered: 0,
  authenticated: 0,
  encrypted: 0,
  clear: 0,
  deferred: 0,
  bounced: 0,
});

export class Sums {
  readonly all = newCounts();
  readonly days = new Map<number, Counts>();
  readonly domains = new Map<string, DomainSums>();
  readonly reasons = new Map<string, ReasonSums>();
  readonly rules = new Map<string, RuleSums>();
  readonly repairs = new Map<string, RepairSums>();
  readonly overrides = { tlsRequiredNo: 0, requireTls: 0 };
  /** How many of each had no place. */
  readonly leftOut = { domains: 0, reasons: 0, days: 0, rules: 0, repairs: 0 };
  attempts = 0;
  unfinished = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  #checks = 0;
  #explanations = 0;

  constructor(readonly programs: Programs) {}

  /** Never throws. */
  add(journal: AttemptJournal): void {
    const { input, result } = journal;
    this.attempts++;
    this.first = Math.min(this.first, input.startedAt);
    this.last = Math.max(this.last, input.startedAt);
    this.#addRules(journal);
    if (result === null) {
      this.unfinished++;
      return;
    }
    if (result.decisions.some(({ row }) => row === 'OPT-2'))
      this.overrides.tlsRequiredNo += result.recipients.length;
    if (result.requireTls === 'yes') this.overrides.requireTls += result.recipients.length;
    const domain = this.#domainOf(result, input.startedAt);
    const day = this.#dayOf(input.startedAt);
    result.recipients.forEach((recipient, at) => {
      const protection = protectionOf(recipient);
      for (const counts of [this.all, day, domain]) if (counts !== null) count(counts, recipient, protection);
      if (domain !== null && protection !== null) noteProtection(domain, protection);
      if (recipient.outcome !== 'delivered') this.#addReason(journal, result, at, domain);
    });
    if (domain !== null) this.#checkDemands(journal, result, domain);
  }

  #domainOf({ destination }: AttemptResult, at: number): DomainSums | null {
    const name = destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
    const known = this.domains.get(name);
    if (known !== undefined) {
      known.first = Math.min(known.first, at);
      known.last = Math.max(known.last, at);
      return known;
    }
    if (this.domains.size >= DOMAINS_MAX) {
      this.leftOut.domains++;
      return null;
    }
    const made: DomainSums = {
      ...newCounts(),
      ...{ domain: name, first: at, last: at, best: null, worst: null, rows: new Map() },
      raise: { encrypt: true, verify: true, dane: true, checked: 0 },
    };
    this.domains.set(name, made);
    return made;
  }

  #dayOf(at: number): Counts | null {
    const day = Math.floor(at / DAY_MS) * DAY_MS;
    const known = this.days.get(day);
    if (known !== undefined) return known;
    if (this.days.size >= DAYS_MAX) {
      this.leftOut.days++;
      return null;
    }
    const made = newCounts();
    this.days.set(day, made);
    return made;
  }

  #addReason(journal: AttemptJournal, result: AttemptResult, at: number, domain: DomainSums | null): void {
    const recipient = result.recipients[at]!;
    const because: PlacedDecision | null =
      recipient.because ?? (recipient.decision === null ? null : { ...recipient.decision, mx: null });
    if (because === null || recipient.outcome === 'delivered') return;
    const { row, table, why } = because;
    if (domain !== null && (domain.rows.size < ROWS_MAX || domain.rows.has(row)))
      domain.rows.set(row, (domain.rows.get(row) ?? 0) + 1);
    const name = domain?.domain ?? 'others';
    const time = journal.input.startedAt;
    const key = `${row} ${recipient.outcome}`;
    const known = this.reasons.get(key);
    if (known === undefined && this.reasons.size >= REASONS_MAX) {
      this.leftOut.reasons++;
      return;
    }
    const repair = this.repairs.get(`${name} ${row}`);
    const isEarliest = known === undefined || isBefore(time, name, known.example);
    const isNew = repair === undefined || time < repair.at;
    const told = isEarliest || isNew ? this.#explain(journal, result, at) : null;
    const example = { at: time, domain: name, facts: told?.facts ?? [], change: told?.change ?? [] };
    const reason: ReasonSums = known ?? {
      ...{ row, table, why, outcome: recipient.outcome, recipients: 0 },
      ...{ domains: new Set(), moreDomains: 0, first: time, last: time, example },
    };
    this.reasons.set(key, reason);
    reason.recipients++;
    reason.first = Math.min(reason.first, time);
    reason.last = Math.max(reason.last, time);
    if (reason.domains.size < DOMAINS_OF_REASON_MAX) reason.domains.add(name);
    else if (!reason.domains.has(name)) reason.moreDomains++;
    if (isEarliest && told !== null) reason.example = example;
    this.#addRepair(name, row, time, told?.change ?? [], isNew);
  }

  #addRepair(domain: string, row: string, at: number, change: readonly Change[], isNew: boolean): void {
    const key = `${domain} ${row}`;
    const known = this.repairs.get(key);
    const [first] = change;
    if (known !== undefined && !(isNew && first !== undefined)) {
      known.recipients++;
      return;
    }
    if (first === undefined) return;
    if (known === undefined && this.repairs.size >= REPAIRS_MAX) {
      this.leftOut.repairs++;
      return;
    }
    const { by, what, kind } = first;
    this.repairs.set(key, { by, domain, row, what, kind, at, recipients: (known?.recipients ?? 0) + 1 });
  }

  #explain(
    journal: AttemptJournal,
    result: AttemptResult,
    at: number,
  ): Pick<Example, 'facts' | 'change'> | null {
    if (this.#explanations >= EXPLANATIONS_MAX) return null;
    this.#explanations++;
    const because = explainAttempt(journal, this.programs).because[at] ?? null;
    const telling = because === null ? [] : tellingColumns(because);
    return {
      facts: [
        ...new Set(
          telling.flatMap((wanted) =>
            (because?.facts ?? []).filter(({ column }) => column === wanted).map(({ says }) => says),
          ),
        ),
      ],
      change: smallestChanges({ ...journal, result }, at, this.programs).changes,
    };
  }

  #addRules({ input }: AttemptJournal): void {
    for (const rule of input.settings.destinations) {
      const key = JSON.stringify(rule);
      const known = this.rules.get(key);
      if (known !== undefined) known.lastSeen = Math.max(known.lastSeen, input.startedAt);
      else if (this.rules.size < RULES_MAX) this.rules.set(key, { rule, lastSeen: input.startedAt });
      else this.leftOut.rules++;
    }
  }

  /** Whether what went through would have done so under a stricter rule, by playing it again. */
  #checkDemands(journal: AttemptJournal, result: AttemptResult, { domain, raise }: DomainSums): void {
    if (!result.recipients.some(({ outcome }) => outcome === 'delivered')) return;
    const before = raise.checked;
    for (const demand of ['encrypt', 'verify', 'dane'] as const) {
      if (!raise[demand]) continue;
      if (result.recipients.some((each) => each.outcome === 'delivered' && each.host?.tls === null)) {
        raise[demand] = false;
        continue;
      }
      if (before >= CHECKS_OF_DOMAIN_MAX || this.#checks >= CHECKS_MAX) continue;
      this.#checks++;
      raise[demand] = this.#isDeliveredUnder(demand, domain, journal, result);
    }
    raise.checked = before + 1;
  }

  #isDeliveredUnder(
    demand: 'encrypt' | 'verify' | 'dane',
    domain: string,
    journal: AttemptJournal,
    result: AttemptResult,
  ): boolean {
    const { settings } = journal.input;
    const rule: DestinationRule = {
      destination: domain,
      demand,
      owner: 'audit',
      reason: 'supposed',
      expiresAt: null,
    };
    const rules = [...settings.destinations.filter(({ destination }) => destination !== domain), rule];
    const input = { ...journal.input, settings: { ...settings, destinations: rules } };
    const { result: supposed, unasked } = suppose(this.programs, { input }, answersIn(journal), []);
    if (supposed === null || unasked.length > 0) return false;
    return result.recipients.every(
      ({ outcome }, at) => outcome !== 'delivered' || supposed.recipients[at]?.outcome === 'delivered',
    );
  }
}

function isBefore(at: number, domain: string, example: Example): boolean {
  return at < example.at || (at === example.at && domain < example.domain);
}

function protectionOf({ outcome, host }: RecipientResult): Protection | null {
  if (outcome !== 'delivered' || host === null) return null;
  if (host.authentication !== 'none') return 'authenticated';
  return host.tls === null ? 'clear' : 'encrypted';
}

function count(counts: Counts, { outcome }: RecipientResult, protection: Protection | null): void {
  counts.recipients++;
  counts[outcome]++;
  if (protection !== null) counts[protection]++;
}

const RANK: Readonly<Record<Protection, number>> = { clear: 0, encrypted: 1, authenticated: 2 };

function noteProtection(domain: DomainSums, protection: Protection): void {
  if (domain.best === null || RANK[protection] > RANK[domain.best]) domain.best = protection;
  if (domain.worst === null || RANK[protection] < RANK[domain.worst]) domain.worst = protection;
}
