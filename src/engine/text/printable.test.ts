import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, printable } from './printable.js';

/** What steers a terminal or turns a line around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const aText = fc.string({ unit: 'binary' });
const anyText = fc.oneof(
  aText,
  fc
    .array(
      fc.constantFrom(
        '\u009b31m',
        '\u202e',
        '\u2066',
        '\u007f',
        '\u001b[31m',
        '\u{e0041}',
        '\r',
        '\t',
        'a',
        '"',
        '\\',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('what strangers say', () => {
  it('has nothing in it that steers a terminal', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(STEERING);
        expect(escaped(text)).not.toMatch(STEERING);
      }),
    );
  });

  it('stays the same text in JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = escaped(JSON.stringify({ [text]: text }));
        expect(json).not.toMatch(STEERING);
        expect(JSON.parse(json)).toEqual({ [text]: text });
      }),
    );
  });

  it('is shown as what it was', () => {
    expect(printable('a\u009b31m\u202eb\n')).toBe('a\\u009b31m\\u202eb\n');
    expect(printable('\u{e0041}')).toBe('\\udb40\\udc41');
    expect(printable('f\u00fcr \u4f60\u597d \ud83d\ude00')).toBe('f\u00fcr \u4f60\u597d \ud83d\ude00');
  });
});
