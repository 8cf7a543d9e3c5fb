/*
 * DNS as a stub of resolvers that validate (RFC 4033, Section 7). What this adapter calls secure is secure only as far as
 * the resolver and the path to it are (table `resolver-trust`); what a response means is said by the table `dns-reply`.
 */

import { checked } from '../../../effects/misuse.js';
import type { Adapters } from '../../../effects/ports.js';
import type { DnsAnswer, DnsFailure, DnsFailureCause } from '../../../policy/dns/answer.js';
import { judgeDnsReply } from '../../../policy/dns/dns-reply.js';
import { breather } from '../breather.js';
import { exchangeWire } from './exchange.js';
import { linksOf } from './links.js';
import { isAskable, isTooLong } from './name.js';
import type { ResolverConfig } from './resolver-config.js';
import { ResolversCodec } from './resolvers.codec.js';
import { readTlsaSet } from './tlsa-record.js';
import { trustsAd } from './trusts-ad.js';
import {
  type AnswerRecord,
  type DecodedMessage,
  decodeResponse,
  encodeQuery,
  type Question,
  type RdataOf,
  type RecordOf,
  type RecordType,
} from './wire.js';

export type DnsPorts = Pick<Adapters, 'dns.mx' | 'dns.txt' | 'dns.addresses' | 'dns.cname' | 'dns.tlsa'>;

const ALIASES_MAX = 16;
/** More than a message of 64 KiB can hold: what was answered is never cut, because what is cut off would be taken for absent. */
const RECORDS_MAX = 8192;
const NOERROR = 0;
const FORMERR = 1;
const NXDOMAIN = 3;
const NOTIMP = 4;

/** The DNS questions, asked of these resolvers. Nothing is cached; see `cachedDns`. Throws a TypeError for `ca` that is not PEM. */
export function nodeDns(config: ResolverConfig): DnsPorts {
  linksOf(checked(ResolversCodec, config, 'WAXSEAL_BAD_OPTIONS', 'resolver'));
  const resolver = { config, trusted: trustsAd(config) };
  const look = <T extends RecordType>(type: T, { name, deadlineMs }: Lookup, signal: AbortSignal) =>
    lookup({ name, type }, resolver, performance.now() + deadlineMs, signal);
  return {
    'dns.mx': (ask, signal) => look('MX', ask, signal),
    'dns.txt': (ask, signal) => look('TXT', ask, signal),
    'dns.cname': (ask, signal) => look('CNAME', ask, signal),
    'dns.addresses': async (ask, signal) => {
      const [a, aaaa] = await Promise.all([look('A', ask, signal), look('AAAA', ask, signal)]);
      return { a, aaaa };
    },
    'dns.tlsa': async (ask, signal) => {
      const answer = await look('TLSA', ask, signal);
      return answer.kind === 'failed' ? answer : { ...answer, records: await readTlsaSet(answer.records) };
    },
  };
}

/** Where is asked, and whether an AD bit from there is believed. */
interface Resolver {
  readonly config: ResolverConfig;
  readonly trusted: boolean;
}

interface Lookup {
  readonly name: string;
  readonly deadlineMs: number;
}

