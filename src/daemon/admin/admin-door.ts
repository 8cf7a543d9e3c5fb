/*
 * What an operator and his programs are told and may do over HTTP: at this host, with a token. Reading takes the token as a
 * bearer or as the password of Basic, so that a browser can show the page; changing takes the bearer, which no page of somebody
 * else can send.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { domainToASCII } from 'node:url';
import { errorText } from '../../effects/error-text.js';
import { MisuseError } from '../../effects/misuse.js';
import type { QueueStore, SuppressionStore } from '../../effects/queue-stores.js';
import { readNotify, readRet } from '../../policy/dsn/index.js';
import type { OperatorOrder } from '../../policy/queue/message.js';
import { DIRECT_NAME } from '../../policy/relay/transport.js';
import {
  ContentRefused,
  type Intake,
  newId,
  type QueueDesk,
  refuseSuppressed,
  submittedContent,
} from '../../services/queue/index.js';
import type { DoorEvent } from '../doors/door.js';
import type { Lately } from '../watch/lately.js';
import type { Registry } from '../watch/registry.js';
import { type HttpHandler, HttpRefusal, type HttpReply, json, jsonBodyOf } from './http-server.js';
import { decodeOrder } from './order.codec.js';
import { statusPage } from './status-page.js';
import { addSuppression, listSuppressions, removeSuppression } from './suppressions.js';

export interface AdminOptions {
  readonly desk: QueueDesk;
  readonly intake: Intake;
  /** Told of each message that is taken. */
  readonly onEvent: (event: DoorEvent) => void;
  readonly store: Pick<QueueStore, 'counts' | 'lanes'>;
  readonly suppressions: SuppressionStore;
  /** The names of the transports of the configuration as it is. */
  readonly transports: () => readonly string[];
  readonly registry: Registry;
  readonly lately: Pick<Lately, 'passed' | 'kept'>;
  /** Of 16 characters and up. */
  readonly token: string;
  /** As it is configured now. */
  readonly messageBytes: () => number;
  /** Whether a message still fits on the disk. Never rejects. */
  readonly room: () => Promise<'enough' | 'too-little'>;
  readonly name: string;
  readonly clock: () => number;
  /** Rejects where no mail can be attempted. */
  readonly ready: () => Promise<void>;
  /** Reads the configuration again, and answers what of it takes a restart; rejects where it stays as it was. */
  readonly reload: () => Promise<readonly string[]>;
}

const JSON_OCTETS_MAX = 1_048_576;
const PAGE_MESSAGES_MAX = 500;
const IDS_MAX = 10_000;
const LANES_SHOWN = 50;
const MESSAGES_SHOWN = 50;
const REASONS_SHOWN = 20;

export function adminHandler(options: AdminOptions): HttpHandler {
  return async (request, url) => {
    const { method = 'GET' } = request;
    const isReading = method === 'GET' || method === 'HEAD';
    if (isReading && url.pathname === '/healthz') return text(200, 'well\n');
    if (isReading && url.pathname === '/readyz') return readiness(options);
    admit(request, options.token, isReading);
    const route = `${isReading ? 'GET' : method} ${url.pathname}`;
    if (route === 'GET /') return status(options, url.searchParams.has('watch'));
    if (route === 'GET /metrics') return metricsReply(options.registry);
    if (route === 'GET /v1/messages') return list(options, url.searchParams);
    if (route === 'POST /v1/messages') return submit(options, request, url.searchParams);
    if (route === 'POST /v1/orders') return order(options, request);
    if (route === 'GET /v1/suppressions') return listSuppressions(options.suppressions, url.searchParams);
    if (route === 'POST /v1/suppressions')
      return addSuppression(options.suppressions, request, options.clock());
    const suppressed = /^DELETE \/v1\/suppressions\/([^/]{1,2000})$/.exec(route)?.[1];
    if (suppressed !== undefined) return removeSuppression(options.suppressions, decodedPath(suppressed));
    if (route === 'POST /v1/reload') return reload(options);
    const id = /^GET \/v1\/messages\/([A-Za-z0-9.-]{1,200})$/.exec(route)?.[1];
    if (id !== undefined) return show(options, id);
    throw new HttpRefusal(404, 'there is nothing of that name');
  };
}

/** Only numbers, for a listener of its own that asks for no token. */
export function metricsHandler(registry: Registry): HttpHandler {
  return async (request, url) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    if (!isReading || url.pathname !== '/metrics')
      throw new HttpRefusal(404, 'there is /metrics, and nothing else');
    return metricsReply(registry);
  };
}

function decodedPath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpRefusal(400, 'that is no address as a path has it');
  }
}

async function metricsReply(registry: Registry): Promise<HttpReply> {
  return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await registry.text() };
}

function text(status: number, body: string): HttpReply {
  return { status, type: 'text/plain; charset=utf-8', body };
}

