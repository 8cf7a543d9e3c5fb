/*
 * What an attempt was decided on, from its record. A judgement is a pure function of the record, so the record is replayed
 * once, and whoever looks on sees each decision together with what was known when it was made. Deliveries that nobody asks
 * about pay nothing for it.
 */
import type { AttemptResult, PlacedDecision } from '../policy/attempt/types.js';
import {
  type AttemptEvidence,
  type Evidence,
  type HostEvidence,
  hostEvidence,
  NO_EVIDENCE,
} from '../policy/explain/evidence.js';
import type { Fact } from '../policy/explain/fact.js';
import { factsOf } from '../policy/explain/facts-of.js';
import { type Decision, isSameDecision } from '../policy/kernel/table.js';
import type { AttemptJournal } from './journal.js';
import { replay } from './replay.js';
import type { Onlookers, Programs } from './simulate.js';

/** A decision with what it was made on: a fact for each column of its table. */
export interface Explained extends PlacedDecision {
  readonly facts: readonly Fact[];
}

export interface Explanation {
  /** In the order of the result; where the record holds none and ends early, as far as it reaches. */
  readonly decisions: readonly Explained[];
  /** What decided for each recipient, in order; null where the record does not tell. */
  readonly because: readonly (Explained | null)[];
  /** What is explained: what the programs make of the record, or what it says itself where they cannot follow it. */
  readonly result: AttemptResult | null;
  /** Where the record ends before the attempt does, or goes another way than the programs; null: it was followed to its end. */
  readonly endsAt: string | null;
}

/** Explains a recorded attempt, by the programs that made it. Never throws. */
export function explainAttempt(journal: AttemptJournal, programs: Programs): Explanation {
  const witness = new Witness();
  // What is recorded as the result is not compared: with many recipients that would take longer than all the rest.
  const ended = replay(programs, { ...journal, result: null }, witness.onlookers);
  const result = ended.kind === 'diverged' ? journal.result : ended.result;
  const endsAt = ended.kind === 'diverged' ? ended.message : null;
  if (result === null) return { decisions: witness.testify(), because: [], result, endsAt };
  return {
    decisions: witness.testifyTo(result),
    because: witness.testifyToReasons(result),
    result,
    endsAt,
  };
}

/** Who looked on while an attempt was made, by its journal. */
const witnesses = new WeakMap<AttemptJournal, Witness>();

/**
 * What decided for each recipient of a recorded attempt, explained, for who asks for nothing else; none of what the programs do not follow to
 * its end. Where a witness remembers the attempt, it is not replayed. Never throws.
 */
export function explainReasons(journal: AttemptJournal, programs: Programs): Explanation['because'] {
  const seen = witnesses.get(journal);
  if (seen !== undefined && journal.result !== null) return seen.testifyToReasons(journal.result);
  const witness = new Witness();
  const ended = replay(programs, { ...journal, result: null }, witness.onlookers);
  if (ended.kind === 'diverged') return [];
  return witness.testifyToReasons(ended.result);
}

/** A decision, and what was known before it and behind it. */
interface Sight {
  readonly decision: PlacedDecision;
  /** Which of those it is that were made upon the same answer, and these. */
  readonly at: number;
  readonly made: readonly Decision[];
  readonly attempt: AttemptEvidence | null;
  readonly host: { readonly before: HostEvidence | null; readonly after: HostEvidence } | null;
}

/** Sees each decision of an attempt together with what was known when it was made. */
export class Witness {
  readonly #sights: Sight[] = [];
  #attempt: AttemptEvidence | null = null;

  readonly onlookers: Onlookers = {
    attempt: (before, after) => {
      this.#attempt = after;
      if (before?.decisions !== after.decisions) this.#note(null, before, after, null);
    },
    host: (before, after) => {
      if (before?.decisions !== after.decisions)
        this.#note(after.input.candidate.host, before, after, { before, after });
    },
  };

