/*
 * What others would have made of the same facts. A record tells only what was asked: a profile that would have asked more
 * has left it, and gets no verdict. Nothing is filled in.
 */

import { answersIn, suppose } from '../effects/change/suppose.js';
import type { AttemptJournal } from '../effects/journal.js';
import type { Programs } from '../effects/simulate.js';
import type { AttemptResult, PlacedDecision, RecipientResult } from '../policy/attempt/types.js';
import { decidingBy } from '../policy/kernel/otherwise.js';
import type { Settings } from '../policy/settings.js';
import { cellsOf, isBecauseOf, type OtherRow, type Profile, stands } from './profiles/profile.js';
import { SETTING_COLUMNS } from './setting-columns.js';

/** An attempt as it goes under some settings; what was asked of nobody. */
export interface PlayedAttempt {
  readonly result: AttemptResult | null;
  readonly unasked: readonly string[];
}

/** The same facts again, under other settings: from a record, or in a world. */
export type Play = (settings: Partial<Settings>) => readonly PlayedAttempt[];

/** What a reason begins with that is ours. */
export const AS_OURS = 'As ours: ';

export interface Verdict {
  /** `waxseal` is ours. */
  readonly mta: string;
  readonly outcome: 'delivered' | 'deferred' | 'bounced' | 'unknown';
  readonly status: string | null;
  readonly why: string;
  readonly source: string;
  readonly known: boolean;
  /** Against ours. `other`: neither, as another status of the same outcome. */
  readonly compared: 'same' | 'stricter' | 'laxer' | 'other' | 'unknown';
  readonly differs: Difference | null;
}

/** The first decision that goes another way on the same words, or that is made on others. */
export interface Difference {
  readonly mta: string;
  readonly mx: string | null;
  readonly table: string;
  readonly input: Readonly<Record<string, string>>;
  readonly ours: { readonly row: string; readonly verdict: string; readonly why: string };
  readonly theirs: {
    readonly row: string;
    readonly verdict: string;
    readonly why: string;
    readonly source: string;
  };
}

export interface ComparedRecipient {
  readonly recipient: string;
  readonly verdicts: readonly Verdict[];
  /** Of those that go another way, who goes it first. */
  readonly firstDifference: Difference | null;
}

/** The facts of a record, played again. */
export function playRecord(attempts: readonly AttemptJournal[], programs: Programs): Play {
  const recorded = attempts.map((journal) => ({ journal, answers: answersIn(journal) }));
  return (settings) =>
    recorded.map(({ journal, answers }) => {
      const input = { ...journal.input, settings: { ...journal.input.settings, ...settings } };
      return suppose(programs, { input }, answers, []);
    });
}

/** What each of them would make of it, for each recipient in the order of the record. Never throws. */
export function compare(play: Play, profiles: readonly Profile[]): readonly ComparedRecipient[] {
  const ours = play({});
  const theirs = profiles.map((profile) => ({ profile, ways: waysOf(play, profile) }));
  return ours.flatMap(({ result }, attempt) =>
    (result?.recipients ?? []).map((own, at) => {
      const verdicts = theirs.map(({ profile, ways }) =>
        verdictOf(
          profile,
          own,
          result!,
          ways.map(({ name, attempts }) => ({ name, attempt: attempts[attempt]!, at })),
        ),
      );
      return {
        recipient: own.recipient,
        verdicts: [ourVerdict(own), ...verdicts],
        firstDifference: earliest(verdicts, result!.decisions),
      };
    }),
  );
}

interface Way {
  readonly name: string | null;
  readonly attempts: readonly PlayedAttempt[];
}

/** As it is set up; where two ways to set it up would differ, both. */
function waysOf(play: Play, { settings, rows, ways }: Profile): readonly Way[] {
  const by = (more: readonly OtherRow[]) =>
    decidingBy([...cellsOf(rows), ...cellsOf(more)], () => play(settings));
  const plain = by([]);
  if (ways === undefined) return [{ name: null, attempts: plain }];
  const arises = plain.some(({ result }) =>
    ways.rows.every((some) => result?.decisions.some(({ row }) => some.includes(row))),
  );
  if (!arises) return [{ name: null, attempts: plain }];
  return ways.each.map(({ name, rows: more }) => ({ name, attempts: by(more) }));
}

function ourVerdict({ outcome, status, because }: RecipientResult): Verdict {
  return {
    ...{ mta: 'waxseal', outcome, status, known: true, compared: 'same', differs: null },
    why: because === null ? 'The record is from before it was kept.' : `${because.why} (${because.row})`,
    source: because === null ? 'not recorded' : because.refs.join(', '),
  };
}

