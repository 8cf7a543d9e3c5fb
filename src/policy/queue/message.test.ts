import { expect, it } from 'vitest';
import { PLAIN_FACTS } from '../require-tls/message.js';
import { tlsWishOf, withTlsWish } from './message.js';

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
