/*
 * DNS as a stub that validates (RFC 4035, Section 4.9): the resolver is only asked to carry records and signatures here,
 * with DO and CD set, and its AD bit is not looked at. So neither it nor the path to it need to be trusted, which is what
 * a host without a validating resolver of its own needs for DANE (RFC 7672, Section 2.1.1).
 *
 * Each alias is asked for by itself and judged by itself; an answer is secure only if all of its links are.
 */

import { Count } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { callable, listOf, Text, wholeFrom } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import type { DnsAnswer, DnsFailure, DnsFailureCause } from '../../../policy/dns/answer.js';
import { judgeDnsReply } from '../../../policy/dns/dns-reply.js';
import type { DnsPorts } from '../dns/dns-adapter.js';
import { type ExchangeOptions, exchangeWire } from '../dns/exchange.js';
import { linksOf } from '../dns/links.js';
import { isAskable, isTooLong } from '../dns/name.js';
import type { ResolverConfig } from '../dns/resolver-config.js';
import { ResolversCodec } from '../dns/resolvers.codec.js';
import { readTlsaSet } from '../dns/tlsa-record.js';
import { decodeResponse, type RdataOf, type RecordOf, type RecordType } from '../dns/wire.js';
import { isAtOrBelow } from './canonical-name.js';
import { aliasAt, type Chain, createChain, type Inquiry, setAt } from './chain.js';
import { judgeDenial, judgeSet } from './judge.js';
import { isSupported, isWholeDigest, ROOT_TRUST_ANCHORS, type TrustAnchor } from './keys.js';
import {
  decodeSecureResponse,
  encodeSecureQuery,
  nameInRdata,
  type SecureMessage,
  TYPE,
  type WireQuestion,
} from './message.js';

export interface ValidatingDnsOptions {
  /**
   * DS records to begin at: of the root, or of any zone. Default: the root's, as IANA publishes them. A name is judged by
   * the nearest anchor above it; names below none are insecure.
   */
  readonly trustAnchors?: readonly TrustAnchor[];
  /** Milliseconds since 1970. Signatures are held against it without any grace. */
  readonly now: () => number;
  /** Zone keys and delegations that are kept, for their TTL, at most. Default 10,000. */
  readonly delegationsMax?: number;
  /** What they may take of memory, estimated on the high side. Default 16 MiB. */
  readonly delegationBytesMax?: number;
}

export const TrustAnchorsCodec = listOf(
  'a list of DS records',
  strictObject<TrustAnchor>('a DS record', {
    name: Text,
    keyTag: wholeFrom(0, 65_535),
    algorithm: wholeFrom(0, 255),
    digestType: wholeFrom(0, 255),
    digest: Text,
  }),
);

const ValidatingDnsCodec = strictObject<ValidatingDnsOptions>(
  'an object with options',
  { trustAnchors: TrustAnchorsCodec, now: callable(), delegationsMax: Count, delegationBytesMax: Count },
  ['now'],
);

const ALIASES_MAX = 16;
/** A chain through six zones takes eleven; aliases and long names take more. */
const QUERIES_MAX = 96;
/** Of signatures, for one lookup (CVE-2023-50387). */
const VERIFICATIONS_MAX = 128;
/** Two sets that fill messages of 64 KiB and whose names are as long as names can be; any other lookup needs a fraction. */
const SIGNED_OCTETS_MAX = 4 * 1024 * 1024;
/** Of rounds of hashing and labels that are hashed, for one lookup: some ten milliseconds (CVE-2023-50868). */
const HASHES_MAX = 10_000;
const DELEGATIONS_MAX = 10_000;
const DELEGATION_BYTES_MAX = 16 * 1_048_576;
const NXDOMAIN = 3;

/**
 * The DNS questions, asked of these resolvers and validated here. They must pass on DNSSEC records, as every recursive
 * resolver of today does; `trustAd` does not matter. What cannot be proven is a failure, never insecure. Throws a
 * TypeError for a trust anchor that cannot be used, and for `ca` that is not PEM.
 */
