/** Why we broke AUTH off. */
export const AUTH_FAILURES = [
  /** There is no password for that account. */
  'no-secret',
  /** The user name or the password may not be said as they are (RFC 4013). */
  'bad-secret',
  /** A challenge that is none, or asks for what is not given (RFC 4954, Section 4; RFC 5802, Section 5.1). */
  'bad-challenge',
  /** It wants more work than anybody needs, or so little that the password could be guessed from it (RFC 5802, Section 9). */
  'bad-iterations',
  /** What it said last does not show that it knows the password. */
  'bad-proof',
  /** The session cannot be bound to. */
  'no-binding',
] as const;
export type AuthFailure = (typeof AUTH_FAILURES)[number];