interface Candidate {
  readonly name: string | null;
  readonly attempt: PlayedAttempt;
  readonly at: number;
}

function verdictOf(
  profile: Profile,
  own: RecipientResult,
  ours: AttemptResult,
  ways: readonly Candidate[],
): Verdict {
  const each = ways.map((way) => ({ ...endOf(profile, way), name: way.name, attempt: way.attempt }));
  const [first] = each;
  const isOne = each.every(({ outcome }) => outcome === first!.outcome);
  const differs = differenceOf(profile, own, ours, first!.attempt.result, first!);
  if (isOne) {
    const { outcome, status, known } = first!;
    // What led to another end is told, and not the end.
    const isLed = known && outcome !== own.outcome && first!.end === null && differs !== null;
    const { why, source } = isLed
      ? { why: `${differs.theirs.why} (${differs.theirs.row})`, source: differs.theirs.source }
      : first!;
    const sameStatus = each.every((way) => way.status === status) ? status : null;
    return {
      ...{
        mta: profile.name,
        outcome,
        status: sameStatus,
        why,
        source,
        known,
        differs: known ? differs : null,
      },
      compared: known ? comparedWith(own, outcome, sameStatus) : 'unknown',
    };
  }
  return {
    ...{
      mta: profile.name,
      outcome: 'unknown',
      status: null,
      known: false,
      compared: 'unknown',
      differs: null,
    },
    why: `It depends on the helper: ${each.map(({ name, outcome, why }) => `with ${name} ${outcome} (${why})`).join('; ')}`,
    source: [...new Set(each.map(({ source }) => source))].join('; '),
  };
}

interface End {
  readonly outcome: Verdict['outcome'];
  readonly status: string | null;
  readonly why: string;
  readonly source: string;
  readonly known: boolean;
  /** A row of the profile's own that decided, beside the tables. */
  readonly end: string | null;
}

function endOf(profile: Profile, { attempt, at }: Candidate): End {
  const { result, unasked } = attempt;
  const recipient = result?.recipients[at];
  if (result === null || recipient === undefined)
    return unknown('Its rows do not fit together with ours here.', profile.software);
  if (unasked.length > 0)
    return unknown(`It would have gone on to what was not asked: ${unasked[0]}.`, 'the record');
  const { because } = recipient;
  const { decisions } = result;
  const mx = because?.mx ?? null;
  const anywhere = profile.ends.find(
    (end) =>
      end.reach === 'any-host' &&
      decisions.some((each) => isBecauseOf(each, end) && stands(decisions, each.mx, end.beside)),
  );
  if (anywhere !== undefined) return endBy(anywhere);
  const isUnknown = profile.unknown.find(
    (each) => isBecauseOf(because, each) && stands(decisions, mx, each.beside),
  );
  if (isUnknown !== undefined) return unknown(isUnknown.why, isUnknown.source);
  if (profile.fold === 'last-host' && recipient.outcome !== 'delivered' && leftRows(result).size > 1)
    return unknown(
      'Several hosts failed in different ways, and the last one decides there; which that is was not studied.',
      profile.software,
    );
  const end = profile.ends.find(
    (each) =>
      each.reach === undefined &&
      recipient.outcome !== 'delivered' &&
      isBecauseOf(because, each) &&
      stands(decisions, mx, each.beside),
  );
  if (end !== undefined) return endBy(end);
  const row = rowsOf(profile).find(({ id }) => id === because?.row);
  const isReplied = recipient.outcome === 'delivered' || because?.table === 'reply-meaning';
  return {
    ...{ outcome: recipient.outcome, known: true, end: null },
    status: isReplied || profile.ownStatuses === 'as-ours' ? recipient.status : null,
    why:
      row === undefined
        ? `${AS_OURS}${because?.why ?? ''} (${because?.row ?? ''})`
        : `${row.why} (${row.id})`,
    source: row?.source ?? profile.software,
  };
}

function rowsOf({ rows, ways }: Profile): readonly OtherRow[] {
  return [...rows, ...(ways?.each.flatMap((way) => way.rows) ?? [])];
}

function endBy({ id, outcome, status, why, source }: Profile['ends'][number]): End {
  return { outcome, status, why: `${why} (${id})`, source, known: true, end: id };
}

function unknown(why: string, source: string): End {
  return { outcome: 'unknown', status: null, why, source, known: false, end: null };
}

