import type { Step } from './scenario.js';
import type { World } from './world.js';

/** The world after a step's change; the given one stays as it is. */
export function applyChange(world: World, change: Step['change']): World {
  if (change === undefined) return world;
  return {
    ...world,
    dns: replaced(world.dns, change.dns),
    mail: replaced(world.mail, change.mail),
    policy: replaced(world.policy, change.policy),
  };
}

function replaced<T>(
  entries: Readonly<Record<string, T>> = {},
  changes: Readonly<Record<string, T | null>> = {},
): Readonly<Record<string, T>> {
  const result = new Map(Object.entries(entries));
  for (const [name, entry] of Object.entries(changes)) {
    if (entry === null) result.delete(name);
    else result.set(name, entry);
  }
  return Object.fromEntries(result);
}
