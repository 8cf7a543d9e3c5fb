/*
 * A cache before any DNS. Answers live as long as their TTL says and are given with what is left of it (RFC 2181, Section
 * 8; RFC 6698, Section 8.2); denials likewise, as their SOA says (RFC 2308, Section 5); failures a few
 * seconds. Security is kept with the answer. Equal questions that are under way share one lookup.
 */

import type { AskOf } from '../../../effects/catalog.js';
import { Count } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { callable } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import type { AddressesAnswer, DnsAnswer, DnsFailure } from '../../../policy/dns/answer.js';
import { lifetimeOf } from '../../../policy/dns/lifetime.js';
import { BoundedMemory } from './bounded-memory.js';
import type { DnsPorts } from './dns-adapter.js';
import { SharedFlights } from './shared-flights.js';

export interface DnsCacheOptions {
  /** Answers kept at most; the least recently used makes room for a new one. Address families count one each. */
  readonly entriesMax: number;
  /** Octets that they may take, by estimate. Default 16 MiB. */
  readonly bytesMax?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const DnsCacheCodec = strictObject<DnsCacheOptions>(
  'an object with options',
  { entriesMax: Count, bytesMax: Count, now: callable() },
  ['entriesMax', 'now'],
);

const BYTES_MAX = 16_777_216;
const TIMEOUT: DnsFailure = { kind: 'failed', cause: 'timeout', extendedError: null };

/** The same DNS with a memory. */
export function cachedDns(dns: DnsPorts, options: DnsCacheOptions): DnsPorts {
  const { entriesMax, bytesMax = BYTES_MAX, now } = checked(DnsCacheCodec, options, 'WAXSEAL_BAD_OPTIONS');
  const memory = new BoundedMemory<DnsAnswer<unknown>>({ entriesMax, bytesMax });

  /** A failure is remembered only for those who are as patient: more time might have helped. */
  const keyOf = (type: string, { name }: Lookup) => `${type} ${name.toLowerCase()}`;
  const failureKeyOf = (type: string, ask: Lookup) => `${ask.deadlineMs} ${keyOf(type, ask)}`;

  const recall = <R>(type: string, ask: Lookup): DnsAnswer<R> | null => {
    const at = now();
    const found = memory.get(keyOf(type, ask), at) ?? memory.get(failureKeyOf(type, ask), at);
    return found === null ? null : aged(found.value as DnsAnswer<R>, found.ageMs);
  };
  const remember = (type: string, ask: Lookup, answer: DnsAnswer<unknown>) => {
    const key = answer.kind === 'failed' ? failureKeyOf(type, ask) : keyOf(type, ask);
    memory.put(key, answer, now(), lifetimeOf(answer) * 1000);
  };

  function cached<R>(type: string, look: Look<DnsAnswer<R>>): Look<DnsAnswer<R>> {
    const flights = new SharedFlights<DnsAnswer<R>>(TIMEOUT);
    return async (ask, signal) =>
      recall<R>(type, ask) ??
      flights.join(
        failureKeyOf(type, ask),
        signal,
        (stop) => look(ask, stop),
        (answer) => remember(type, ask, answer),
      );
  }

  /** Each family is remembered by itself: one that fails does not make the other one forgotten. */
  function cachedAddresses(look: Look<AddressesAnswer>): Look<AddressesAnswer> {
    const flights = new SharedFlights<AddressesAnswer>({ a: TIMEOUT, aaaa: TIMEOUT });
    return async (ask, signal) => {
      const [a, aaaa] = [recall<string>('A', ask), recall<string>('AAAA', ask)];
      if (a !== null && aaaa !== null) return { a, aaaa };
      const fresh = await flights.join(
        failureKeyOf('A+AAAA', ask),
        signal,
        (stop) => look(ask, stop),
        (answer) => {
          remember('A', ask, answer.a);
          remember('AAAA', ask, answer.aaaa);
        },
      );
      return { a: better(fresh.a, a), aaaa: better(fresh.aaaa, aaaa) };
    };
  }

  return {
    'dns.mx': cached('MX', dns['dns.mx']),
    'dns.txt': cached('TXT', dns['dns.txt']),
    'dns.cname': cached('CNAME', dns['dns.cname']),
    'dns.tlsa': cached('TLSA', dns['dns.tlsa']),
    'dns.addresses': cachedAddresses(dns['dns.addresses']),
  };
}

type Lookup = AskOf<'dns.mx'>;
type Look<A> = (ask: Lookup, signal: AbortSignal) => Promise<A>;

/** What was learned just now; if that is nothing, what is still known. */
function better(fresh: DnsAnswer<string>, kept: DnsAnswer<string> | null): DnsAnswer<string> {
  return fresh.kind === 'failed' && kept !== null ? kept : fresh;
}

/** With what is left of its TTL. */
function aged<R>(answer: DnsAnswer<R>, ageMs: number): DnsAnswer<R> {
  if (answer.kind === 'failed') return answer;
  return { ...answer, ttlSeconds: Math.max(0, Math.floor(lifetimeOf(answer) - ageMs / 1000)) };
}