export function validatingDns(config: ResolverConfig, options: ValidatingDnsOptions): DnsPorts {
  linksOf(checked(ResolversCodec, config, 'WAXSEAL_BAD_OPTIONS', 'resolver'));
  checked(ValidatingDnsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  return validatingDnsOver((query, patience) => exchangeWire(query, config, patience), options);
}

/** Carries one query to a resolver and its response back, both as octets. Never rejects. */
export type Transport = (
  query: Uint8Array,
  patience: ExchangeOptions,
) => Promise<Uint8Array | { readonly kind: 'failed'; readonly cause: DnsFailureCause }>;

/** The same over any transport. */
export function validatingDnsOver(transport: Transport, options: ValidatingDnsOptions): DnsPorts {
  const { now, delegationsMax = DELEGATIONS_MAX, delegationBytesMax = DELEGATION_BYTES_MAX } = options;
  const anchors = checkAnchors(options.trustAnchors ?? ROOT_TRUST_ANCHORS);
  const chain = createChain(anchors, { entriesMax: delegationsMax, bytesMax: delegationBytesMax });
  const open = (deadlineMs: number, signal: AbortSignal): Lookups => {
    const endsAt = performance.now() + deadlineMs;
    return lookups(chain, Math.floor(now() / 1000), (query) => transport(query, { endsAt, signal }));
  };
  return {
    'dns.mx': ({ name, deadlineMs }, signal) => open(deadlineMs, signal)(name, 'MX'),
    'dns.txt': ({ name, deadlineMs }, signal) => open(deadlineMs, signal)(name, 'TXT'),
    'dns.cname': ({ name, deadlineMs }, signal) => open(deadlineMs, signal)(name, 'CNAME'),
    'dns.addresses': async ({ name, deadlineMs }, signal) => {
      const look = open(deadlineMs, signal);
      const [a, aaaa] = await Promise.all([look(name, 'A'), look(name, 'AAAA')]);
      return { a, aaaa };
    },
    'dns.tlsa': async ({ name, deadlineMs }, signal) => {
      const answer = await open(deadlineMs, signal)(name, 'TLSA');
      return answer.kind === 'failed' ? answer : { ...answer, records: await readTlsaSet(answer.records) };
    },
  };
}

function checkAnchors(anchors: readonly TrustAnchor[]): readonly TrustAnchor[] {
  const isGood = (anchor: TrustAnchor) =>
    isAskable(anchor.name) && isSupported(anchor) && isWholeDigest(anchor);
  if (anchors.length === 0 || !anchors.every(isGood)) {
    throw new TypeError(
      'trustAnchors must be DS records { name, keyTag, algorithm, digestType, digest } of supported algorithms and with whole digests, at least one',
    );
  }
  return anchors.map((anchor) => ({ ...anchor, name: anchor.name.toLowerCase() }));
}

type Send = (query: Uint8Array) => ReturnType<Transport>;
type Lookups = <T extends RecordType>(name: string, type: T) => Promise<DnsAnswer<RdataOf[T]>>;

interface Reply {
  readonly octets: Uint8Array;
  readonly message: SecureMessage;
}

/** Lookups that share one deadline, one moment, one budget, and what they find out on the way. */
function lookups(chain: Chain, nowSeconds: number, send: Send): Lookups {
  const budget = {
    queriesLeft: QUERIES_MAX,
    verificationsLeft: VERIFICATIONS_MAX,
    octetsLeft: SIGNED_OCTETS_MAX,
    hashesLeft: HASHES_MAX,
  };
  const ask = async (question: WireQuestion): Promise<Reply | DnsFailure> => {
    if (budget.queriesLeft-- <= 0) return failed('servfail');
    const octets = await send(encodeSecureQuery(question));
    if (!(octets instanceof Uint8Array)) return failed(octets.cause);
    const message = decodeSecureResponse(octets, question);
    if (message === null) return failed('malformed');
    const { rcode, extendedError } = message;
    const { verdict } = judgeDnsReply({ rcode, ad: 'clear', resolver: 'unbelieved', extendedError });
    return verdict === 'secure' || verdict === 'insecure'
      ? { octets, message }
      : failed(verdict, extendedError);
  };
  const inquiry: Inquiry = {
    ask: async (question) => {
      const reply = await ask(question);
      return 'message' in reply ? reply.message : reply;
    },
    nowSeconds,
    budget,
    underway: new Map(),
  };
  return (name, type) => lookup(name.toLowerCase(), type, { ask, chain, inquiry });
}

interface Means {
  readonly ask: (question: WireQuestion) => Promise<Reply | DnsFailure>;
  readonly chain: Chain;
  readonly inquiry: Inquiry;
}

async function lookup<T extends RecordType>(
  name: string,
  type: T,
  means: Means,
): Promise<DnsAnswer<RdataOf[T]>> {
  const aliases: string[] = [];
  let kind: 'secure' | 'insecure' = 'secure';
  let ttlSeconds = Number.POSITIVE_INFINITY;
  let owner = name;
  // A name that DNS cannot hold owns nothing: that needs no asking (RFC 1035, Section 2.3.4). An alias that leads to one is
  // not followed, which says nothing of what it stands for (RFC 6672, Section 2.2).
  if (isTooLong(owner)) return { kind: 'insecure', records: [], denial: 'nxdomain', aliases, ttlSeconds: 0 };
  for (;;) {
    if (!isAskable(owner)) return failed('malformed');
    const step = await resolve(owner, type, means);
    if (step.kind === 'failed') return step;
    if (step.kind === 'insecure') kind = 'insecure';
    ttlSeconds = Math.min(ttlSeconds, step.ttlSeconds);
    if (step.alias === null) return { kind, records: step.records, denial: step.denial, aliases, ttlSeconds };
    aliases.push(step.alias);
    owner = step.alias;
    if (aliases.length > ALIASES_MAX) return failed('malformed');
  }
}

/** One name: its records, or their denial, or the name that it is an alias of. */
interface Step<R> {
  readonly kind: 'secure' | 'insecure';
  readonly records: readonly R[];
  readonly denial: 'nodata' | 'nxdomain' | null;
  readonly alias: string | null;
  readonly ttlSeconds: number;
}

async function resolve<T extends RecordType>(
  name: string,
  type: T,
  means: Means,
): Promise<Step<RdataOf[T]> | DnsFailure> {
  const reply = await means.ask({ name, type: TYPE[type] });
  if ('kind' in reply) return reply;
  const { message, octets } = reply;
  const alias = aliasAt(message, name);
  const set = setAt(message, name, TYPE[type]);
  // Asked for CNAME, an alias is what was asked for; one that a DNAME makes is judged by that.
  if (alias !== null && (set === undefined || type === 'CNAME')) {
    const target = targetOf(alias, name);
    const judged = await judgeSet(name, alias, message, means.chain, means.inquiry);
    if (judged.kind === 'failed') return judged;
    const contradicted = set !== undefined && set !== alias && targetOf(set, name) !== target;
    if (target === null || contradicted) return failed('malformed');
    const { kind } = judged;
    const ttlSeconds = kind === 'secure' ? judged.ttlSeconds : alias.ttlSeconds;
    return type === 'CNAME'
      ? { kind, records: [target as RdataOf[T]], denial: null, alias: null, ttlSeconds }
      : { kind, records: [], denial: null, alias: target, ttlSeconds };
  }
  if (set === undefined) return deny(name, type, message, means);
  const judged = await judgeSet(name, set, message, means.chain, means.inquiry);
  if (judged.kind === 'failed') return judged;
  const records = recordsIn(octets, name, type);
  if (records === null || message.rcode === NXDOMAIN) return failed('malformed');
  const ttlSeconds = judged.kind === 'secure' ? judged.ttlSeconds : set.ttlSeconds;
  return { kind: judged.kind, records, denial: null, alias: null, ttlSeconds };
}

async function deny<T extends RecordType>(
  name: string,
  type: T,
  message: SecureMessage,
  { chain, inquiry }: Means,
): Promise<Step<RdataOf[T]> | DnsFailure> {
  const judged = await judgeDenial({ name, type: TYPE[type] }, message, chain, inquiry);
  if (judged.kind === 'failed') return judged;
  const soaSeconds = message.denialSeconds ?? 0;
  if (judged.kind === 'secure') {
    const { kind, denial } = judged;
    return { kind, records: [], denial, alias: null, ttlSeconds: Math.min(judged.ttlSeconds, soaSeconds) };
  }
  const denial = message.rcode === NXDOMAIN ? 'nxdomain' : 'nodata';
  return { kind: 'insecure', records: [], denial, alias: null, ttlSeconds: soaSeconds };
}

/** What an alias leads to: the one target of CNAME, or what DNAME makes of the name (RFC 6672, Section 2.2). */
function targetOf(
  {
    owner,
    type,
    rdata,
  }: { readonly owner: string; readonly type: number; readonly rdata: readonly Buffer[] },
  name: string,
): string | null {
  const read = rdata.length === 1 ? nameInRdata(rdata[0]!) : null;
  if (read === null) return null;
  if (type === TYPE.CNAME) return read.name;
  if (!isAtOrBelow(name, owner) || owner === '') return null;
  const prefix = name.slice(0, name.length - owner.length);
  return read.name === '' ? prefix.slice(0, -1) : prefix + read.name;
}

/** The same octets once more, as the records of that name and type that were just judged; null if they are malformed. */
function recordsIn<T extends RecordType>(
  octets: Uint8Array,
  name: string,
  type: T,
): readonly RdataOf[T][] | null {
  const decoded = decodeResponse(octets, { name, type, id: 0, wantsAd: false, edns: true });
  if (typeof decoded === 'string') return null;
  const records = decoded.answers.filter(
    (record): record is RecordOf<T> & (typeof decoded.answers)[number] =>
      record.type === type && record.owner === name,
  );
  return records.length === 0 ? null : records.map(({ data }) => data as RdataOf[T]);
}

function failed(cause: DnsFailureCause, extendedError: number | null = null): DnsFailure {
  return { kind: 'failed', cause, extendedError };
}
