import { isIP } from 'node:net';
import type { Answer, Question } from 'dns-packet';
import {
  readMxText,
  readTlsaText,
  type TlsaText,
  WORLD_TTL_SECONDS,
  type WorldRecordType,
} from '../adapters/scripted/index.js';
import type { Zone } from './dns-zone.js';

const types: readonly string[] = ['MX', 'A', 'AAAA', 'TXT', 'CNAME', 'TLSA'] satisfies WorldRecordType[];

/** The type that a question asks for; null if worlds have no such records. */
export function typeOf({ type }: Question): WorldRecordType | null {
  return types.includes(type) ? (type as WorldRecordType) : null;
}

/** A record of a world for dns-packet; null if its text means nothing. */
export function recordOf(type: WorldRecordType, name: string, text: string, zone: Zone): Answer | null {
  const common = { name, ttl: WORLD_TTL_SECONDS };
  switch (type) {
    case 'A':
    case 'AAAA': {
      const data = zone.address(text, type);
      return data !== null && isIP(data) === (type === 'A' ? 4 : 6) ? { ...common, type, data } : null;
    }
    case 'CNAME':
      return { ...common, type, data: text };
    case 'MX': {
      const data = readMxText(text);
      return data && { ...common, type, data: { ...data, exchange: data.exchange || '.' } };
    }
    case 'TXT':
      return { ...common, type, data: characterStrings(Buffer.from(text, 'latin1')) };
    case 'TLSA': {
      const data = tlsaOctets(readTlsaText(text), zone);
      // The encoder for TLSA would take none but well-formed data.
      return data && { ...common, type: 'UNKNOWN_52' as 'NULL', data };
    }
  }
}

/** A character-string holds at most 255 octets (RFC 1035, Section 3.3). */
function characterStrings(octets: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(octets.length / 255));
  return Array.from({ length: count }, (_, index) => octets.subarray(index * 255, (index + 1) * 255));
}

function tlsaOctets(record: TlsaText | null, zone: Zone): Buffer | null {
  if (record === null) return null;
  if (record.kind === 'rdata') return Buffer.from(record.hex, 'hex');
  const data = record.kind === 'literal' ? record.data : zone.association(record);
  if (data === null) return null;
  return Buffer.from([record.usage, record.selector, record.matching].map(octet).join('') + data, 'hex');
}

function octet(value: number): string {
  return value.toString(16).padStart(2, '0');
}
