import type { Decision } from '../kernel/table.js';
import { type Evidence, NO_EVIDENCE } from './evidence.js';
import { type Fact, readFacts, type TableFacts } from './fact.js';
import * as domain from './facts/domain.js';
import * as end from './facts/end.js';
import * as plan from './facts/plan.js';
import * as session from './facts/session.js';

/** What is said of each table of an attempt, by its name. */
const FACTS: ReadonlyMap<string, TableFacts> = new Map(
  [domain, plan, session, end].flatMap((each) =>
    Object.values(each).map((facts) => [facts.table, facts] as const),
  ),
);

/** What a decision was made on, a fact for each column of its table; none for tables that no attempt asks. Never throws. */
export function factsOf(
  decision: Pick<Decision, 'table' | 'input'>,
  evidence: Evidence = NO_EVIDENCE,
): readonly Fact[] {
  const facts = FACTS.get(decision.table);
  return facts === undefined ? [] : readFacts(facts, decision, evidence);
}