async function lookup<T extends RecordType>(
  { name, type }: Question & { readonly type: T },
  resolver: Resolver,
  endsAt: number,
  signal: AbortSignal,
): Promise<DnsAnswer<RdataOf[T]>> {
  const aliases: string[] = [];
  let kind: 'secure' | 'insecure' = 'secure';
  let ttlSeconds = Number.POSITIVE_INFINITY;
  let owner = name.toLowerCase();
  // A name that DNS cannot hold owns nothing: that needs no asking (RFC 1035, Section 2.3.4). An alias that leads to one is
  // not followed, which says nothing of what it stands for (RFC 6672, Section 2.2).
  if (isTooLong(owner)) return { kind: 'insecure', records: [], denial: 'nxdomain', aliases, ttlSeconds: 0 };
  for (;;) {
    if (!isAskable(owner)) return failed('malformed');
    const reply = await ask({ name: owner, type }, resolver, endsAt, signal);
    if (reply.kind === 'failed') return failed(reply.cause);
    const { message } = reply;
    const { rcode, answers, denialSeconds, extendedError } = message;
    const { verdict } = judgeDnsReply({
      rcode,
      ad: message.authenticated ? 'set' : 'clear',
      resolver: resolver.trusted ? 'believed' : 'unbelieved',
      extendedError,
    });
    if (verdict !== 'secure' && verdict !== 'insecure') return failed(verdict, extendedError);
    if (verdict === 'insecure') kind = 'insecure';

    const chain = type === 'CNAME' ? [] : follow(owner, answers);
    aliases.push(...chain.map((alias) => alias.data));
    owner = aliases.at(-1) ?? owner;
    if (aliases.length > ALIASES_MAX) return failed('malformed', extendedError);
    const found = answers.filter(
      (record): record is AnswerRecord & RecordOf<T> => record.type === type && record.owner === owner,
    );
    for (const record of [...chain, ...found]) ttlSeconds = Math.min(ttlSeconds, record.ttlSeconds);
    const oneTarget = type !== 'CNAME' || new Set(found.map((record) => record.data)).size < 2;
    if (!oneTarget || (found.length > 0 && rcode === NXDOMAIN)) return failed('malformed', extendedError);

    if (found.length > 0) {
      const records = found.slice(0, RECORDS_MAX).map((record) => record.data);
      return { kind, records, denial: null, aliases, ttlSeconds };
    }
    // An alias, and neither its target's data nor its denial: the rest is asked for (RFC 7672, Section 2.1.3).
    if (rcode === NOERROR && chain.length > 0 && denialSeconds === null) continue;
    const denial = rcode === NXDOMAIN ? 'nxdomain' : 'nodata';
    return { kind, records: [], denial, aliases, ttlSeconds: Math.min(ttlSeconds, denialSeconds ?? 0) };
  }
}

/** The aliases that lead on from a name, within one answer section, wherever they stand in it. One too many if endless. */
function follow(name: string, answers: readonly AnswerRecord[]): readonly RecordOf<'CNAME'>[] {
  const chain: RecordOf<'CNAME'>[] = [];
  let owner = name;
  while (chain.length <= ALIASES_MAX) {
    const next = answers.find(
      (record): record is RecordOf<'CNAME'> => record.type === 'CNAME' && record.owner === owner,
    );
    if (next === undefined) break;
    chain.push(next);
    owner = next.data;
  }
  return chain;
}

type Exchanged =
  | { readonly kind: 'message'; readonly message: DecodedMessage }
  | { readonly kind: 'failed'; readonly cause: DnsFailureCause };

async function ask(
  question: Question,
  { config, trusted: wantsAd }: Resolver,
  endsAt: number,
  signal: AbortSignal,
): Promise<Exchanged> {
  const exchange = async (edns: boolean): Promise<Exchanged> => {
    const query = { ...question, id: 0, wantsAd, edns };
    const octets = await exchangeWire(encodeQuery(query), config, { endsAt, signal });
    if (!(octets instanceof Uint8Array)) return octets;
    const breathe = breather();
    const message = decodeResponse(octets, query);
    const turn = breathe();
    if (turn !== null) await turn;
    if (typeof message === 'string') return { kind: 'failed', cause: 'malformed' };
    return { kind: 'message', message };
  };
  const reply = await exchange(true);
  // Without EDNS again where the server knows none (RFC 6891, Section 7), unless the answer could count as secure.
  const knowsNoEdns =
    reply.kind === 'message' &&
    !reply.message.edns &&
    (reply.message.rcode === FORMERR || reply.message.rcode === NOTIMP);
  return knowsNoEdns && !wantsAd ? exchange(false) : reply;
}

function failed(cause: DnsFailureCause, extendedError: number | null = null): DnsFailure {
  return { kind: 'failed', cause, extendedError };
}
