/*
 * A question and the message that answers it, over UDP and, where that is truncated, TCP (RFC 7766). Every query has its
 * own socket, port and id (RFC 5452); octets that do not answer it are ignored. A message is an answer whatever its RCODE:
 * another server is asked only where one gave none, because a second opinion on a failed validation would be a downgrade.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { ResolverServer } from './resolver-config.js';
import { type DecodedMessage, decodeResponse, encodeQuery, type Query, type Question } from './wire.js';

export type Exchanged =
  | { readonly kind: 'message'; readonly message: DecodedMessage }
  | { readonly kind: 'failed'; readonly cause: 'timeout' | 'malformed' | 'unreachable' };

export interface ExchangeOptions {
  readonly servers: readonly ResolverServer[];
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly wantsAd: boolean;
  readonly edns: boolean;
  /** When it must be over, by `performance.now()`. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

/** Packets that may be ignored on one socket before it is given up. */
const MISMATCHES_MAX = 64;
const TIMER_MS_MAX = 2 ** 31 - 1;

const TIMEOUT: Exchanged = { kind: 'failed', cause: 'timeout' };
const MALFORMED: Exchanged = { kind: 'failed', cause: 'malformed' };
const UNREACHABLE: Exchanged = { kind: 'failed', cause: 'unreachable' };

/** Asks the servers in order, several times if need be, until one answers or time is up. Never rejects. */
export async function exchange(question: Question, options: ExchangeOptions): Promise<Exchanged> {
  const { servers, attempts, timeoutMs, endsAt, signal } = options;
  const tries = Array.from({ length: Math.max(1, attempts) }, () => servers).flat();
  let last: Exchanged = UNREACHABLE;
  for (const [i, server] of tries.entries()) {
    const leftMs = endsAt - performance.now();
    if (signal.aborted || !(leftMs > 0)) return TIMEOUT;
    const query = { ...question, id: randomInt(0x1_0000), wantsAd: options.wantsAd, edns: options.edns };
    last = await overUdp({ server, query, signal, ms: Math.min(timeoutMs, leftMs / (tries.length - i)) });
    if (last.kind === 'message' && last.message.truncated) {
      const ms = Math.min(timeoutMs, endsAt - performance.now());
      last = await overTcp({ server, query, signal, ms });
    }
    if (last.kind === 'message') return last;
  }
  return last;
}

interface Try {
  readonly server: ResolverServer;
  readonly query: Query;
  readonly ms: number;
  readonly signal: AbortSignal;
}

function overUdp({ server, query, ms, signal }: Try): Promise<Exchanged> {
  return untilSettled(ms, signal, (settle) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    let ignored = 0;
    socket.on('error', () => settle(UNREACHABLE));
    socket.on('message', (packet) => {
      const decoded = decodeResponse(packet, query);
      if (decoded !== 'mismatch') return settle(decoded === 'malformed' ? MALFORMED : answered(decoded));
      if (++ignored > MISMATCHES_MAX) settle(MALFORMED);
    });
    // Connected, so that the system drops what anybody else sends and reports what ICMP says.
    socket.on('connect', () => {
      socket.send(encodeQuery(query), (error) => {
        if (error !== null) settle(UNREACHABLE);
      });
    });
    socket.connect(server.port, server.address);
    return () => socket.close();
  });
}

function overTcp({ server, query, ms, signal }: Try): Promise<Exchanged> {
  return untilSettled(ms, signal, (settle) => {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    const chunks: Buffer[] = [];
    let received = 0;
    let needed = 2;
    socket.on('error', () => settle(UNREACHABLE));
    socket.on('close', () => settle(received === 0 ? UNREACHABLE : MALFORMED));
    socket.on('connect', () => {
      const bytes = encodeQuery(query);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      received += chunk.length;
      if (needed === 2 && received >= 2) needed += Buffer.concat(chunks).readUInt16BE(0);
      if (received < needed || received < 2) return;
      const decoded = decodeResponse(Buffer.concat(chunks).subarray(2, needed), query);
      settle(typeof decoded === 'string' || decoded.truncated ? MALFORMED : answered(decoded));
    });
    return () => socket.destroy();
  });
}

function answered(message: DecodedMessage): Exchanged {
  return { kind: 'message', message };
}

/** The first answer, or a timeout; what `start` opened is closed by the function it returns, in either case. */
function untilSettled(
  ms: number,
  signal: AbortSignal,
  start: (settle: (answer: Exchanged) => void) => () => void,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    let close: (() => void) | null = null;
    let settled = false;
    const settle = (answer: Exchanged) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', expire);
      close?.();
      resolve(answer);
    };
    const expire = () => settle(TIMEOUT);
    const timer = setTimeout(expire, Math.max(1, Math.min(ms, TIMER_MS_MAX)));
    signal.addEventListener('abort', expire, { once: true });
    if (signal.aborted) return expire();
    try {
      close = start(settle);
      if (settled) close();
    } catch {
      settle(UNREACHABLE);
    }
  });
}
