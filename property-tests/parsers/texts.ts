/* Text as nobody in good faith would write it: any Unicode, fragments of the right words in the wrong places, and very much of it. */
import fc from 'fast-check';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const HUGE = 1_000_000;

/** Anything, or pieces of what is expected in any order. */
export function textAround(...fragments: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...fragments) },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
  );
  return fc.oneof(
    anyText,
    fc.string({ maxLength: 300 }),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  );
}

/** A million characters of each, and of two in turn: what a pattern that backtracks would never come back from. */
export function hugeTexts(...fragments: readonly string[]): readonly string[] {
  const repeated = (piece: string) => piece.repeat(Math.ceil(HUGE / piece.length));
  return [...fragments, ' ', '\t', 'a', '.', '-', '\\', '"', '\n', '\u0000', '\uD800'].flatMap((piece) => [
    repeated(piece),
    `${fragments[0]}${repeated(piece)}`,
    `${fragments[0]}${repeated(`${piece} `)}!`,
    `${repeated(piece)}${fragments.at(-1)}`,
  ]);
}
