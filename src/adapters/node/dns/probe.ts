/*
 * One question to one server, for looking at the server and not at the name: what it answered, in the terms of the
 * protocol. Used by the self-test alone; deliveries go through `nodeDns`.
 */
import { exchangeWire } from './exchange.js';
import type { ResolverConfig } from './resolver-config.js';
import { readSections } from './sections.js';
import { readWireQuery } from './wire-query.js';
import { FLAG, writeQuery } from './write-query.js';

export type Probe =
  | {
      readonly kind: 'answered';
      /** With the extended bits of OPT. */
      readonly rcode: number;
      readonly ad: 'set' | 'clear';
      /** INFO-CODEs (RFC 8914), in order. */
      readonly extendedErrors: readonly number[];
      /** What it takes in a datagram; null: it knows no EDNS. */
      readonly udpPayloadOctets: number | null;
    }
  | {
      readonly kind: 'failed';
      readonly cause: 'timeout' | 'malformed' | 'unreachable';
      /** The system's or the TLS library's own code, or null. */
      readonly code: string | null;
    };

export interface ProbeQuestion {
  /** Lower-case, without a final dot; "" is the root. */
  readonly name: string;
  /** CD asks for data that did not validate; for diagnosis only (RFC 4035, Section 4.9.2). */
  readonly checking: 'enabled' | 'disabled';
}

const SOA = 6;

/** Asks for the SOA record of a name: every zone has one, and a name without one has a denial that is signed as well. */
export function probeQuery({ name, checking }: ProbeQuestion): Uint8Array {
  const flags = FLAG.ad | (checking === 'disabled' ? FLAG.cd : 0);
  return writeQuery({ name, type: SOA, id: 0, flags, edns: { wantsSignatures: false } });
}

/** Never rejects. */
export async function probe(
  question: ProbeQuestion,
  config: ResolverConfig,
  patience: { readonly ms: number; readonly signal: AbortSignal },
): Promise<Probe> {
  const endsAt = performance.now() + patience.ms;
  const query = probeQuery(question);
  const reply = await exchangeWire(query, config, { endsAt, signal: patience.signal });
  return reply instanceof Uint8Array ? readProbe(reply, query) : reply;
}

/** What a response to that query says. Total. */
export function readProbe(response: Uint8Array, query: Uint8Array): Probe {
  try {
    const message = Buffer.from(response.buffer, response.byteOffset, response.length);
    const questionEnd = response[5] === 0 ? 12 : readWireQuery(query)!.questionEnd;
    const { rcode, authenticated, opt } = readSections(message, questionEnd);
    return {
      kind: 'answered',
      rcode,
      ad: authenticated ? 'set' : 'clear',
      extendedErrors: opt?.extendedErrors ?? [],
      udpPayloadOctets: opt?.udpPayloadOctets ?? null,
    };
  } catch {
    return { kind: 'failed', cause: 'malformed', code: null };
  }
}