async function readiness({ ready, store, clock }: AdminOptions): Promise<HttpReply> {
  try {
    await Promise.all([ready(), store.counts(clock())]);
    return text(200, 'ready\n');
  } catch (error) {
    return text(503, `not ready: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function admit(request: IncomingMessage, token: string, isReading: boolean): void {
  const given = tokenIn(request.headers.authorization ?? '', isReading);
  if (given !== null && timingSafeEqual(digestOf(given), digestOf(token))) return;
  throw new HttpRefusal(401, 'the token is missing, or is another one');
}

function tokenIn(header: string, mayBeBasic: boolean): string | null {
  const [, bearer] = /^Bearer ([!-~]+)$/i.exec(header) ?? [];
  if (bearer !== undefined) return bearer;
  const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header) ?? [];
  if (!mayBeBasic || basic === undefined) return null;
  const decoded = Buffer.from(basic, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}

async function status(
  { store, desk, name, lately, clock }: AdminOptions,
  isWatched: boolean,
): Promise<HttpReply> {
  const now = clock();
  const [counts, lanes, messages] = await Promise.all([
    store.counts(now),
    store.lanes(LANES_SHOWN),
    desk.list({ after: null, messagesMax: MESSAGES_SHOWN, ended: 'no' }),
  ]);
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body: statusPage({
      ...{ name, now, isWatched, counts, lanes, messages },
      passed: [lately.passed(5), lately.passed(60)],
      kept: lately.kept(REASONS_SHOWN),
    }),
  };
}

async function list({ desk }: AdminOptions, query: URLSearchParams): Promise<HttpReply> {
  const limit = Number(query.get('limit') ?? PAGE_MESSAGES_MAX);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MESSAGES_MAX)
    throw new HttpRefusal(400, `limit is a whole number from 1 to ${PAGE_MESSAGES_MAX}`);
  const domain = query.get('domain');
  const messages = await desk.list({
    after: query.get('after'),
    messagesMax: limit,
    ended: query.get('ended') === 'yes' ? 'yes' : 'no',
    ...(domain === null ? {} : { domain }),
  });
  return json(200, { messages });
}

async function show({ desk }: AdminOptions, id: string): Promise<HttpReply> {
  const message = await desk.show(id);
  if (message === null) throw new HttpRefusal(404, `there is no message ${id}`);
  return json(200, { messages: [message] });
}

async function order({ desk, transports }: AdminOptions, request: IncomingMessage): Promise<HttpReply> {
  const sent = await jsonBodyOf(request, JSON_OCTETS_MAX, 'an order', (text) => decodeOrder(text, IDS_MAX));
  const { ids, actor, order: what } = sent;
  if (what.order === 'set-transport') refuseUnknown(what.transport, [...transports(), DIRECT_NAME]);
  const answers = await desk.order(ids, what as OperatorOrder, actor);
  return json(200, { answers });
}

/** Mail that is given a transport that there is not would wait for it, and nobody would think of why. */
function refuseUnknown(name: string | null, known: readonly string[]): void {
  if (name === null || known.includes(name)) return;
  const there = [...known].sort().join(', ');
  throw new HttpRefusal(
    400,
    `there is no transport ${JSON.stringify(name)} in the configuration; there is: ${there}`,
  );
}

async function reload(options: AdminOptions): Promise<HttpReply> {
  try {
    return json(200, { restartFor: await options.reload() });
  } catch (error) {
    throw new HttpRefusal(409, `the configuration stays as it was: ${errorText(error)}`);
  }
}

async function submit(
  { intake, onEvent, suppressions, messageBytes, room, name, clock }: AdminOptions,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<HttpReply> {
  const from = query.get('from');
  const to = query.getAll('to');
  if (from === null) throw new HttpRefusal(400, 'from is missing');
  const notify = readNotify(query.get('notify') ?? 'failure');
  const ret = readRet(query.get('ret') ?? 'full');
  if (notify === null || ret === null) throw new HttpRefusal(400, 'notify or ret is none');
  if ((await room()) === 'too-little')
    throw new HttpRefusal(507, 'there is no room for it now; try again later');
  const now = clock();
  const id = newId(now);
  const requireTls = query.get('requireTls') === 'yes' ? 'yes' : 'no';
  try {
    await refuseSuppressed(suppressions, to, domainToASCII);
    await intake.enqueue({
      ...{ id, from },
      to: to.map((address) => ({ address, ...(query.has('notify') ? { notify } : {}) })),
      content: submittedContent({
        ...{ octets: request, trace: '', from, messageId: `${id}@${name}`, now },
        ...{ octetsMax: messageBytes(), lineEnds: 'made' },
        ...(query.get('tlsRequired') === 'no' ? { tlsRequired: 'no' } : {}),
      }),
      facts: { requireTls, report: 'none' },
      ...(query.has('ret') ? { ret } : {}),
      ...(query.has('envelopeId') ? { envelopeId: query.get('envelopeId')! } : {}),
    });
  } catch (error) {
    if (error instanceof MisuseError) throw new HttpRefusal(400, error.message);
    if (error instanceof ContentRefused)
      throw new HttpRefusal(error.fault === 'too-large' ? 413 : 400, error.message);
    throw error;
  }
  onEvent({
    ...{ event: 'accepted', door: 'admin', id, from, recipients: to.length, client: '' },
    ...{ user: null, tls: null, requireTls, seconds: Math.max(0, clock() - now) / 1000 },
  });
  return json(201, { id });
}
