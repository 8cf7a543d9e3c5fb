import type { Journal } from '../effects/journal.js';
import type { Engine } from './engine.js';

/** The same engine; `keep`, if there is one, is given what each attempt asked and was answered, and returns at once. */
export function keepingJournals<E extends Pick<Engine, 'deliver'>>(
  engine: E,
  keep: ((journal: Journal) => void) | undefined,
): E {
  if (keep === undefined) return engine;
  return {
    ...engine,
    async deliver(mail, options) {
      const delivered = await engine.deliver(mail, options);
      keep(delivered.journal);
      return delivered;
    },
  };
}
