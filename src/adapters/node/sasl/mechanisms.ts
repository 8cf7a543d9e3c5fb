import { createHmac } from 'node:crypto';
import type { AuthFailure } from '../../../policy/relay/auth.js';
import type { AuthMechanism } from '../../../policy/relay/transport.js';
import type { ChannelBinding } from './channel-binding.js';
import { type ClientMechanism, type Credentials, sayingOnly } from './mechanism.js';
import { saslPrep } from './saslprep.js';
import { scram } from './scram.js';

export interface MechanismTask {
  readonly mechanism: AuthMechanism;
  readonly user: string;
  /** Null: there is none. */
  readonly secret: string | null;
  readonly host: string;
  readonly port: number;
  readonly binding: 'bound' | 'could-bind' | 'unbound';
  /** Of the session; null: it has none. */
  readonly channel: ChannelBinding | null;
}

/** The client's side of that mechanism, or why there can be none. */
export function clientMechanism(task: MechanismTask): ClientMechanism | AuthFailure {
  const { mechanism, host, port } = task;
  if (mechanism === 'external') return sayingOnly(Buffer.from(task.user));
  if (task.secret === null) return 'no-secret';
  const isToken = mechanism === 'xoauth2' || mechanism === 'oauthbearer';
  const user = saslPrep(task.user);
  const secret = isToken ? bearerToken(task.secret) : saslPrep(task.secret);
  if (user === null || secret === null) return 'bad-secret';
  return mechanismFor({ user, secret, host, port }, task);
}

function mechanismFor(
  credentials: Credentials,
  { mechanism, binding, channel }: MechanismTask,
): ClientMechanism | AuthFailure {
  const { user, secret, host, port } = credentials;
  switch (mechanism) {
    case 'scram-sha-256-plus':
    case 'scram-sha-1-plus':
      if (channel === null) return 'no-binding';
      return scram(credentials, { hash: hashOf(mechanism), binding: channel, couldBind: true });
    case 'scram-sha-256':
    case 'scram-sha-1': {
      const couldBind = binding === 'could-bind' && channel !== null;
      return scram(credentials, { hash: hashOf(mechanism), binding: null, couldBind });
    }
    case 'cram-md5':
      return cramMd5(credentials);
    case 'plain':
      return sayingOnly(Buffer.from(`\0${user}\0${secret}`));
    case 'login':
      return sayingOnly(null, Buffer.from(user), Buffer.from(secret));
    // A refusal comes as a challenge with a reason, and is ended by an empty response or by ^A (RFC 7628, Section 3.2.3).
    case 'xoauth2':
      return sayingOnly(Buffer.from(`user=${user}\x01auth=Bearer ${secret}\x01\x01`), Buffer.alloc(0));
    case 'oauthbearer': {
      const name = user.replace(/=/g, '=3D').replace(/,/g, '=2C');
      const words = [`n,a=${name},`, `host=${host}`, `port=${port}`, `auth=Bearer ${secret}`, '', ''];
      return sayingOnly(Buffer.from(words.join('\x01')), Buffer.from('\x01'));
    }
    case 'external':
      return 'no-secret';
  }
}

function hashOf(mechanism: AuthMechanism): 'sha1' | 'sha256' {
  return mechanism.startsWith('scram-sha-1') ? 'sha1' : 'sha256';
}

/** RFC 2195. */
function cramMd5({ user, secret }: Credentials): ClientMechanism {
  let said = false;
  return {
    initial: () => null,
    respond: async (challenge) => {
      if (said) return 'bad-challenge';
      said = true;
      return Buffer.from(`${user} ${createHmac('md5', secret).update(challenge).digest('hex')}`);
    },
    proof: 'none',
  };
}

/** RFC 6750, Section 2.1. */
function bearerToken(text: string): string | null {
  return /^[A-Za-z0-9._~+/-]+=*$/.test(text) ? text : null;
}
