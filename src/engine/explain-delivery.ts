import { type Explained, explainAttempt } from '../effects/explain.js';
import type { Journal } from '../effects/journal.js';
import { programs } from '../machine/programs.js';
import type { PlacedDecision } from '../policy/attempt/types.js';
import { inOrder, type RecipientReport, reportOf } from './recipient-report.js';

/** A decision with what it was made on: a sentence for each column of its table, with the very values. */
export interface ExplainedDecision extends PlacedDecision {
  readonly facts: readonly string[];
}

/** A report that says for each decision what it was made on. */
export interface ExplainedReport extends RecipientReport {
  readonly decisions: readonly ExplainedDecision[];
  readonly because: ExplainedDecision | null;
}

/** The reports of what a journal recorded, with facts, in the order in which the recipients were named. Asks nobody; never throws. */
export function explainDelivery({ attempts }: Pick<Journal, 'attempts'>): readonly ExplainedReport[] {
  const placed = attempts.flatMap((journal) => {
    const { result, decisions, because } = explainAttempt(journal, programs);
    if (result === null) return [];
    const told = decisions.map(withSentences);
    return result.recipients.map((_, at) => ({
      place: journal.places[at] ?? 0,
      report: {
        ...reportOf(result, at),
        decisions: told,
        because: because[at] ? withSentences(because[at]) : null,
      },
    }));
  });
  return placed.sort((left, right) => left.place - right.place).map(({ report }) => report);
}

function withSentences(decision: Explained): ExplainedDecision {
  return { ...inOrder(decision), facts: decision.facts.map(({ says }) => says) };
}
