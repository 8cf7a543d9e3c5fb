/* What summing up needs of lists and days. */

/** The first and the last of days. */
export class Span {
  private first: string | null = null;
  private last: string | null = null;

  add(day: string | null): void {
    if (day === null) return;
    if (this.first === null || day < this.first) this.first = day;
    if (this.last === null || day > this.last) this.last = day;
  }

  get days(): { readonly firstDay: string | null; readonly lastDay: string | null } {
    return { firstDay: this.first, lastDay: this.last };
  }
}

/** Each once, in order. */
export function distinct<T extends string>(words: Iterable<T>): readonly T[] {
  return [...new Set(words)].sort(compareTexts);
}

/** By code units: the same everywhere. */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The value of a key, made where there is none yet. */
export function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
