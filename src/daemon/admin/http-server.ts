/*
 * An HTTP server for few and known clients: small headers, small bodies, short patience, and nothing that a browser could be
 * made to do by a page of somebody else.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Decoded } from '../../effects/codecs/result.js';
import type { ListenAddress } from '../../hosts/listen-address.js';
import { listenAt } from '../../hosts/listen-at.js';

/** What is answered. */
export interface HttpReply {
  readonly status: number;
  readonly type:
    | 'application/json'
    | 'text/plain; charset=utf-8'
    | 'text/html; charset=utf-8'
    | 'text/plain; version=0.0.4; charset=utf-8';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpHandler = (request: IncomingMessage, url: URL) => Promise<HttpReply>;

export interface HttpDoor {
  /** Where it listens now. Rejects if it cannot. */
  listen(address: ListenAddress): Promise<ListenAddress>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Thrown by handlers for what cannot be answered otherwise. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const HEADER_OCTETS_MAX = 16_384;
const CONNECTIONS_MAX = 100;
const HEADERS_MS = 10_000;
const REQUEST_MS = 300_000;

export function httpDoor(handler: HttpHandler, onFault: (message: string) => void): HttpDoor {
  const server = createServer(
    {
      maxHeaderSize: HEADER_OCTETS_MAX,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => void answer(handler, request, response, onFault),
  );
  server.maxConnections = CONNECTIONS_MAX;
  return {
    listen: (address) => listenAt(server, address, () => undefined),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  handler: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
  onFault: (message: string) => void,
): Promise<void> {
  const { status, type, body, headers = {} } = await replyOf(handler, request, onFault);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    // What was not read of a body is not read as the next request.
    ...(request.complete ? {} : { connection: 'close' }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? '' : body);
}

async function replyOf(
  handler: HttpHandler,
  request: IncomingMessage,
  onFault: (message: string) => void,
): Promise<HttpReply> {
  try {
    // Put together, not resolved: a path that begins with two slashes is a path, and names no other host.
    const address = `http://waxseal.invalid${request.url ?? ''}`;
    if (!URL.canParse(address)) throw new HttpRefusal(400, 'no such address');
    return await handler(request, new URL(address));
  } catch (error) {
    if (error instanceof HttpRefusal) return json(error.status, { error: error.message });
    // A client that went away in the midst of what it sent is nothing that went wrong here, and hears nothing.
    if (request.errored !== null && !request.complete)
      return json(400, { error: 'the request has not ended' });
    onFault(`a request failed: ${error instanceof Error ? error.message : String(error)}`);
    return json(500, { error: 'a fault of ours' });
  }
}

export function json(status: number, value: unknown): HttpReply {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** The octets of a request, so many at most. Rejects with an {@link HttpRefusal}. */
async function bodyOf(request: IncomingMessage, octetsMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > octetsMax) throw new HttpRefusal(413, `more than ${octetsMax} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The JSON of a request as a codec reads it; `what` it is, as in "an order". Rejects with an {@link HttpRefusal} that says what is wrong. */
export async function jsonBodyOf<T>(
  request: IncomingMessage,
  octetsMax: number,
  what: string,
  decode: (text: string) => Decoded<T>,
): Promise<T> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new HttpRefusal(415, `${what} is JSON: say so with "Content-Type: application/json"`);
  const given = decode((await bodyOf(request, octetsMax)).toString('utf8'));
  if (given.ok) return given.value;
  const [problem] = given.problems;
  throw new HttpRefusal(400, `${problem!.path}: expected ${problem!.expected}, found ${problem!.actual}`);
}
