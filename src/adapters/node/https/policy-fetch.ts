/*
 * The HTTPS request for an MTA-STS policy (RFC 8461, Section 3.3). One GET, from addresses that were vetted before; no
 * redirect, proxy, cookie, cache or compression. The certificate is checked against the trust store and, by DNS-ID alone,
 * against the policy host's name before a request is sent.
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, DEFAULT_CIPHERS, type SecureContext, type TLSSocket } from 'node:tls';
import type { AskOf, FetchAnswer } from '../../../effects/catalog.js';
import { Pems } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { checked } from '../../../effects/misuse.js';
import type { Port } from '../../../effects/ports.js';
import { trusting } from '../trusting.js';
import { nameError } from '../x509/index.js';
import { cutWithoutCloseNotify, untilCloseNotify } from './until-close-notify.js';

export interface PolicyFetchOptions {
  /** Trust anchors in PEM, besides those that Node brings. */
  readonly ca?: readonly string[] | undefined;
}

const CaCodec = strictObject<PolicyFetchOptions>('an object with ca', { ca: Pems }, []);

const PATH = '/.well-known/mta-sts.txt';
const HTTPS_PORT = 443;
const HEADER_OCTETS_MAX = 16_384;
/** Responses before the final one (RFC 9110, Section 15.2); an honest server sends one or two. */
const INTERIM_MAX = 8;
const TIMER_MS_MAX = 2 ** 31 - 1;

type Ask = AskOf<'policy.fetch'>;
type Failed = Extract<FetchAnswer, { kind: 'failed' }>;

const TOO_LARGE: Failed = { kind: 'failed', cause: 'too-large', code: 'ERR_BODY_TOO_LARGE' };

