import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { breather } from '../breather.js';
import { readCertificate, readPublicKey } from '../x509/index.js';

/** Shorter than this there is no association data (RFC 6698, Section 2.1). */
const RDATA_OCTETS_MIN = 4;

/** Reads a set of RDATA as {@link readTlsa} does, and lets others have their turn: certificates and keys take their time. */
export async function readTlsaSet(rdatas: readonly Uint8Array[]): Promise<readonly TlsaRecord[]> {
  const breathe = breather();
  const records: TlsaRecord[] = [];
  for (const rdata of rdatas) {
    records.push(readTlsa(rdata));
    const turn = breathe();
    if (turn !== null) await turn;
  }
  return records;
}

/** Reads RDATA of TLSA. Total: what cannot be read is a record of kind `malformed`, or content `opaque`. */
export function readTlsa(rdata: Uint8Array): TlsaRecord {
  const octets = Buffer.from(rdata);
  const [usage, selector, matching] = octets;
  if (
    octets.length < RDATA_OCTETS_MIN ||
    usage === undefined ||
    selector === undefined ||
    matching === undefined
  ) {
    return { kind: 'malformed', rdata: octets.toString('hex') };
  }
  const data = octets.subarray(3);
  const fields = { kind: 'tlsa', usage, selector, matching, data: data.toString('hex') } as const;
  if (matching !== 0) return { ...fields, content: 'opaque', digest: null };
  return {
    ...fields,
    content: contentOf(data),
    digest: createHash('sha256').update(data).digest('hex'),
  };
}

/** OpenSSL has the last word, and is not asked where it would only say no: saying that takes it longer than a look. */
function contentOf(der: Buffer): 'certificate' | 'public-key' | 'opaque' {
  // OpenSSL reads PEM too, and ignores what stands behind the structure.
  if (!isOneSequence(der)) return 'opaque';
  if (readCertificate(der) !== null)
    return succeeds(() => new X509Certificate(der)) ? 'certificate' : 'opaque';
  if (readPublicKey(der) === null) return 'opaque';
  return succeeds(() => createPublicKey({ key: der, format: 'der', type: 'spki' })) ? 'public-key' : 'opaque';
}

/** Whether the octets are exactly one DER SEQUENCE, by tag and length. */
function isOneSequence(der: Buffer): boolean {
  const length = der[1];
  if (der[0] !== 0x30 || length === undefined) return false;
  if (length < 0x80) return der.length === 2 + length;
  const octets = length - 0x80;
  if (octets < 1 || octets > 3 || der.length < 2 + octets) return false;
  return der.length === 2 + octets + der.readUIntBE(2, octets);
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
