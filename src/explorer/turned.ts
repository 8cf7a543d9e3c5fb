/* What a turned fact changes: what became of the message, beside what became of it before. */
import type { RecipientReport } from '../engine/recipient-report.js';
import type { PlacedDecision } from '../policy/attempt/types.js';
import { CHOICES } from './choices.js';
import { partsOf, reportLinesOf, verdictOf } from './outcome.js';
import type { Facts } from './state.js';

/** Facts, and what they came to. */
export interface Told {
  readonly facts: Facts;
  readonly report: RecipientReport;
}

/** Something that is otherwise, in words; "": it was not there, or is no more. */
export interface Difference {
  readonly what: string;
  readonly before: string;
  readonly now: string;
}

export interface Turned {
  readonly facts: readonly Difference[];
  /** "Verdict", the parts of the outcome by their names, and "TLS report". */
  readonly outcome: readonly Difference[];
  /** Each decision that is otherwise, with the one in whose place it stands; null: none stood there. */
  readonly decisions: ReadonlyMap<PlacedDecision, PlacedDecision | null>;
  /** Decisions that are made no longer. */
  readonly gone: readonly PlacedDecision[];
}

export const NOTHING_TURNED: Turned = { facts: [], outcome: [], decisions: new Map(), gone: [] };

export function compareTold(before: Told, now: Told): Turned {
  return {
    ...compareReports(before.report, now.report),
    facts: differences(factsInWords(before.facts), factsInWords(now.facts)),
  };
}

/** Without facts that could be turned. */
export function compareReports(before: RecipientReport, now: RecipientReport): Turned {
  const left = placed(before.decisions);
  const decisions = new Map<PlacedDecision, PlacedDecision | null>();
  for (const [place, decision] of placed(now.decisions)) {
    const was = left.get(place) ?? null;
    left.delete(place);
    if (was === null || isOther(was, decision)) decisions.set(decision, was);
  }
  return {
    facts: [],
    outcome: differences(outcomeInWords(before), outcomeInWords(now)),
    decisions,
    gone: [...left.values()],
  };
}

/** For those who hear the page too: what was turned, and what of it went from what to what. The rest is in the list. */
export function sayTurned({ facts, outcome, decisions, gone }: Turned, now: RecipientReport): string {
  const isSame = !outcome.some(({ what }) => what === VERDICT);
  const others = [...decisions].flatMap(([{ table, row }, was]) =>
    was === null || was.row === row ? [] : [{ what: table, before: was.row, now: row }],
  );
  return [
    ...facts.map(became),
    ...(isSame ? [`Still ${verdictOf(now)}.`] : []),
    ...outcome.filter(({ what }) => !UNSAID.includes(what)).map(became),
    decisions.size + gone.length === 0
      ? 'Every decision is as it was.'
      : `Decisions: ${decisions.size} of ${now.decisions.length} new or on other grounds, ${gone.length} made no longer.`,
    ...others.slice(0, SAID_MAX).map(became),
  ].join(' ');
}

/** The whole of it, decision by decision. */
export function listTurned({ facts, outcome, decisions, gone }: Turned): readonly Difference[] {
  return [
    ...facts,
    ...outcome,
    ...[...decisions].map(([now, was]) => ({ what: placeOf(now), before: said(was), now: said(now) })),
    ...gone.map((was) => ({ what: placeOf(was), before: said(was), now: '' })),
  ];
}

export const VERDICT = 'Verdict';
const REPORT = 'TLS report';
/** Too long to be listened to. */
const UNSAID: readonly string[] = ['Reply', REPORT];
const SAID_MAX = 3;

function became({ what, before, now }: Difference): string {
  return `${what}: from ${quoted(before || 'none')} to ${quoted(now || 'none')}.`;
}

/** What has several words is told from those around it. */
function quoted(text: string): string {
  return text.includes(' ') ? `“${text}”` : text;
}

function said(decision: PlacedDecision | null): string {
  return decision === null ? '' : `${decision.verdict} (${decision.row})`;
}

function placeOf({ table, mx }: PlacedDecision): string {
  return mx === null ? table : `${table}, ${mx}`;
}

function isOther(left: PlacedDecision, right: PlacedDecision): boolean {
  return left.row !== right.row || left.verdict !== right.verdict || columnsTurned(left, right).length > 0;
}

/** The columns of their table in which two decisions know something else. */
export function columnsTurned(left: PlacedDecision, right: PlacedDecision): readonly string[] {
  return Object.keys(right.input).filter((column) => left.input[column] !== right.input[column]);
}

/** Decisions by table, host, and how often both were met before. */
function placed(decisions: readonly PlacedDecision[]): Map<string, PlacedDecision> {
  const met = new Map<string, number>();
  return new Map(
    decisions.map((decision) => {
      const place = placeOf(decision);
      met.set(place, (met.get(place) ?? 0) + 1);
      return [`${place} ${met.get(place)}`, decision];
    }),
  );
}

type Words = Readonly<Record<string, string>>;

function differences(before: Words, now: Words): readonly Difference[] {
  return Object.entries(now)
    .map(([what, value]) => ({ what, before: before[what] ?? '', now: value }))
    .filter((each) => each.before !== each.now);
}

function factsInWords(facts: Facts): Words {
  return Object.fromEntries(
    CHOICES.map(({ id, about, words }) => [about, words.find(({ word }) => word === facts[id])?.says ?? '']),
  );
}

function outcomeInWords(report: RecipientReport): Words {
  return {
    [VERDICT]: verdictOf(report),
    'Decided by': report.because?.row ?? '',
    ...Object.fromEntries(partsOf(report).map(({ name, value }) => [name, value])),
    [REPORT]: reportLinesOf(report).join('; '),
  };
}
