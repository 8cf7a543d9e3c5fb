import { expect, it } from 'vitest';
import { countOf, listOf, lossInWords, quoted, spanOf } from './wording.js';

it.each([
  ['timeout', 'no reply came in time'],
  ['closed', 'it closed the connection'],
  ['reset', 'it broke the connection off'],
  ['malformed', 'what it sent is no SMTP reply'],
  ['oversized', 'its reply had no end'],
  ['tls-alert', 'it ended TLS with an alert'],
] as const)('a connection that is %s: %s', (cause, words) => {
  expect(lossInWords(cause)).toBe(words);
});

it('counts and lists as people do', () => {
  expect([countOf(0, 'host'), countOf(1, 'host'), countOf(2, 'host')]).toEqual([
    '0 hosts',
    '1 host',
    '2 hosts',
  ]);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listOf)).toEqual([
    'none',
    'a',
    'a and b',
    'a, b and c',
  ]);
});

it('has the words of strangers on one line, and not more than 200 characters of them', () => {
  expect(quoted('one\r\ntwo\nthree')).toBe('one / two / three');
  expect([quoted('x'.repeat(200)), quoted('x'.repeat(201))]).toEqual([
    'x'.repeat(200),
    `${'x'.repeat(200)}…`,
  ]);
});

it('tells spans below two days in hours', () => {
  expect([3_599, 3_600, 172_799, 172_800, 604_800].map(spanOf)).toEqual([
    ...['0 hours', '1 hour', '47 hours', '2 days', '7 days'],
  ]);
});
