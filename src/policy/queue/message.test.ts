import { expect, it } from 'vitest';
import { PLAIN_FACTS } from '../require-tls/message.js';
import { isNewOrder, judgeOrder, tlsWishOf, withTlsWish } from './message.js';

const FACTS = {
  ...PLAIN_FACTS,
  sizeBytes: 1,
} as const;

it.each([
  ['yes', 'absent', 'required'],
  ['yes', 'no', 'required'],
  ['no', 'no', 'optional'],
  ['no', 'absent', 'ordinary'],
] as const)(
  'a message with REQUIRETLS: %s and TLS-Required: %s is marked %s (RTLS-4.1-1, RTLS-4.1-2)',
  (requireTls, tlsRequired, wish) => {
    const facts = { ...FACTS, requireTls, tlsRequired };
    expect(tlsWishOf(facts)).toBe(wish);
    expect(tlsWishOf(withTlsWish(FACTS, wish))).toBe(wish);
  },
);

it('an order is new where there was none that ends the message', () => {
  const none = { kind: 'none' } as const;
  const ends = [
    { kind: 'fail', text: '' },
    { kind: 'drop', text: '' },
  ] as const;
  for (const end of ends) {
    expect([isNewOrder(end, none), isNewOrder(none, end)]).toEqual([true, false]);
    for (const before of ends) expect(isNewOrder(end, before)).toBe(false);
  }
  expect(isNewOrder(none, none)).toBe(false);
});

it.each([
  ['', 'missing'],
  [' \t', 'missing'],
  ['the sender has agreed', 'given'],
])('whoever changes what a message demands says why: %j is %s', (why, word) => {
  const decision = judgeOrder({ order: 'set-tls', tls: 'ordinary', why }, 'waiting');
  expect(decision.input).toMatchObject({ order: 'set-tls', why: word });
});
