import type { QueueAnswerOf, QueueAskOf, QueueEffectName } from './queue-catalog.js';

/** Who answers what the machine of a queued message asks. None of them may reject. */
export type QueuePorts = {
  readonly [K in QueueEffectName]: (ask: QueueAskOf<K>) => Promise<QueueAnswerOf<K>>;
};
