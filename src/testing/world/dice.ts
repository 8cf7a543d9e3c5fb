/*
 * Chance without a state: a number depends on the seed and on what it is drawn for, and on nothing that was drawn before. So a
 * message less, or a domain more, moves nobody else's dice. Integers only: the same on every machine.
 */

/** What a number is drawn for: words and numbers, from the outermost on. */
export type Lot = readonly (string | number)[];

export interface Dice {
  /** 0 to 2^32 - 1. */
  draw(...lot: Lot): number;
  /** 0 to n - 1. */
  below(n: number, ...lot: Lot): number;
  /** Whether it happens, with that many chances in a million. */
  happens(perMillion: number, ...lot: Lot): boolean;
  pick<T>(choices: readonly T[], ...lot: Lot): T;
  /** The same chance, for a part of the whole. */
  within(...lot: Lot): Dice;
}

/** Dice for a seed: a whole number, 0 or more. */
export function diceOf(seed: number): Dice {
  return fromHash(mixed(mixed(0x2545f491, seed % 0x1_0000_0000), Math.floor(seed / 0x1_0000_0000)));
}

function fromHash(start: number): Dice {
  const draw = (...lot: Lot) => finished(folded(start, lot));
  const below = (n: number, ...lot: Lot) => draw(...lot) % n;
  return {
    draw,
    below,
    happens: (perMillion, ...lot) => below(1_000_000, ...lot) < perMillion,
    pick: (choices, ...lot) => choices[below(choices.length, ...lot)]!,
    within: (...lot) => fromHash(folded(start, lot)),
  };
}

function folded(start: number, lot: Lot): number {
  let hash = start;
  for (const each of lot) {
    if (typeof each === 'number') hash = mixed(hash, each);
    else for (let at = 0; at < each.length; at++) hash = mixed(hash, each.charCodeAt(at) + 0x100);
    // What stands apart is drawn apart: "a", "bc" and "ab", "c" are two lots.
    hash = mixed(hash, 0x5bd1e995);
  }
  return hash;
}

/** A round of MurmurHash3. */
function mixed(hash: number, value: number): number {
  let part = Math.imul(value, 0xcc9e2d51);
  part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
  const own = hash ^ part;
  return (Math.imul((own << 13) | (own >>> 19), 5) + 0xe6546b64) | 0;
}

/** Its finalizer. */
function finished(hash: number): number {
  let own = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  own = Math.imul(own ^ (own >>> 13), 0xc2b2ae35);
  return (own ^ (own >>> 16)) >>> 0;
}
