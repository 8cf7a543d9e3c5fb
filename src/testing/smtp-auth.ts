/*
 * The server's side of AUTH (RFC 4954) for mail hosts of the small internet. A mechanism is a step: it is given what the client
 * said, and answers a challenge or how it ended. It knows one password for every user.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { MailHost } from '../adapters/scripted/index.js';

/** What is said next: a challenge, or how it ended. */
export type AuthTurn = { readonly challenge: Buffer } | 'accepted' | 'refused';

export type AuthExchange = (response: Buffer | null) => AuthTurn;

/** The exchange of that mechanism; null: it is not known. */
export function authExchange(
  mechanism: string,
  { password = '', lies }: NonNullable<MailHost['auth']>,
  tls: TLSSocket | null,
): AuthExchange | null {
  switch (mechanism) {
    case 'PLAIN':
      return afterPrompt('', (said) => said.toString().split('\0')[2] === password);
    case 'LOGIN':
      return login(password);
    case 'CRAM-MD5':
      return cramMd5(password);
    case 'EXTERNAL':
      return afterPrompt('', () => true);
    case 'XOAUTH2':
    case 'OAUTHBEARER':
      return afterPrompt('', (said) => said.toString().includes(`\x01auth=Bearer ${password}\x01`));
    case 'SCRAM-SHA-1':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-1-PLUS':
    case 'SCRAM-SHA-256-PLUS':
      return scram(mechanism, { password, lies }, tls);
    default:
      return null;
  }
}

function afterPrompt(prompt: string, isRight: (response: Buffer) => boolean): AuthExchange {
  return (response) =>
    response === null ? { challenge: Buffer.from(prompt) } : isRight(response) ? 'accepted' : 'refused';
}

function login(password: string): AuthExchange {
  let asked = 0;
  return (response) => {
    asked += 1;
    if (asked === 1) return { challenge: Buffer.from('Username:') };
    if (asked === 2) return { challenge: Buffer.from('Password:') };
    return response?.toString() === password ? 'accepted' : 'refused';
  };
}

function cramMd5(password: string): AuthExchange {
  const challenge = Buffer.from(`<${randomBytes(9).toString('hex')}@test>`);
  return (response) => {
    if (response === null) return { challenge };
    const digest = createHmac('md5', password).update(challenge).digest('hex');
    return response.toString().endsWith(` ${digest}`) ? 'accepted' : 'refused';
  };
}

const ITERATIONS = 4096;

function scram(
  mechanism: string,
  { password, lies }: { readonly password: string; readonly lies: NonNullable<MailHost['auth']>['lies'] },
  tls: TLSSocket | null,
): AuthExchange {
  const hash = mechanism.includes('SHA-256') ? 'sha256' : 'sha1';
  const isBound = mechanism.endsWith('-PLUS');
  const salt = randomBytes(16);
  const iterations = lies === 'iterations' ? 2_147_483_647 : ITERATIONS;
  let clientFirst = '';
  let header = '';
  let serverFirst = '';
  let isShown = false;
  return (response) => {
    if (response === null) return { challenge: Buffer.alloc(0) };
    if (isShown) return 'accepted';
    const said = response.toString();
    if (serverFirst === '') {
      const parts = /^((?:n|y|p=[a-z-]+),,)(n=[^,]*,r=([^,]+))$/.exec(said);
      if (parts === null || isBound !== parts[1]!.startsWith('p=')) return 'refused';
      [, header, clientFirst] = parts as unknown as [string, string, string];
      serverFirst = `r=${parts[3]}${randomBytes(18).toString('base64')},s=${salt.toString('base64')},i=${iterations}`;
      return { challenge: Buffer.from(serverFirst) };
    }
    const final = /^(c=([^,]+),r=([^,]+)),p=(.+)$/.exec(said);
    if (final === null) return 'refused';
    const [, bare, bound, , proof] = final as unknown as readonly [string, string, string, string, string];
    if (bound !== Buffer.concat([Buffer.from(header), bindingOf(header, tls)]).toString('base64'))
      return 'refused';
    const key = (secret: Buffer, text: string) => createHmac(hash, secret).update(text).digest();
    const salted = pbkdf2Sync(password, salt, iterations, hash === 'sha1' ? 20 : 32, hash);
    const transcript = `${clientFirst},${serverFirst},${bare}`;
    const clientKey = key(salted, 'Client Key');
    const signature = key(createHash(hash).update(clientKey).digest(), transcript);
    const expected = Buffer.from(clientKey.map((octet, at) => octet ^ signature[at]!));
    if (expected.toString('base64') !== proof) return 'refused';
    isShown = true;
    const server = lies === 'signature' ? randomBytes(20) : key(key(salted, 'Server Key'), transcript);
    return lies === 'no-signature'
      ? 'accepted'
      : { challenge: Buffer.from(`v=${server.toString('base64')}`) };
  };
}

/** RFC 9266; the certificate of a mail host here is signed with SHA-256 (RFC 5929, Section 4). */
function bindingOf(header: string, tls: TLSSocket | null): Buffer {
  if (header === 'p=tls-exporter,,' && tls !== null)
    return tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  const own = tls?.getX509Certificate();
  if (header === 'p=tls-server-end-point,,' && own !== undefined)
    return createHash('sha256').update(own.raw).digest();
  return Buffer.alloc(0);
}