/** Fetches policies with Node's own HTTPS. Throws a {@link MisuseError} if `ca` is not PEM. */
export function nodePolicyFetch(options: PolicyFetchOptions = {}): Port<'policy.fetch'> {
  const { ca = [] } = checked(CaCodec, options, 'WAXSEAL_BAD_OPTIONS');
  // Keys and signatures of 112 bits and up, as RSA of 2048 bits has them, in the whole path (RFC 9325, Section 4.5).
  const contextOf = trusting({ minVersion: 'TLSv1.2', ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=2` }, ca);
  return async (ask, signal) => {
    const endsAt = performance.now() + ask.deadlineMs;
    let last: FetchAnswer = failed('connect', 'ERR_NO_ADDRESS');
    for (const [i, address] of ask.addresses.entries()) {
      const leftMs = endsAt - performance.now();
      if (signal.aborted || !(leftMs > 0)) return failed('timeout', 'ETIMEDOUT');
      // A silent address leaves time to connect to the others; once connected, there is the whole rest.
      const connectMs = leftMs / (ask.addresses.length - i);
      last = await fetchFrom({ ask, address, leftMs, connectMs, signal, secureContext: contextOf() });
      if (last.kind !== 'failed' || last.cause !== 'connect') return last;
    }
    return last;
  };
}

interface Attempt {
  readonly ask: Ask;
  readonly address: string;
  readonly leftMs: number;
  readonly connectMs: number;
  readonly signal: AbortSignal;
  readonly secureContext: SecureContext;
}

function fetchFrom(attempt: Attempt): Promise<FetchAnswer> {
  const { ask, leftMs, connectMs, signal } = attempt;
  return new Promise((resolve) => {
    let get: ClientRequest | null = null;
    let socket: TLSSocket | null = null;
    let phase: Phase = 'connect';
    let settled = false;
    const settle: Settle = (answer) => {
      if (settled) return;
      settled = true;
      clearTimeout(whole);
      clearTimeout(connecting);
      signal.removeEventListener('abort', expire);
      get?.destroy();
      resolve(answer);
    };
    const fail = (error: unknown) => settle(classify(error, phase, socket));
    const expire = () => settle(failed('timeout', 'ETIMEDOUT'));
    const whole = setTimeout(expire, bounded(leftMs));
    const connecting = setTimeout(() => {
      if (phase === 'connect' && connectMs < leftMs) settle(failed('connect', 'ETIMEDOUT'));
    }, bounded(connectMs));
    signal.addEventListener('abort', expire, { once: true });
    try {
      get = requestFor(attempt, () => {
        const plain = connect({ host: attempt.address, port: ask.port });
        plain.on('error', fail);
        plain.on('connect', () => {
          phase = 'tls';
        });
        socket = secured(
          attempt,
          untilCloseNotify(plain, () => fail(cutWithoutCloseNotify())),
        );
        socket.on('secureConnect', () => {
          phase = 'http';
        });
        return socket;
      });
      get.on('error', fail);
      get.on('close', () => settle(failed('protocol', 'ERR_CLOSED')));
      let interim = 0;
      get.on('information', () => {
        if (++interim > INTERIM_MAX) settle(failed('protocol', 'ERR_TOO_MANY_INTERIM_RESPONSES'));
      });
      get.on('response', (response) => read(response, ask.bytesMax, settle));
      get.end();
    } catch (error) {
      settle(failed('protocol', codeOf(error)));
    }
  });
}

function requestFor({ ask, address }: Attempt, createConnection: () => TLSSocket): ClientRequest {
  if (isIP(address) === 0) throw Object.assign(new Error(), { code: 'ERR_INVALID_IP_ADDRESS' });
  return request({
    method: 'GET',
    path: PATH,
    headers: {
      Host: ask.port === HTTPS_PORT ? ask.host : `${ask.host}:${ask.port}`,
      Accept: 'text/plain',
      'Accept-Encoding': 'identity',
    },
    maxHeaderSize: HEADER_OCTETS_MAX,
    createConnection,
  });
}

function secured({ ask, secureContext }: Attempt, socket: Duplex): TLSSocket {
  return connectTls({
    socket,
    servername: ask.host,
    secureContext,
    // RFC 9325, Section 3.8.
    ALPNProtocols: ['http/1.1'],
    // Said aloud, so that no environment variable can say otherwise.
    rejectUnauthorized: true,
    checkServerIdentity: (_, presented) => nameError(presented.raw, ask.host),
  });
}

type Settle = (answer: FetchAnswer) => void;

function read(response: IncomingMessage, bytesMax: number, settle: Settle): void {
  const status = response.statusCode ?? 0;
  const mediaType = response.headers['content-type'] ?? '';
  const refused = refuseUnread(response, bytesMax);
  response.on('error', (error) => settle(failed('protocol', codeOf(error))));
  if (status !== 200) settle({ kind: 'response', status, mediaType, body: '' });
  else if (refused !== null) settle(refused);
  else readBody(response, bytesMax, (body) => ({ kind: 'response', status, mediaType, body }), settle);
}

function refuseUnread({ headers }: IncomingMessage, bytesMax: number): Failed | null {
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const transfer = (headers['transfer-encoding'] ?? 'chunked').trim().toLowerCase();
  if (coding !== 'identity' || transfer !== 'chunked') return failed('protocol', 'ERR_CONTENT_ENCODING');
  return Number(headers['content-length'] ?? 0) > bytesMax ? TOO_LARGE : null;
}

function readBody(
  response: IncomingMessage,
  bytesMax: number,
  toAnswer: (body: string) => FetchAnswer,
  settle: Settle,
): void {
  const chunks: Buffer[] = [];
  let octets = 0;
  response.on('data', (chunk: Buffer) => {
    octets += chunk.length;
    if (octets > bytesMax) settle(TOO_LARGE);
    else chunks.push(chunk);
  });
  response.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    settle(response.complete ? toAnswer(body) : failed('protocol', 'ERR_INCOMPLETE'));
  });
}

type Phase = 'connect' | 'tls' | 'http';

function classify(error: unknown, phase: Phase, socket: TLSSocket | null): Failed {
  const code = codeOf(error);
  if (phase === 'connect') return failed('connect', code);
  const rejected = socket?.authorizationError;
  if (phase === 'tls') return failed(rejected ? 'certificate' : 'tls', code);
  return failed(/^ERR_(?:SSL|TLS)_/.test(code) ? 'tls' : 'protocol', code);
}

function failed(cause: Failed['cause'], code: string): Failed {
  return { kind: 'failed', cause, code };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'ERR_UNKNOWN';
}

function bounded(ms: number): number {
  return Math.max(1, Math.min(ms, TIMER_MS_MAX));
}
