import type { Fact } from '../explain/fact.js';
import { isIdle, isOurs } from '../explain/telling.js';

/**
 * The facts that a stranger is told of: those that are his own, the recipient's or of the way between them, as far as they
 * stood in the way. What the operator set and what our resolver does is ours (RFC 3464, Section 4.2).
 */
export function tellableFacts(facts: readonly Fact[]): readonly string[] {
  return told(facts, (fact) => !isOurs(fact));
}

/** Those that the operator alone is told of. */
export function ownFacts(facts: readonly Fact[]): readonly string[] {
  return told(facts, isOurs);
}

function told(facts: readonly Fact[], isWanted: (fact: Fact) => boolean): readonly string[] {
  return facts.filter((fact) => isWanted(fact) && !isIdle(fact.column, fact.word)).map(({ says }) => says);
}
