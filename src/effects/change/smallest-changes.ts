/*
 * The smallest changes that would have let a message through (or, where it went through, stopped it), by breadth-first
 * search: all single edits, then all pairs, and so on. An edit that changes no decision is not built upon, since decisions are
 * made on words, and what never reaches a word of a table decides nothing; unless something can be edited only now, as a
 * record in a zone that is not signed can be signed once it is there. Repairs keep every demand and are looked for
 * until some are found; what gives a demand up is only named where nothing smaller does.
 */
import { OWNERS, type Owner } from '../../policy/explain/fact.js';
import { isSameDecision } from '../../policy/kernel/table.js';
import type { AttemptJournal } from '../journal.js';
import type { Programs } from '../simulate.js';
import type { Edit } from './edit.js';
import { type Aim, editsOf } from './edits/index.js';
import { type Answers, answersIn, type Supposition, suppose, supposeAlso } from './suppose.js';

/** A smallest change: edits that belong together, and what would come of them. */
export interface Change {
  /** Who would have to make it; of several, whoever comes first. */
  readonly by: Owner;
  /** A `repair` keeps every demand, a `concession` gives one up. */
  readonly kind: 'repair' | 'concession';
  /** In one text, for people, which names whoever comes after the first. */
  readonly what: string;
  /** The edits, a sentence each. */
  readonly all: readonly string[];
  /** The outcome that would come of it. */
  readonly verdict: 'delivered' | 'deferred' | 'bounced';
  /** What is taken for granted, because nobody was asked: a sentence each. */
  readonly assumed: readonly string[];
}

export interface SearchBounds {
  /** How many edits may belong together. Default: 3. */
  readonly sizeMax?: number;
  /** How many attempts are played, or fewer where each asks more than ten questions. Default: 250. */
  readonly runsMax?: number;
  /**
   * Whose changes are asked for. Default: everybody's. The same of theirs is found; what others could only give up is left out where
   * somebody can repair.
   */
  readonly by?: readonly Owner[];
}

export interface FoundChanges {
  /** Repairs first. */
  readonly changes: readonly Change[];
  /** The same, as sets of edits. */
  readonly sets: readonly (readonly Edit[])[];
  /** Whether all was looked at; if not, there may be others of the same size. */
  readonly complete: boolean;
  readonly runs: number;
}

/** As many as that are asked in all for each attempt that may be played: one to a hundred recipients takes as long as ten others. */
const QUESTIONS_A_RUN = 10;
const ANYBODY = Object.keys(OWNERS) as readonly Owner[];
const NOTHING: FoundChanges = { changes: [], sets: [], complete: true, runs: 0 };

/** For the recipient at that place of the attempt's input. Never throws. */
export function smallestChanges(
  journal: AttemptJournal,
  place: number,
  programs: Programs,
  { sizeMax = 3, runsMax = 250, by = ANYBODY }: SearchBounds = {},
): FoundChanges {
  const recorded = journal.result?.recipients[place];
  const recipient = journal.input.recipients[place];
  if (recorded === undefined || recipient === undefined) return NOTHING;
  const aim: Aim = recorded.outcome === 'delivered' ? 'stopped' : 'through';
  // The others have their own ends, and would only be asked for in vain.
  return new Search(journal, recipient, aim, programs, { sizeMax, runsMax, by }).go();
}

class Search {
  readonly #answers: Answers;
  #runs = 0;
  #questions = 0;
  readonly #seen = new Set<string>();
  readonly #offers = new WeakMap<Supposition, readonly Edit[]>();
  readonly #repairs: Supposition[] = [];
  readonly #concessions: Supposition[] = [];

  constructor(
    readonly journal: AttemptJournal,
    readonly recipient: string,
    readonly aim: Aim,
    readonly programs: Programs,
    readonly bounds: Required<SearchBounds>,
  ) {
    this.#answers = answersIn(journal);
  }

