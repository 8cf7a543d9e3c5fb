/*
 * A report to an HTTPS endpoint (RFC 8460, Section 5.4): one POST to an address that was vetted before; no redirect, proxy,
 * cookie or credentials. Of the answer only the status is looked at, once its header is whole: words behind it can be cut by whoever
 * is on the path.
 */
import { X509Certificate } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import {
  type ConnectionOptions,
  createSecureContext,
  DEFAULT_CIPHERS,
  rootCertificates,
  type TLSSocket,
} from 'node:tls';
import { Pems } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { checked } from '../../../effects/misuse.js';
import type { HttpsTarget } from '../../../policy/tls-report/send/https-target.js';
import { MEDIA_TYPE } from '../../../policy/tls-report/send/report-names.js';

export interface PostAsk {
  readonly target: HttpsTarget;
  /** Tried in order until one can be connected to; not empty. */
  readonly addresses: readonly string[];
  readonly body: Uint8Array;
  /** `ignore`: whoever answers gets the report (RFC 8460, Section 3). */
  readonly certificate: 'verify' | 'ignore';
  readonly deadlineMs: number;
}

export type PostAnswer =
  | { readonly kind: 'response'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly cause: 'connect' | 'certificate' | 'tls' | 'protocol' | 'timeout';
      /** The platform's own code. */
      readonly code: string;
    };

/** Posts a report. Never rejects. */
export type PostReport = (ask: PostAsk, signal: AbortSignal) => Promise<PostAnswer>;

const OptionsCodec = strictObject<{ readonly ca?: readonly string[] }>('an object with ca', { ca: Pems }, []);
const HEADER_OCTETS_MAX = 16_384;
/** Responses before the final one (RFC 9110, Section 15.2); an honest server sends one or two. */
const INTERIM_MAX = 8;

/** Posts with Node's own HTTPS. Throws a {@link MisuseError} if `ca` is not PEM. @param ca trust anchors in PEM, besides those that Node brings */
export function nodePostReport(options: { readonly ca?: readonly string[] } = {}): PostReport {
  const { ca = [] } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    // Keys and signatures of 112 bits and up, as RSA of 2048 bits has them, in the whole path (RFC 9325, Section 4.5).
    ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=2`,
    ...(ca.length > 0 ? { ca: [...rootCertificates, ...ca] } : {}),
  });
  return async (ask, signal) => {
    const endsAt = performance.now() + ask.deadlineMs;
    let last = failed('connect', 'ERR_NO_ADDRESS');
    for (const [i, address] of ask.addresses.entries()) {
      const leftMs = endsAt - performance.now();
      if (signal.aborted || !(leftMs > 0)) return failed('timeout', 'ETIMEDOUT');
      const connectMs = leftMs / (ask.addresses.length - i);
      last = await postTo({ ask, address, leftMs, connectMs, signal, secureContext });
      if (last.kind !== 'failed' || last.cause !== 'connect') return last;
    }
    return last;
  };
}

interface Attempt {
  readonly ask: PostAsk;
  readonly address: string;
  readonly leftMs: number;
  readonly connectMs: number;
  readonly signal: AbortSignal;
  readonly secureContext: ReturnType<typeof createSecureContext>;
}

function postTo(attempt: Attempt): Promise<PostAnswer> {
  const { ask, leftMs, connectMs, signal } = attempt;
  return new Promise((resolve) => {
    let post: ClientRequest | null = null;
    let socket: TLSSocket | null = null;
    let phase: Phase = 'connect';
    const settle = (answer: PostAnswer) => {
      clearTimeout(whole);
      clearTimeout(connecting);
      signal.removeEventListener('abort', expire);
      post?.destroy();
      resolve(answer);
    };
    const expire = () => settle(failed('timeout', 'ETIMEDOUT'));
    const whole = setTimeout(expire, leftMs);
    const connecting = setTimeout(() => {
      if (phase === 'connect' && connectMs < leftMs) settle(failed('connect', 'ETIMEDOUT'));
    }, connectMs);
    signal.addEventListener('abort', expire, { once: true });
    try {
      post = open(attempt);
      post.on('error', (error) => settle(classify(error, phase, socket)));
      post.on('close', () => settle(failed('protocol', 'ERR_CLOSED')));
      post.on('socket', (opened) => {
        socket = opened as TLSSocket;
        opened.on('connect', () => {
          phase = 'tls';
        });
        opened.on('secureConnect', () => {
          phase = 'http';
        });
      });
      let interim = 0;
      post.on('information', () => {
        if (++interim > INTERIM_MAX) settle(failed('protocol', 'ERR_TOO_MANY_INTERIM_RESPONSES'));
      });
      post.on('response', ({ statusCode = 0 }) => settle({ kind: 'response', status: statusCode }));
      post.end(ask.body);
    } catch (error) {
      settle(failed('protocol', codeOf(error)));
    }
  });
}

function open({ ask, address, secureContext }: Attempt): ClientRequest {
  const { target, body } = ask;
  const options: RequestOptions & Pick<ConnectionOptions, 'secureContext'> = {
    method: 'POST',
    host: address,
    port: target.port,
    path: target.path,
    headers: { Host: target.authority, 'Content-Type': MEDIA_TYPE, 'Content-Length': body.length },
    agent: false,
    maxHeaderSize: HEADER_OCTETS_MAX,
    // An address is no server name (RFC 6066, Section 3).
    servername: target.hostKind === 'name' ? target.host : '',
    secureContext,
    // Said aloud, so that no environment variable can say otherwise.
    rejectUnauthorized: ask.certificate === 'verify',
    checkServerIdentity: (_, { raw }) => nameError(raw, target),
  };
  return request(options);
}

/** By DNS-ID or IP address alone: Node would take a common name where there is no subjectAltName (RFC 9525, Section 2). */
function nameError(der: Buffer, { host, hostKind }: HttpsTarget): Error | undefined {
  const certificate = new X509Certificate(der);
  const found =
    hostKind === 'name'
      ? certificate.checkHost(host, { subject: 'never', partialWildcards: false })
      : certificate.checkIP(host);
  if (found !== undefined) return undefined;
  return Object.assign(new Error(`the certificate is not for ${host}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}

type Phase = 'connect' | 'tls' | 'http';

function classify(error: unknown, phase: Phase, socket: TLSSocket | null): PostAnswer {
  const code = codeOf(error);
  if (phase === 'connect') return failed('connect', code);
  if (phase === 'tls') return failed(socket?.authorizationError ? 'certificate' : 'tls', code);
  return failed(/^ERR_(?:SSL|TLS)_/.test(code) ? 'tls' : 'protocol', code);
}

function failed(cause: Extract<PostAnswer, { kind: 'failed' }>['cause'], code: string): PostAnswer {
  return { kind: 'failed', cause, code };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'ERR_UNKNOWN';
}
