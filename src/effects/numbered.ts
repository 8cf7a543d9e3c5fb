import type { Ask, Effect } from './catalog.js';

/** The question, by its number. Copied by a loop: effects are of a dozen shapes, and a spread takes three times as long for that. */
export function numbered(effect: Effect, id: number): Ask {
  const ask: Record<string, unknown> = {};
  for (const field in effect) ask[field] = effect[field as keyof Effect];
  ask.id = id;
  return ask as unknown as Ask;
}
