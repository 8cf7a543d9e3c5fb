import type { AuthFailure } from '../../../policy/relay/auth.js';

/** The client's side of one SASL exchange. */
export interface ClientMechanism {
  /** What is said before any challenge; null: the server speaks first. */
  initial(): Buffer | null;
  /** The answer to a challenge, or why there is none. */
  respond(challenge: Buffer): Promise<Buffer | AuthFailure>;
  /** Whether the server has shown that it knows the password. */
  readonly proof: 'shown' | 'none';
}

/** What a mechanism works with. Nothing of it is ever logged, thrown or kept. */
export interface Credentials {
  /** SASLprep was applied to it (RFC 4013). */
  readonly user: string;
  readonly secret: string;
  /** As the operator named the relay. */
  readonly host: string;
  readonly port: number;
}

/** A mechanism whose messages are one or few, each known beforehand. */
export function sayingOnly(initial: Buffer | null, ...answers: readonly Buffer[]): ClientMechanism {
  let said = 0;
  return {
    initial: () => initial,
    respond: async () => answers[said++] ?? 'bad-challenge',
    proof: 'none',
  };
}
