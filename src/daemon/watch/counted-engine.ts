import type { NodeEngine } from '../../node.js';
import type { CountAttempts } from './attempt-metrics.js';

type Counted = Pick<NodeEngine, 'deliver' | 'lastLook' | 'policy' | 'ready'>;

/** The same engine; all that it has asked of the world is counted. */
export function countedEngine(engine: Counted, count: CountAttempts): Counted {
  return {
    ...engine,
    async deliver(...asked) {
      const delivered = await engine.deliver(...asked);
      count(delivered.journal);
      return delivered;
    },
    async lastLook(...asked) {
      const look = await engine.lastLook(...asked);
      if (look.found !== null) count(look.found.journal);
      return look;
    },
    async policy(...asked) {
      const found = await engine.policy(...asked);
      count(found.journal);
      return found;
    },
  };
}
