/*
 * A query and the message that answers it, as octets. Servers are asked in order, several times if need be, until one
 * gives an answer that counts as one (table `resolver-failover`) or time is up. A failed validation is final: a second
 * opinion on it would be a downgrade.
 */
import { judgeFailover } from '../../../policy/dns/resolver-failover.table.js';
import { type Link, linksOf } from './links.js';
import type { ResolverConfig } from './resolver-config.js';
import { type Delivered, type Undelivered, undelivered } from './transports/settle.js';
import { answerTo, checksBySelf, rcodeOf, readWireQuery } from './wire-query.js';

export interface ExchangeOptions {
  /** When it must be over, by `performance.now()`. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 5000;
const ATTEMPTS = 2;

/**
 * Sends one query, as it is written, to these resolvers and gives the octets of the response. Any type, DO and CD as the
 * caller sets them. On the wire the id and the case of the name are other ones; the response has the caller's. Whatever the
 * response says is for the caller to read. Never rejects; a query without exactly one question is `malformed`.
 */
export async function exchangeWire(
  query: Uint8Array,
  config: ResolverConfig,
  { endsAt, signal }: ExchangeOptions,
): Promise<Uint8Array | Undelivered> {
  const asked = readWireQuery(query);
  if (asked === null) return undelivered('malformed', 'ERR_BAD_QUERY');
  const { timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS } = config;
  const validation = checksBySelf(asked) ? 'ours' : 'theirs';
  const links = linksOf(config);
  // All servers in order, and then again.
  const tries = links.length * Math.max(1, attempts);
  const refusing = new Set<Link>();
  let last: Delivered = undelivered('unreachable');
  for (let i = 0; i < tries; i++) {
    const link = links[i % links.length]!;
    if (refusing.has(link)) continue;
    const leftMs = endsAt - performance.now();
    if (signal.aborted || !(leftMs > 0)) {
      last = last.kind === 'octets' ? last : undelivered('timeout');
      break;
    }
    const ms = Math.min(timeoutMs, leftMs / (tries - i));
    const reply = await link(asked, { ms, signal });
    if (reply.kind === 'octets') {
      const { verdict } = judgeFailover(rcodeOf(reply.octets), validation);
      if (verdict === 'answer') return answerTo(reply.octets, asked);
      refusing.add(link);
      last = reply;
    } else if (last.kind !== 'octets') last = reply;
  }
  // What a server said, if only why not, tells more than that another one was silent.
  return last.kind === 'octets' ? answerTo(last.octets, asked) : last;
}
