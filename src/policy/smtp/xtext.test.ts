import { describe, expect, it } from 'vitest';
import { decodeUnitext, decodeXtext, encodeBeyondAscii, encodeUnitext, encodeXtext } from './xtext.js';

describe('xtext (RFC 3461, Section 4)', () => {
  it.each([
    ['a@b.example', 'a@b.example'],
    ['a+b=c d', 'a+2Bb+3Dc+20d'],
    ['!*,<>~', '!*,<>~'],
    ['\t\u007f\u00fc', '+09+7F+FC'],
  ])('%j is %s, and back', (text, xtext) => {
    expect([encodeXtext(text), decodeXtext(xtext)]).toEqual([xtext, text]);
  });

  it.each(['a=b', 'a b', 'a+2', 'a+2b', 'a+GG', '\u00fc', 'a\n'])('%j is none', (text) => {
    expect(decodeXtext(text)).toBeNull();
  });
});

describe('addresses beyond ASCII (RFC 6533, Section 3)', () => {
  it.each([
    ['j\u00f6rg@b.example', 'j\\x{F6}rg@b.example'],
    ['a\\b+c=d e', 'a\\x{5C}b\\x{2B}c\\x{3D}d\\x{20}e'],
    ['!*,<>[]~', '!*,<>[]~'],
    ['\u{1f512}', '\\x{1F512}'],
  ])('%j is %s, and back', (address, text) => {
    expect([encodeUnitext(address), decodeUnitext(text)]).toEqual([text, address]);
  });

  it('are left as they are where they may be in that form already', () => {
    expect(encodeBeyondAscii('a\\x{F6}+\u00fc=b c')).toBe('a\\x{F6}+\\x{FC}\\x{3D}b\\x{20}c');
  });

  it('are no characters that do not exist, or that control anything', () => {
    for (const text of [
      '\\x{110000}',
      '\\x{D800}',
      '\\x{DFFF}',
      '\\x{1F}',
      '\\x{7F}',
      '\\x{F}',
      '\\x{1234567}',
      '\\x{}',
    ])
      expect(decodeUnitext(text), text).toBe(text);
    expect(
      ['\\x{20}', '\\x{D7FF}', '\\x{E000}', '\\x{10FFFF}', '\\x{7e}', '\\x{80}'].map(decodeUnitext),
    ).toEqual([...[' ', '\ud7ff', '\ue000', '\u{10ffff}', '~', '\u0080']]);
  });
});
