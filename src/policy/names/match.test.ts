import { describe, expect, it } from 'vitest';
import { coversName, idlePatterns, listerOf, listsHost } from './match.js';

describe('a name in a certificate (RFC 9525, Section 6.3)', () => {
  it.each([
    ['mx.a.example', 'mx.a.example', true],
    ['MX.a.Example', 'mx.A.example', true],
    ['mx.a.example', 'mx.a.example.', true],
    ['*.a.example', 'mx.a.example', true],
    ['*.A.example', 'mx.a.example', true],
    ['_mx.a.example', '_mx.a.example', true],
    ['mx.a.example.', 'mx.a.example', false],
    ['*.a.example.', 'mx.a.example', false],
    ['.mx.a.example', 'mx.a.example', false],
    ['mx.b.example', 'mx.a.example', false],
    ['a.example', 'mx.a.example', false],
    ['*.a.example', 'a.example', false],
    ['*.a.example', 'x.mx.a.example', false],
    ['*.b.example', 'mx.a.example', false],
    ['*.example', 'a.example', false],
    ['*', 'example', false],
    ['*.', 'example', false],
    ['m*.a.example', 'mx.a.example', false],
    ['mx.*.example', 'mx.a.example', false],
    ['*.*.example', 'mx.a.example', false],
    ['mx a.example', 'mx a.example', false],
    ['192.0.2.1', '192.0.2.1', false],
  ])('%s for %s: %s', (presented, reference, covers) => {
    expect(coversName(presented, reference)).toBe(covers);
  });
});

describe('a pattern of a policy (RFC 8461, Section 4.1)', () => {
  const cases = [
    ['mx.a.example', 'mx.a.example', true],
    ['*.a.example', 'mx.a.example', true],
    ['*.a.example', 'a.example', false],
    ['*.a.example', 'x.mx.a.example', false],
    ['a.example', 'mx.a.example', false],
    ['*.example', 'example', false],
    ['*.localhost', 'localhost', false],
    ['localhost', 'localhost', true],
  ] as const;

  it.each(cases)('%s for %s: %s', (pattern, host, lists) => {
    expect(listsHost(pattern, host)).toBe(lists);
    expect(listerOf(['other.test', pattern])(host)).toBe(lists);
    expect(idlePatterns([pattern, pattern], ['other.test', host])).toEqual(lists ? [] : [pattern]);
  });
});