  go(): FoundChanges {
    const first = this.#counted(suppose(this.programs, this.journal, this.#answers, []));
    // A record that the engine of today decides otherwise is no ground to build upon.
    if (first.result === null || this.#isReached(first)) return { ...NOTHING, runs: this.#runs };
    let frontier: readonly Supposition[] = [first];
    let complete = true;
    for (let size = 1; size <= this.bounds.sizeMax && frontier.length > 0; size++) {
      const level = this.#grow(frontier);
      complete &&= level.complete;
      const isConceded = this.#concessions.length > 0;
      if (this.#repairs.length > 0 || !level.complete) break;
      frontier = isConceded ? level.next.filter(({ edits }) => edits.every(isRepair)) : level.next;
    }
    return this.#answer(complete);
  }

  /** All sets with one edit more; those of repairs alone come first. */
  #grow(frontier: readonly Supposition[]): {
    readonly next: readonly Supposition[];
    readonly complete: boolean;
  } {
    const next: Supposition[] = [];
    const isConceded = this.#concessions.length > 0;
    const sets = frontier.flatMap((before) =>
      this.#editsOf(before)
        .filter(({ key }) => !before.edits.some((other) => other.key === key))
        .filter((edit) => !isConceded || isRepair(edit))
        .map((edit) => ({ before, edit, isRepaired: isRepair(edit) && before.edits.every(isRepair) })),
    );
    const repairsFirst = [
      ...sets.filter(({ isRepaired }) => isRepaired),
      ...sets.filter(({ isRepaired }) => !isRepaired),
    ];
    for (const { before, edit, isRepaired } of repairsFirst) {
      const { by } = before.edits[0] ?? edit;
      if (!isRepaired && this.#repairs.length > 0 && !this.bounds.by.includes(by)) continue;
      const key = [...before.edits, edit]
        .map((each) => each.key)
        .sort()
        .join('\n');
      if (this.#seen.has(key)) continue;
      if (this.#isEnough()) return { next, complete: false };
      this.#seen.add(key);
      const run = this.#counted(supposeAlso(this.programs, this.journal, this.#answers, before, edit));
      if (this.#isReached(run)) (isRepaired ? this.#repairs : this.#concessions).push(run);
      else if (run.result !== null && this.#leadsOn(run, before)) next.push(run);
    }
    return { next, complete: true };
  }

  #counted(run: Supposition): Supposition {
    this.#runs++;
    this.#questions += run.asked.length;
    return run;
  }

  #isEnough(): boolean {
    const { runsMax } = this.bounds;
    return this.#runs >= runsMax || this.#questions >= runsMax * QUESTIONS_A_RUN;
  }

  #outcomeOf({ result }: Supposition) {
    return result?.recipients.find(({ recipient }) => recipient === this.recipient)?.outcome ?? null;
  }

  #isReached(run: Supposition): boolean {
    const outcome = this.#outcomeOf(run);
    return outcome !== null && (this.aim === 'through') === (outcome === 'delivered');
  }

  #leadsOn(run: Supposition, before: Supposition): boolean {
    // Nobody was asked what would have been answered.
    if (run.asked === before.asked) return false;
    if (!isDecidedAlike(run, before)) return true;
    const known = new Set(this.#editsOf(before).map(({ key }) => key));
    return this.#editsOf(run).some(({ key }) => !known.has(key));
  }

  #editsOf(run: Supposition): readonly Edit[] {
    const edits = this.#offers.get(run) ?? editsOf(run, this.recipient, this.aim);
    this.#offers.set(run, edits);
    return edits;
  }

  #answer(complete: boolean): FoundChanges {
    const found = [...this.#repairs, ...this.#concessions];
    return {
      changes: found.map((run) => this.#changeOf(run)),
      sets: found.map(({ edits }) => edits),
      complete,
      runs: this.#runs,
    };
  }

  #changeOf(run: Supposition): Change {
    const { edits } = run;
    const all = edits.map(({ says }) => says);
    return {
      by: edits[0]!.by,
      kind: edits.every(isRepair) ? 'repair' : 'concession',
      what: inTurn(edits),
      all,
      verdict: this.#outcomeOf(run)!,
      assumed: run.assumed,
    };
  }
}

/** Whether the same was decided on the same words, and as much was asked. */
function isDecidedAlike(one: Supposition, other: Supposition): boolean {
  const [these, those] = [one.result?.decisions ?? [], other.result?.decisions ?? []];
  return (
    one.asked.length === other.asked.length &&
    these.length === those.length &&
    these.every((decision, at) => decision.mx === those[at]!.mx && isSameDecision(decision, those[at]!))
  );
}

/** What whoever comes first is to do, and then what somebody else is. */
function inTurn(edits: readonly Edit[]): string {
  const says = edits.map((edit, at) => {
    const before = edits[at - 1]?.by ?? edit.by;
    return edit.by === before ? edit.says : `And ${OWNERS[edit.by]}: ${edit.says}`;
  });
  return says.join(' ');
}

function isRepair({ kind }: Edit): boolean {
  return kind === 'repair';
}
