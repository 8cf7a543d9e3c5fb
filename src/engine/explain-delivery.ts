import { type Change, KnownChanges } from '../effects/change/index.js';
import { having } from '../effects/codecs/strict-object.js';
import { anything, listOf } from '../effects/codecs/values.js';
import { errorText } from '../effects/error-text.js';
import { type Explained, explainAttempt } from '../effects/explain.js';
import type { AttemptJournal, Journal } from '../effects/journal.js';
import { checked, MisuseError } from '../effects/misuse.js';
import { programs } from '../machine/programs.js';
import type { PlacedDecision } from '../policy/attempt/types.js';
import { destinationKey } from './attempt-inputs.js';
import { inOrder, type RecipientReport, reportsOf } from './recipient-report.js';

/** A decision with what it was made on: a sentence for each column of its table, with the very values. */
export interface ExplainedDecision extends PlacedDecision {
  readonly facts: readonly string[];
}

/** A report that says for each decision what it was made on. */
export interface ExplainedReport extends RecipientReport {
  readonly decisions: readonly ExplainedDecision[];
  readonly because: ExplainedDecision | null;
  /**
   * The smallest changes of fact that would have let the message through, repairs first; where it went through, those that would
   * have stopped it. Looked for when it is first read.
   */
  readonly change: readonly Change[];
}

const Attempt = having<AttemptJournal>('an attempt', {
  input: anything(),
  entries: listOf('a list of entries', anything()),
  places: listOf('a list of places', anything()),
  result: anything(),
});
const Recorded = having<Pick<Journal, 'attempts'>>('a journal', {
  attempts: listOf('a list of attempts', Attempt),
});

/**
 * The reports of what a journal recorded, with facts, in the order in which the recipients were named. Asks nobody; throws a
 * {@link MisuseError} for what is no journal.
 */
export function explainDelivery(journal: Pick<Journal, 'attempts'>): readonly ExplainedReport[] {
  return ofRecord(() => explained(checked(Recorded, journal, 'WAXSEAL_BAD_OPTIONS', 'journal')));
}

/**
 * What is made of a record, which nothing but the record decides: whatever is thrown on the way is its doing. Throws a
 * {@link MisuseError} then.
 */
export function ofRecord<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof MisuseError) throw cause;
    const message = `journal must be what an engine recorded, and cannot be followed: ${errorText(cause)}`;
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', message, { cause });
  }
}

function explained({ attempts }: Pick<Journal, 'attempts'>): readonly ExplainedReport[] {
  const known = new KnownChanges();
  const placed = attempts.flatMap((journal) => {
    const { result, decisions, because } = explainAttempt(journal, programs);
    if (result === null) return [];
    const told = decisions.map(withSentences);
    const found: AttemptJournal = { ...journal, result };
    return reportsOf(result).map(({ reports, ...report }, at) => {
      return {
        place: journal.places[at] ?? 0,
        report: withChange(
          {
            ...report,
            decisions: told,
            because: because[at] ? withSentences(because[at]) : null,
            change: [],
            reports,
          },
          () => ofRecord(() => known.changesFor(found, at, programs)),
        ),
      };
    });
  });
  return placed.sort((left, right) => left.place - right.place).map(({ report }) => report);
}

/** What an attempt without recipients was for: the policy of a domain, with the decisions about it. */
export type ExplainedLook = Pick<ExplainedReport, 'domain' | 'decisions' | 'because'>;

/** What a journal recorded of domains whose policy alone was looked for, in order; the last decision is the one that decided. */
export function explainLooks({ attempts }: Pick<Journal, 'attempts'>): readonly ExplainedLook[] {
  return attempts
    .filter(({ input }) => input.recipients.length === 0)
    .map((journal) => {
      const decisions = explainAttempt(journal, programs).decisions.map(withSentences);
      return {
        domain: destinationKey(journal.input.destination),
        decisions,
        because: decisions.at(-1) ?? null,
      };
    });
}

/** Searching costs some milliseconds, and most who read a report do not ask. */
function withChange(report: ExplainedReport, search: () => readonly Change[]): ExplainedReport {
  return Object.defineProperty(report, 'change', { enumerable: true, get: search });
}

function withSentences(decision: Explained): ExplainedDecision {
  return { ...inOrder(decision), facts: decision.facts.map(({ says }) => says) };
}
