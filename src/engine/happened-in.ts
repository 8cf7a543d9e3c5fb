import { explainReasons } from '../effects/explain.js';
import { programs } from '../machine/programs.js';
import { whatHappened } from '../policy/explain/telling.js';
import type { DeliveryResult } from './results.js';

/** What stood in the way of a recipient, in a sentence; null: nothing did, or there is nothing to tell. */
export interface Happened {
  /** Whoever reads a notice: nothing of what the operator set, or what his resolver did. */
  readonly toStrangers: string | null;
  readonly toOperator: string | null;
}

const NOTHING: Happened = { toStrangers: null, toOperator: null };

/** For each recipient of a delivery, in order. Never throws. */
export function happenedIn({
  journal,
  results,
}: Pick<DeliveryResult, 'journal' | 'results'>): readonly Happened[] {
  const found = new Map<number, Happened>();
  for (const attempt of journal.attempts) {
    // To find the facts an attempt is gone through once more; of what was delivered nobody asks for them.
    if (attempt.places.every((place) => results[place]?.outcome === 'delivered')) continue;
    explainReasons(attempt, programs).forEach((reason, at) => {
      const place = attempt.places[at];
      if (reason === null || place === undefined) return;
      found.set(place, {
        toStrangers: whatHappened(reason, 'stranger'),
        toOperator: whatHappened(reason, 'operator'),
      });
    });
  }
  return results.map((_, place) => found.get(place) ?? NOTHING);
}
