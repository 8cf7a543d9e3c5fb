import { describe, expect, it } from 'vitest';
import { answered, failed, NOW } from './evidence.fixture.js';
import {
  agoOf,
  answerText,
  authCauseText,
  failureText,
  lengthOf,
  ownerOfFailure,
  replyText,
  someOf,
  timeOf,
} from './values.js';

describe('values in facts', () => {
  it('times are in UTC, as far as they can be written', () => {
    expect([0, NOW, 8_640_000_000_000_000, -1000].map(timeOf)).toEqual([
      ...['1970-01-01T00:00:00Z', '2026-05-01T12:00:00Z', '275760-09-13T00:00:00Z', '1969-12-31T23:59:59Z'],
    ]);
    expect([8_640_000_000_000_001, -8_640_000_000_000_001, Number.NaN].map(timeOf)).toEqual(
      Array.from({ length: 3 }, () => 'no time that can be written'),
    );
  });

  it('spans are in the unit that tells', () => {
    expect([0, 1, 119, 120, 7_199, 7_200, 172_799, 172_800, 900_000].map(lengthOf)).toEqual([
      ...['0 seconds', '1 second', '119 seconds', '2 minutes', '119 minutes'],
      ...['2 hours', '47 hours', '2 days', '10 days'],
    ]);
    expect([-3000, -1499, 0, 1500].map((ms) => agoOf(NOW + ms, NOW))).toEqual([
      ...['3 seconds ago', '1 second ago', '0 seconds ago', '2 seconds ahead'],
    ]);
  });

  it('of many things the first five are named, and the others counted', () => {
    expect([[], ['a'], ['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c', 'd', 'e', 'f']].map(someOf)).toEqual([
      ...['none', 'a', 'a, b, c, d and e', 'a, b, c, d, e and 1 more'],
    ]);
  });

  it('a reply is what was said, with the code of each line where they differ', () => {
    expect(replyText({ code: 550, lines: ['no', 'such user'] })).toBe('"550 no such user"');
    expect(replyText({ code: 250, lines: [''] })).toBe('"250"');
    expect(replyText({ code: 250, lines: ['yes', ''], codes: [550, 250] })).toBe('"550 yes, 250"');
    expect(replyText({ code: 250, lines: ['yes'], codes: [550, 250] })).toBe('"550 yes, 250"');
  });

  it.each([
    ['bogus', 'our resolver withholds the answer, because DNSSEC validation failed (bogus)', 'recipient'],
    ['servfail', 'our resolver answers SERVFAIL (servfail)', 'recipient'],
    ['malformed', 'what our resolver answers cannot be read (malformed)', 'recipient'],
    ['refused', 'our resolver refuses to answer (refused)', 'resolver'],
    ['timeout', 'our resolver gave no answer in time (timeout)', 'resolver'],
    ['unreachable', 'our resolver cannot be reached (unreachable)', 'resolver'],
  ] as const)('a lookup that failed says why, and whose that is: %s', (cause, says, owner) => {
    expect([failureText(failed(cause)), ownerOfFailure(failed(cause))]).toEqual([says, owner]);
    expect(answerText(failed(cause))).toBe(says);
    expect(failureText(failed(cause, 22))).toBe(says.replace(/\)$/, ', extended error 22)'));
  });

  it('an answer says whether it was validated, and for how long it holds', () => {
    expect(answerText(answered(['x'], 'secure'))).toBe('validated by DNSSEC, TTL 300 s');
    expect(answerText(answered(['x']))).toBe('not validated by DNSSEC, TTL 300 s');
    expect(answerText(answered([]))).toBe('not validated by DNSSEC');
    expect([null, answered(['x'])].map(ownerOfFailure)).toEqual(['recipient', 'recipient']);
  });

  it('AUTH that we broke off says why', () => {
    expect(authCauseText('no-secret')).toBe('there is no password for that account');
    expect(authCauseText('something new')).toBe('something new');
  });
});
