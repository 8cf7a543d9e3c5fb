import fc from 'fast-check';
import type { MessageFacts } from '../../src/policy/require-tls/message.js';
import { weighted } from './universe.js';

export const someMessageFacts: fc.Arbitrary<MessageFacts> = fc.record({
  sender: weighted([8, 's@b.example'], [1, '']),
  requireTls: weighted([4, 'no'], [1, 'yes']),
  tlsRequired: weighted([4, 'absent'], [1, 'no'], [1, 'invalid']),
  report: weighted([6, 'none'], [1, 'dmarc'], [1, 'tls']),
  sizeBytes: weighted([1, 0], [4, 500], [1, 2_000_000]),
  body: weighted([2, '7bit'], [1, '8bit']),
  utf8: weighted([9, 'not-needed'], [1, 'needed']),
});
