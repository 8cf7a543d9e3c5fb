/*
 * AUTH over one connection (RFC 4954): the command, challenges and responses, and the last reply. What cannot be answered is
 * cancelled with "*". No secret, challenge or response leaves this file.
 */
import type { AuthAnswer } from '../../../effects/catalog.js';
import type { AuthFailure } from '../../../policy/relay/auth.js';
import { classOf, codeOf, type Lost, type Reply } from '../../../policy/smtp/reply.js';
import type { ClientMechanism } from './mechanism.js';

/** A command or a response, without its line end, and its reply. */
export type Converse = (line: string) => Promise<Reply | Lost>;

const CHALLENGE = 334;
/** RFC 4954, Section 4: a longer line leaves the initial response to be asked for. */
const LINE_OCTETS_MAX = 510;
/** No mechanism needs as many. */
const ROUNDS_MAX = 6;

/** Never rejects, as long as `converse` does not. */
export async function authenticate(
  name: string,
  client: ClientMechanism,
  converse: Converse,
): Promise<AuthAnswer> {
  const command = `AUTH ${name.toUpperCase()}`;
  let initial = client.initial();
  const first = initial === null ? command : `${command} ${encoded(initial) || '='}`;
  const isShort = first.length <= LINE_OCTETS_MAX;
  if (isShort) initial = null;
  let heard = await converse(isShort ? first : command);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if ('kind' in heard) return heard;
    if (codeOf(heard) !== CHALLENGE) return settled(heard, client);
    const response = initial ?? (await respond(client, heard));
    initial = null;
    if (typeof response === 'string') return cancelled(response, converse);
    heard = await converse(encoded(response));
  }
  return cancelled('bad-challenge', converse);
}

function settled(reply: Reply, { proof }: ClientMechanism): AuthAnswer {
  // A reply that belongs to no end of an exchange is none that lets us in.
  return { kind: 'replied', reply, proof: classOf(reply) === '2yz' ? proof : 'none' };
}

async function respond(client: ClientMechanism, { lines }: Reply): Promise<Buffer | AuthFailure> {
  const challenge = lines.length === 1 ? decoded(lines[0]!) : null;
  return challenge === null ? 'bad-challenge' : client.respond(challenge);
}

async function cancelled(cause: AuthFailure, converse: Converse): Promise<AuthAnswer> {
  const heard = await converse('*');
  return { kind: 'failed', cause, reply: 'kind' in heard ? null : heard };
}

function encoded(octets: Buffer): string {
  return octets.toString('base64');
}

/** Base64 by its whole grammar (RFC 4954, Section 4), or null; Node itself overlooks what does not belong there. */
function decoded(text: string): Buffer | null {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : null;
}
