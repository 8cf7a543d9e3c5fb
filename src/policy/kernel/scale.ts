/*
 * Strictness: one ordered scale, weakest first. Whatever asks for something of a session (a recipient's DANE
 * records, its MTA-STS policy, the message, the operator) asks for a level, and the levels are joined by
 * "strictest wins". Nothing in the project compares levels in any other way.
 */

/**
 * - `opportunistic`: TLS if it can be had, cleartext otherwise (RFC 7435).
 * - `encrypted`: TLS, whoever answers (RFC 7672, Section 2.2, unusable TLSA records).
 * - `authenticated`: TLS with a peer that proved its identity.
 * - `unreachable`: not even a connection.
 */
export const STRICTNESS = ['opportunistic', 'encrypted', 'authenticated', 'unreachable'] as const;
export type Strictness = (typeof STRICTNESS)[number];

const RANK: Readonly<Record<Strictness, number>> = {
  opportunistic: 0,
  encrypted: 1,
  authenticated: 2,
  unreachable: 3,
};

/** The join of the scale. Associative, commutative, idempotent; `opportunistic` is neutral. */
export function strictest(left: Strictness, right: Strictness): Strictness {
  return RANK[left] >= RANK[right] ? left : right;
}

export function atLeast(level: Strictness, floor: Strictness): boolean {
  return RANK[level] >= RANK[floor];
}
