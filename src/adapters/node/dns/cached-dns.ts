import type { AskOf } from '../../../effects/catalog.js';
import type { AddressesAnswer, DnsAnswer, DnsFailure } from '../../../policy/dns/answer.js';
import type { DnsPorts } from './dns-adapter.js';

export interface DnsCacheOptions {
  /** The least recently used answer makes room for a new one. */
  readonly entriesMax: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const TTL_SECONDS_MAX = 86_400;
const TIMEOUT: DnsFailure = { kind: 'failed', cause: 'timeout', extendedError: null };

/**
 * Keeps positive answers for their TTL, as they came, and lets equal questions that are under way share one lookup.
 * Denials and failures are never kept.
 */
export function cachedDns(dns: DnsPorts, { entriesMax, now }: DnsCacheOptions): DnsPorts {
  const kept = new Map<string, { readonly answer: unknown; readonly until: number }>();

  function remember<A>(look: Look<A>, type: string, secondsOf: (answer: A) => number, timeout: A): Look<A> {
    const flights = new Map<string, Flight<A>>();
    return (ask, signal) => {
      const key = `${type} ${ask.name.toLowerCase()}`;
      const found = kept.get(key);
      kept.delete(key);
      if (found !== undefined && found.until > now()) {
        kept.set(key, found);
        return Promise.resolve(found.answer as A);
      }
      // Only askers who are equally patient share: nobody's lookup ends earlier than asked for because of another.
      const flightKey = `${ask.deadlineMs} ${key}`;
      let flight = flights.get(flightKey);
      if (flight === undefined) {
        const stop = new AbortController();
        const answer = look(ask, stop.signal).then((answer) => {
          flights.delete(flightKey);
          const seconds = Math.min(secondsOf(answer), TTL_SECONDS_MAX);
          if (seconds > 0) kept.set(key, { answer, until: now() + seconds * 1000 });
          for (const oldest of kept.keys()) {
            if (kept.size <= entriesMax) break;
            kept.delete(oldest);
          }
          return answer;
        });
        flight = { answer, stop, waiting: 0 };
        flights.set(flightKey, flight);
      }
      const joined = flight;
      return share(joined, signal, timeout).finally(() => {
        if (joined.waiting > 0 || flights.get(flightKey) !== joined) return;
        // Nobody waits for it any more, and it has not landed.
        joined.stop.abort();
        flights.delete(flightKey);
      });
    };
  }

  return {
    'dns.mx': remember(dns['dns.mx'], 'MX', secondsOf, TIMEOUT),
    'dns.txt': remember(dns['dns.txt'], 'TXT', secondsOf, TIMEOUT),
    'dns.cname': remember(dns['dns.cname'], 'CNAME', secondsOf, TIMEOUT),
    'dns.tlsa': remember(dns['dns.tlsa'], 'TLSA', secondsOf, TIMEOUT),
    'dns.addresses': remember(dns['dns.addresses'], 'A+AAAA', secondsOfBoth, { a: TIMEOUT, aaaa: TIMEOUT }),
  };
}

type Look<A> = (ask: AskOf<'dns.mx'>, signal: AbortSignal) => Promise<A>;

interface Flight<A> {
  readonly answer: Promise<A>;
  readonly stop: AbortController;
  waiting: number;
}

/** The shared answer, or a timeout as soon as this asker gives up. */
async function share<A>(flight: Flight<A>, signal: AbortSignal, timeout: A): Promise<A> {
  flight.waiting++;
  let giveUp = (): void => {};
  const gaveUp = new Promise<A>((resolve) => {
    giveUp = () => resolve(timeout);
  });
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  const answer = await Promise.race([flight.answer, gaveUp]);
  signal.removeEventListener('abort', giveUp);
  flight.waiting--;
  return answer;
}

function secondsOf(answer: DnsAnswer<unknown>): number {
  return answer.kind === 'failed' || answer.denial !== null ? 0 : answer.ttlSeconds;
}

/** One family may be denied, for as long as its denial holds. */
function secondsOfBoth({ a, aaaa }: AddressesAnswer): number {
  if (a.kind === 'failed' || aaaa.kind === 'failed') return 0;
  return a.denial !== null && aaaa.denial !== null ? 0 : Math.min(a.ttlSeconds, aaaa.ttlSeconds);
}
