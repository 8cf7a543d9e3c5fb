/** Puts an entry in as the newest; the one that was put in longest ago makes room, where there are more than `max` then. */
export function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > max) map.delete(map.keys().next().value!);
}
