import { expect, it } from 'vitest';
import { cited, isQuoted, remarkIn, unseenIn, withoutUnseen } from './lint-words.js';

it.each([
  ['a\u00a0b', 'a no-break blank (U+00A0)'],
  ['\u200b\u00a0', 'a blank without width (U+200B)'],
  ['\u2003', 'a blank or an unseen character beyond ASCII (U+2003)'],
  ['a b', null],
])('what looks like a blank or like nothing in %j is named', (text, named) => {
  expect(unseenIn(text)).toBe(named);
});

it('all of it is taken out, and nothing else', () => {
  expect(withoutUnseen('\ufeffmx:\u00a0a.example\u200b b')).toBe('mx:a.example b');
});

it('a remark begins behind a blank or the whole', () => {
  expect(['enforce # now', '// now', 'a#b', 'x\t(now)'].map(remarkIn)).toEqual([7, 0, -1, 1]);
});

it('quotation marks of any kind are seen at either end', () => {
  expect(['"a', 'a\u201d', '\u00aba', 'a"b', ''].map(isQuoted)).toEqual([true, true, true, false, false]);
});

it('words of others are cited up to 80 characters', () => {
  expect([cited('y'.repeat(80)), cited('y'.repeat(81))]).toEqual([
    `"${'y'.repeat(80)}"`,
    `"${'y'.repeat(80)}…"`,
  ]);
});
