import type { EventStore, QueuedEvent, TakenEvent } from '../../effects/queue-stores.js';
import { byText } from './by-text.js';

type Waiting = QueuedEvent & { due: number; tries: number };

/** Events in memory, forgotten when the process ends; `add` is what a settlement does. */
export function memoryEventStore(): EventStore & { readonly add: (events: readonly QueuedEvent[]) => void } {
  const waiting = new Map<string, Waiting>();
  const dueFor = (to: string) =>
    [...waiting.values()]
      .filter((each) => each.to === to)
      .sort((a, b) => a.due - b.due || byText(a.id, b.id));
  return {
    add: (events) => {
      for (const event of events)
        if (!waiting.has(event.id)) waiting.set(event.id, { ...event, due: event.at, tries: 0 });
    },
    take: async ({ to, now, eventsMax, dueAgainAt }) =>
      dueFor(to)
        .filter(({ due }) => due <= now)
        .slice(0, eventsMax)
        .map((event): TakenEvent => {
          event.due = dueAgainAt;
          event.tries += 1;
          const { due: _, ...taken } = event;
          return taken;
        }),
    nextDue: async (to) => dueFor(to)[0]?.due ?? null,
    putOff: async (id, due) => {
      const event = waiting.get(id);
      if (event !== undefined) event.due = due;
    },
    forget: async (ids) => {
      for (const id of ids) waiting.delete(id);
    },
    prune: async (before, eventsMax) => {
      const oldest = [...waiting.values()].sort((a, b) => a.at - b.at || byText(a.id, b.id));
      const tooMany = Math.max(0, oldest.length - eventsMax);
      const gone = oldest.filter(({ at }, place) => at < before || place < tooMany);
      const counts = new Map<string, number>();
      for (const { id, event } of gone) {
        waiting.delete(id);
        counts.set(event, (counts.get(event) ?? 0) + 1);
      }
      return counts;
    },
  };
}