  #note(
    mx: string | null,
    before: { readonly decisions: readonly Decision[] } | null,
    after: { readonly decisions: readonly Decision[] },
    host: Sight['host'],
  ): void {
    const made = after.decisions.slice(before?.decisions.length ?? 0);
    for (const [at, decision] of made.entries())
      this.#sights.push({ decision: { ...decision, mx }, at, made, attempt: this.#attempt, host });
  }

  /** To be called once the attempt has its journal: what was seen is kept as long as that is. */
  remember(journal: AttemptJournal): void {
    witnesses.set(journal, this);
  }

  testifyToReasons({ recipients }: AttemptResult): Explanation['because'] {
    return recipients.map(({ because }, at) => because && this.testifyFor(because, at));
  }

  /** All that was seen. */
  testify(): readonly Explained[] {
    return this.#sights.map((sight) => explained(sight.decision, evidenceOf(sight)));
  }

  /** Decisions that say the same about the same host were seen in the order in which the result has them. */
  testifyTo({ decisions, recipients }: AttemptResult): readonly Explained[] {
    const seen = new Map<string, Sight[]>();
    for (const sight of [...this.#sights].reverse()) {
      const key = keyOf(sight.decision);
      seen.set(key, [...(seen.get(key) ?? []), sight]);
    }
    return decisions.map((decision) => {
      const sight = seen.get(keyOf(decision))?.pop();
      if (sight !== undefined) return explained(decision, evidenceOf(sight));
      const at = recipients.findIndex((each) => each.decision?.row === decision.row);
      return explained(decision, this.#atTheEnd(at));
    });
  }

  /** The facts of the recipient at that place. */
  testifyFor(because: PlacedDecision, at: number): Explained {
    const sight = this.#sights.findLast(
      ({ decision }) => decision.mx === because.mx && isSameDecision(decision, because),
    );
    if (sight === undefined) return explained(because, this.#atTheEnd(at));
    const recipient = sight.host === null ? at : placeInRun(sight.attempt, at);
    return explained(because, { ...evidenceOf(sight), recipient });
  }

  /** The sum of all hosts is drawn when nothing more is learned. */
  #atTheEnd(recipient: number): Evidence {
    return { ...NO_EVIDENCE, attempt: this.#attempt, recipient: Math.max(0, recipient) };
  }
}

function evidenceOf({ decision, at, made, attempt, host }: Sight): Evidence {
  const known = host === null ? null : evidenceOfHost(host);
  return {
    ...NO_EVIDENCE,
    attempt,
    host: known,
    recipient: firstDecidedBy(decision, known),
    earlier: made.slice(0, at),
  };
}

function evidenceOfHost({ before, after }: NonNullable<Sight['host']>): HostEvidence {
  return before === null ? after : hostEvidence(before, after);
}

function explained(decision: PlacedDecision, evidence: Evidence): Explained {
  return { ...decision, facts: factsOf(decision, evidence) };
}

function keyOf({ mx, row, input }: PlacedDecision): string {
  return JSON.stringify([mx, row, input]);
}

/** One decision may speak of several recipients; its facts are those of the first. */
function firstDecidedBy(decision: Decision, host: HostEvidence | null): number {
  const states = host?.states ?? [];
  return Math.max(
    0,
    states.findIndex((state) => state?.because != null && isSameDecision(state.because, decision)),
  );
}

/** A run has only those recipients that still waited when it began. */
function placeInRun(attempt: AttemptEvidence | null, at: number): number {
  return attempt === null ? 0 : (placesInRun(attempt)[at] ?? 0);
}

const places = new WeakMap<AttemptEvidence, readonly number[]>();

/** Of all recipients; made once, because everybody asks for his own. */
function placesInRun(attempt: AttemptEvidence): readonly number[] {
  const known = places.get(attempt);
  if (known !== undefined) return known;
  let next = 0;
  const made = attempt.recipients.map(({ state }) =>
    state === null || state.verdict === 'next-host' ? next++ : next,
  );
  places.set(attempt, made);
  return made;
}
