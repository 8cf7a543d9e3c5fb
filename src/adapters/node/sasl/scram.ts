/*
 * SCRAM (RFC 5802, RFC 7677), the client's side: a proof that the password is known, and a look at the server's own proof. The
 * server is a stranger until it has given that: its nonce, its salt and the work that it asks for are bounded.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { AuthFailure } from '../../../policy/relay/auth.js';
import type { ChannelBinding } from './channel-binding.js';
import type { ClientMechanism, Credentials } from './mechanism.js';

const derive = promisify(pbkdf2);

export interface ScramOptions {
  readonly hash: 'sha1' | 'sha256';
  /** Null: not bound. */
  readonly binding: ChannelBinding | null;
  /** We could bind, and the server offers no such mechanism. */
  readonly couldBind: boolean;
  /** Of the client's; default: random. */
  readonly nonce?: string;
}

/** Fewer would make the password cheap to guess for whoever listens (RFC 7677, Section 4), more are an attack. */
const ITERATIONS_MIN = 4096;
const ITERATIONS_MAX = 1_000_000;
const SALT_OCTETS_MIN = 8;
/** Octets of a server's nonce beyond ours. */
const NONCE_MIN = 8;
const NONCE_OCTETS = 24;

/** A fresh exchange. */
export function scram({ user, secret }: Credentials, options: ScramOptions): ClientMechanism {
  const { hash, binding, couldBind, nonce = randomBytes(NONCE_OCTETS).toString('base64') } = options;
  const flag = binding === null ? (couldBind ? 'y' : 'n') : `p=${binding.type}`;
  const header = `${flag},,`;
  const first = `n=${user.replace(/=/g, '=3D').replace(/,/g, '=2C')},r=${nonce}`;
  let signature: Buffer | null = null;
  let proof: ClientMechanism['proof'] = 'none';

  const answer = async (challenge: string): Promise<Buffer | AuthFailure> => {
    const asked = readFirst(challenge, nonce);
    if (typeof asked === 'string') return asked;
    const salted = await derive(secret, asked.salt, asked.iterations, hash === 'sha1' ? 20 : 32, hash);
    const bound = Buffer.concat([Buffer.from(header), binding?.data ?? Buffer.alloc(0)]);
    const bare = `c=${bound.toString('base64')},r=${asked.nonce}`;
    const transcript = `${first},${challenge},${bare}`;
    const clientKey = hmac(hash, salted, 'Client Key');
    const shown = hmac(hash, createHash(hash).update(clientKey).digest(), transcript);
    signature = hmac(hash, hmac(hash, salted, 'Server Key'), transcript);
    return Buffer.from(`${bare},p=${xor(clientKey, shown).toString('base64')}`);
  };
  const check = (challenge: string, expected: Buffer): Buffer | AuthFailure => {
    const given = Buffer.from(/^v=([A-Za-z0-9+/]+=*)(?:,|$)/.exec(challenge)?.[1] ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'bad-proof';
    proof = 'shown';
    return Buffer.alloc(0);
  };
  return {
    initial: () => Buffer.from(header + first),
    respond: async (challenge) => {
      const text = challenge.toString('utf8');
      if (proof === 'shown') return 'bad-challenge';
      return signature === null ? answer(text) : check(text, signature);
    },
    get proof() {
      return proof;
    },
  };
}

interface ServerFirst {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** RFC 5802, Section 7: an extension that we must know and do not, `m=`, fails the grammar as well. */
function readFirst(challenge: string, ours: string): ServerFirst | AuthFailure {
  const parts = /^r=([!-+\--~]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]{0,9})(?:,[A-Za-z]=[^\0,]*)*$/.exec(
    challenge,
  );
  if (parts === null) return 'bad-challenge';
  const [, nonce, salt, count] = parts as unknown as readonly [string, string, string, string];
  const octets = Buffer.from(salt, 'base64');
  if (!nonce.startsWith(ours) || nonce.length < ours.length + NONCE_MIN) return 'bad-challenge';
  if (octets.length < SALT_OCTETS_MIN) return 'bad-challenge';
  const iterations = Number(count);
  if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) return 'bad-iterations';
  return { nonce, salt: octets, iterations };
}

function hmac(hash: string, key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((octet, at) => octet ^ right[at]!));
}
