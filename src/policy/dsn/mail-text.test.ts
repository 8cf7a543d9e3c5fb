import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Lines, inPieces, quotedPrintable, wrapped } from './mail-text.js';

/** By our own reading of RFC 2045, Section 6.7. */
function decoded(lines: readonly string[]): string {
  const text = lines.map((line, at) => (at < lines.length - 1 ? line.replace(/=$/, '') : line)).join('');
  const octets = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(octets, 'latin1').toString('utf8');
}

describe('texts of notices', () => {
  it('are quoted-printable that says the same, in lines that are not too long and end in no blank (DSN-6522-3-1)', () => {
    const aLine = fc
      .string({ unit: 'grapheme', maxLength: 200 })
      .filter((text) => !/[\r\n\p{Cs}]/u.test(text));
    fc.assert(
      fc.property(aLine, (text) => {
        const lines = quotedPrintable(text);
        expect(decoded(lines)).toBe(text);
        for (const [at, line] of lines.entries()) {
          expect(line).toMatch(/^(?:[ -<>-~]|=[0-9A-F]{2})*=?$/);
          expect(line.endsWith('=')).toBe(at < lines.length - 1);
          expect(line.length).toBeLessThanOrEqual(76);
        }
        expect(lines.at(-1)).not.toMatch(/ $/);
      }),
    );
    expect(quotedPrintable('a = b ')).toEqual(['a =3D b=20']);
    expect(quotedPrintable('')).toEqual(['']);
    expect(quotedPrintable('ü'.repeat(20))).toEqual([`${'=C3=BC'.repeat(12)}=`, '=C3=BC'.repeat(8)]);
  });

  it('are base64 that says the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        expect(base64Lines(octets).join('')).toBe(Buffer.from(octets).toString('base64'));
      }),
    );
  });

  it('are wrapped between words, whatever stands there, and cut within words where one is too long', () => {
    expect(wrapped('  one \t two\r\nthree ', '> ')).toEqual(['> one two three']);
    expect(wrapped('', '> ')).toEqual([]);
    const words = Array.from({ length: 40 }, (_, at) => `word-${at}`);
    const lines = wrapped(words.join('  '), '  ');
    expect(lines.map((line) => line.slice(2)).join(' ')).toBe(words.join(' '));
    for (const line of lines) expect(line).toMatch(/^ {2}\S.*\S$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(78);
    expect(inPieces('abcde', 2)).toEqual(['ab', 'cd', 'e']);
    expect(inPieces('abcd', 2)).toEqual(['ab', 'cd']);
    expect(inPieces('', 2)).toEqual(['']);
    // Cut between characters, not within one.
    expect(inPieces('a\u{1f512}b', 2)).toEqual(['a\u{1f512}', 'b']);
  });
});
