import type { AnswerOf, AskOf } from '../../effects/catalog.js';
import type { DnsAnswer } from '../../policy/dns/answer.js';
import { type Addresses, resolveAddress } from './allocate.js';
import { readMxText } from './mx-text.js';
import { lookup, plainName, WORLD_TTL_SECONDS, type WorldAnswer, type WorldRecordType } from './records.js';
import { tlsaRecordOf } from './tlsa-record.js';
import type { World } from './world.js';

type DnsEffect = 'dns.mx' | 'dns.txt' | 'dns.addresses' | 'dns.cname' | 'dns.tlsa';

/** The DNS of a world, answered as a validating resolver with extended errors would. */
export function scriptedDns(
  world: World,
  { port, now, addresses }: { readonly port: number; readonly now: number; readonly addresses: Addresses },
): { readonly [K in DnsEffect]: (ask: AskOf<K>) => AnswerOf<K> } {
  const find = (type: WorldRecordType, name: string) => lookup(world, type, name, port);
  const family = (type: 'A' | 'AAAA', name: string) =>
    answerOf(find(type, name), (text) => resolveAddress(text, addresses, type));
  return {
    'dns.mx': ({ name }) => answerOf(find('MX', name), readMxText),
    'dns.txt': ({ name }) => answerOf(find('TXT', name), (text) => text),
    'dns.addresses': ({ name }) => ({ a: family('A', name), aaaa: family('AAAA', name) }),
    'dns.cname': ({ name }) => answerOf(find('CNAME', name), plainName),
    'dns.tlsa': ({ name }) => answerOf(find('TLSA', name), (text) => tlsaRecordOf(text, world, now)),
  };
}

/** EDE 6, "DNSSEC Bogus" (RFC 8914, Section 4.7): what tells bogus from any other SERVFAIL. */
const DNSSEC_BOGUS = 6;

function answerOf<R>(found: WorldAnswer, read: (text: string) => R | null): DnsAnswer<R> {
  if (found.kind === 'fails') {
    const extendedError = found.cause === 'bogus' ? DNSSEC_BOGUS : null;
    return { kind: 'failed', cause: found.cause, extendedError };
  }
  const records = found.records.map(read).filter((record) => record !== null);
  if (records.length < found.records.length)
    return { kind: 'failed', cause: 'malformed', extendedError: null };
  return {
    kind: found.security,
    records,
    denial: found.denial,
    aliases: found.aliases.map(({ to }) => to),
    ttlSeconds: found.denial === null ? WORLD_TTL_SECONDS : 0,
  };
}
