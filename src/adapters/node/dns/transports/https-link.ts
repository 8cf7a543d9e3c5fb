/*
 * DNS over HTTPS (RFC 8484): POST, HTTP/1.1, id 0. The address is the operator's, never looked up; no redirect, proxy,
 * cookie or content coding. Connections are reused by the agent, which closes them when they have been idle.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, type RequestOptions, request } from 'node:https';
import { isIPv6 } from 'node:net';
import type { SecureContext } from 'node:tls';
import { ENDED_WITHOUT_CLOSE_NOTIFY } from '../../https/until-close-notify.js';
import { HTTPS_PORT, type HttpsResolver } from '../resolver-config.js';
import { echoOf, isTruncated, type WireQuery, withId } from '../wire-query.js';
import {
  type Delivered,
  delivered,
  hasEnded,
  type Patience,
  type Undelivered,
  undelivered,
  untilSettled,
} from './settle.js';
import { verifiedAgent } from './verified-agent.js';

const MEDIA_TYPE = 'application/dns-message';
const MESSAGE_OCTETS_MAX = 65_535;
const HEADER_OCTETS_MAX = 16_384;
const IDLE_MS = 10_000;
const CONNECTIONS_MAX = 4;

export class HttpsLink {
  readonly #server: HttpsResolver;
  readonly #secureContext: () => SecureContext;
  #known: Agent | null = null;

  constructor(server: HttpsResolver, secureContext: () => SecureContext) {
    this.#server = server;
    this.#secureContext = secureContext;
  }

  get #agent(): Agent {
    this.#known ??= verifiedAgent(this.#server, this.#secureContext(), {
      keepAlive: true,
      timeout: IDLE_MS,
      maxSockets: CONNECTIONS_MAX,
      maxFreeSockets: 1,
    });
    return this.#known;
  }

  /** Asks by HTTPS. Never rejects. */
  async ask(query: WireQuery, { ms, signal }: Patience): Promise<Delivered> {
    const endsAt = performance.now() + ms;
    const first = await this.#askOnce(query, { ms, signal });
    if (first.kind !== 'stale-connection') return first;
    const second = await this.#askOnce(query, { ms: endsAt - performance.now(), signal });
    return second.kind === 'stale-connection' ? undelivered('unreachable', 'ECONNRESET') : second;
  }

  /** An idle connection that the server closed while the request was on its way says nothing about the server. */
  #askOnce(query: WireQuery, patience: Patience): Promise<Delivered | { readonly kind: 'stale-connection' }> {
    return untilSettled<Delivered | { readonly kind: 'stale-connection' }>(patience, (settle) => {
      const sent = withId(query, 0);
      const post = this.#post();
      const fail = (error: unknown) => {
        const why = undelivered('unreachable', error);
        settle(post.reusedSocket && isEnd(why.code) ? { kind: 'stale-connection' } : why);
      };
      post.on('error', fail);
      post.on('close', () => settle(undelivered('unreachable', 'ERR_CLOSED')));
      post.on('response', (response) =>
        read(response, (answer) => settle(answer.kind === 'octets' ? checked(answer.octets, sent) : answer)),
      );
      post.setHeader('Content-Length', sent.octets.length);
      post.end(sent.octets);
      return () => {
        // A response that was read to its end leaves the connection to the next request.
        if (!post.destroyed) post.destroy();
      };
    });
  }

  #post(): ClientRequest {
    const { address, port, name, path } = this.#server;
    const authority = isIPv6(name) ? `[${name}]` : name;
    const options: RequestOptions = {
      agent: this.#agent,
      method: 'POST',
      host: address,
      port,
      path,
      maxHeaderSize: HEADER_OCTETS_MAX,
      headers: {
        Host: port === HTTPS_PORT ? authority : `${authority}:${port}`,
        'Content-Type': MEDIA_TYPE,
        Accept: MEDIA_TYPE,
        'Accept-Encoding': 'identity',
        'Cache-Control': 'no-cache',
      },
    };
    return request(options);
  }
}

function isEnd(code: string | null): boolean {
  return hasEnded(code) || code === ENDED_WITHOUT_CLOSE_NOTIFY;
}

function checked(octets: Uint8Array, sent: WireQuery): Delivered | Undelivered {
  const isAnswer = echoOf(octets, sent) !== 'mismatch' && !isTruncated(octets);
  return isAnswer ? delivered(octets) : undelivered('malformed');
}

function read(response: IncomingMessage, settle: (answer: Delivered | Undelivered) => void): void {
  const refusal = refusalIn(response);
  if (refusal !== null) {
    settle(refusal);
    return;
  }
  const chunks: Buffer[] = [];
  let received = 0;
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > MESSAGE_OCTETS_MAX) settle(undelivered('malformed', 'ERR_BODY_TOO_LARGE'));
    else chunks.push(chunk);
  });
  response.on('end', () =>
    settle(response.complete ? delivered(Buffer.concat(chunks)) : undelivered('malformed')),
  );
  response.on('error', (error) => settle(undelivered('unreachable', error)));
}

/** Only 200 brings a DNS message; a redirect is not followed (the operator said who is to be asked). */
function refusalIn({ headers, statusCode }: IncomingMessage): Undelivered | null {
  if (statusCode !== 200) return undelivered('unreachable', `HTTP_${statusCode}`);
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return type === MEDIA_TYPE ? null : undelivered('malformed', 'ERR_MEDIA_TYPE');
}
