import fc from 'fast-check';
import type { Lost, LostCause, Reply } from '../../src/policy/smtp/reply.js';
import { weighted } from './universe.js';

export const aLostCause: fc.Arbitrary<LostCause> = fc.constantFrom(
  'timeout',
  'closed',
  'reset',
  'malformed',
  'oversized',
  'tls-alert',
);
export const aLoss: fc.Arbitrary<Lost> = fc.record({ kind: fc.constant('lost'), cause: aLostCause });

const aText = fc.constantFrom(
  'ok',
  '2.1.0 fine',
  '4.7.0 later',
  '5.7.1 no',
  '5.1.1 who?',
  '4.2.0',
  '',
  '5.7 odd',
  '2.0.0',
  'STARTTLS',
);

function reply(code: fc.Arbitrary<number>): fc.Arbitrary<Reply> {
  return fc.record({ code, lines: fc.array(aText, { minLength: 1, maxLength: 2 }) });
}

export const aRefusal = reply(fc.constantFrom(421, 450, 451, 454, 500, 502, 530, 550, 552, 554));
/** Any code that a reader lets through. */
export const anyReply = reply(fc.integer({ min: 200, max: 599 }));

/** The usual reply, and now and then another one, or none. */
export function usually(code: number, weight = 12): fc.Arbitrary<Reply | Lost> {
  return fc.oneof(
    { weight, arbitrary: reply(fc.constant(code)) },
    { weight: 1, arbitrary: aRefusal },
    { weight: 1, arbitrary: fc.oneof({ weight: 2, arbitrary: aLoss }, { weight: 1, arbitrary: anyReply }) },
  );
}

const KEYWORDS = [
  'PIPELINING',
  '8BITMIME',
  'SMTPUTF8',
  'ENHANCEDSTATUSCODES',
  'AUTH PLAIN',
  'starttls extra',
  'x-odd',
  '!bad',
  '',
] as const;

function helloReply(keywords: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Reply> {
  return fc.record({ code: fc.constant(250), lines: keywords.map((lines) => ['mx greets you', ...lines]) });
}

const aSize = weighted<readonly string[]>(
  [10, []],
  [4, ['SIZE 5000000']],
  [1, ['SIZE 10']],
  [1, ['SIZE 0']],
  [1, ['SIZE lots']],
);
const someKeywords = fc
  .tuple(fc.subarray([...KEYWORDS.filter((word) => !word.startsWith('starttls'))]), aSize)
  .map(([words, size]) => [...words, ...size]);
const withKeyword = (keyword: string, often: number) =>
  fc.tuple(someKeywords, weighted([often, [keyword]], [1, []])).map(([words, own]) => [...own, ...words]);

/** EHLO in clear, nearly always with STARTTLS; under TLS often with REQUIRETLS. */
export const aClearHello: fc.Arbitrary<Reply | Lost> = fc.oneof(
  { weight: 20, arbitrary: helloReply(withKeyword('STARTTLS', 8)) },
  { weight: 1, arbitrary: helloReply(fc.subarray([...KEYWORDS, 'REQUIRETLS', 'STARTTLS'])) },
  { weight: 1, arbitrary: usually(502, 4) },
);
export const aTlsHello: fc.Arbitrary<Reply | Lost> = fc.oneof(
  { weight: 24, arbitrary: helloReply(withKeyword('REQUIRETLS', 3)) },
  { weight: 2, arbitrary: usually(250, 3) },
);