const LEAVING: ReadonlySet<string> = new Set([
  'host-barrier',
  'start-tls',
  'tls-outcome',
  'peer-authentication',
  'connection-outcome',
]);

/** By which rows hosts were left. */
function leftRows({ decisions }: AttemptResult): ReadonlySet<string> {
  const hosts = new Set(decisions.flatMap(({ mx }) => mx ?? []));
  if (hosts.size < 2) return new Set();
  return new Set(
    [...hosts].flatMap(
      (host) => decisions.findLast(({ mx, table }) => mx === host && LEAVING.has(table))?.row ?? [],
    ),
  );
}

const STRICTNESS = { delivered: 0, deferred: 1, bounced: 2 } as const;

function comparedWith(
  own: RecipientResult,
  outcome: Verdict['outcome'],
  status: string | null,
): Verdict['compared'] {
  if (outcome === 'unknown') return 'unknown';
  if (outcome === own.outcome) return status === null || status === own.status ? 'same' : 'other';
  return STRICTNESS[outcome] > STRICTNESS[own.outcome] ? 'stricter' : 'laxer';
}

function differenceOf(
  profile: Profile,
  own: RecipientResult,
  ours: AttemptResult,
  theirs: AttemptResult | null,
  end: End,
): Difference | null {
  if (theirs === null) return null;
  const roots = rootsOf(ours.decisions, theirs.decisions);
  const isMet = (decision: PlacedDecision) => own.because !== null && isSame(decision, own.because);
  const deciding = ours.decisions.findLastIndex(isMet);
  const before = roots.filter(({ at }) => at < deciding);
  // What stands right before the row that decided for us has led to another end; where the end is the same, the first one is as good.
  const root = end.outcome === own.outcome ? roots[0] : (before.at(-1) ?? roots[0]);
  const last = profile.ends.find(({ id }) => id === end.end);
  if (root !== undefined && last === undefined) {
    const { mine, other } = root;
    const source =
      rowsOf(profile).find(({ id }) => id === other.row)?.source ?? `settings of the profile ${profile.name}`;
    return {
      ...{ mta: profile.name, mx: other.mx, table: other.table, input: other.input },
      ours: { row: mine.row, verdict: mine.verdict, why: mine.why },
      theirs: { row: other.row, verdict: other.verdict, why: other.why, source },
    };
  }
  if (last === undefined || own.because === null) return null;
  const { mx, table, input, row, verdict, why } = own.because;
  return {
    ...{ mta: profile.name, mx, table, input, ours: { row, verdict, why } },
    theirs: { row: last.id, verdict: last.outcome, why: last.why, source: last.source },
  };
}

interface Root {
  /** The place among our decisions. */
  readonly at: number;
  readonly mine: PlacedDecision;
  readonly other: PlacedDecision;
}

/** Decisions that go another way by a row or a setting, and not only because an earlier one did. */
function rootsOf(ours: readonly PlacedDecision[], theirs: readonly PlacedDecision[]): readonly Root[] {
  return ours.flatMap((mine, at) => {
    const other = theirs.find(
      (each) =>
        each.mx === mine.mx &&
        each.table === mine.table &&
        each.verdict !== mine.verdict &&
        isSameButForSettings(each, mine),
    );
    return other === undefined ? [] : [{ at, mine, other }];
  });
}

function isSameButForSettings({ table, input }: PlacedDecision, mine: PlacedDecision): boolean {
  const settings = SETTING_COLUMNS[table] ?? {};
  return Object.keys(input).every(
    (column) => Object.hasOwn(settings, column) || input[column] === mine.input[column],
  );
}

function isSame(left: PlacedDecision, right: PlacedDecision): boolean {
  return left.mx === right.mx && left.row === right.row;
}

/** Of those who come to another end, or else of all, whoever goes another way first in the order of our decisions. */
function earliest(verdicts: readonly Verdict[], decisions: readonly PlacedDecision[]): Difference | null {
  const placeOf = ({ ours, mx }: Difference) => {
    const at = decisions.findIndex(({ row, mx: own }) => row === ours.row && own === mx);
    return at < 0 ? decisions.length : at;
  };
  const telling = verdicts.filter(({ compared }) => compared === 'stricter' || compared === 'laxer');
  return (telling.length > 0 ? telling : verdicts)
    .flatMap(({ differs }) => differs ?? [])
    .reduce<Difference | null>(
      (best, each) => (best === null || placeOf(each) < placeOf(best) ? each : best),
      null,
    );
}
