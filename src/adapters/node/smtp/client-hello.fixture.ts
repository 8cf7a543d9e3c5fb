/*
 * What stands in a ClientHello (RFC 8446, Section 4.1.2; RFC 5246, Section 7.4.1.2), read from the octets on the wire.
 */

export interface ClientHello {
  readonly legacyVersion: number;
  readonly cipherSuites: readonly number[];
  readonly compressionMethods: readonly number[];
  /** In order, by number. */
  readonly extensions: ReadonlyMap<number, Buffer>;
}

export const EXTENSION = {
  serverName: 0,
  statusRequest: 5,
  supportedGroups: 10,
  signatureAlgorithms: 13,
  alpn: 16,
  clientCertificateType: 19,
  serverCertificateType: 20,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  truncatedHmac: 4,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  pskKeyExchangeModes: 45,
  renegotiationInfo: 0xff01,
} as const;

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746, Section 3.3). */
export const RENEGOTIATION_SCSV = 0x00ff;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;

/** Null if not all of it is there yet. Throws a RangeError for anything that is no ClientHello in one record. */
export function readClientHello(octets: Buffer): ClientHello | null {
  if (octets.length < RECORD_HEADER || octets.length < RECORD_HEADER + octets.readUInt16BE(3)) return null;
  if (octets[0] !== HANDSHAKE || octets[RECORD_HEADER] !== CLIENT_HELLO)
    throw new RangeError('no ClientHello');
  const body = new Reader(octets.subarray(RECORD_HEADER + 4));
  const legacyVersion = body.take(2).readUInt16BE();
  body.take(32);
  body.vector(1);
  const cipherSuites = numbers(body.vector(2));
  const compressionMethods = [...body.vector(1)];
  const list = new Reader(body.vector(2));
  const extensions = new Map<number, Buffer>();
  while (list.left > 0) extensions.set(list.take(2).readUInt16BE(), list.vector(2));
  return { legacyVersion, cipherSuites, compressionMethods, extensions };
}

/** The 16-bit numbers of an extension that is a vector of them; `lengthOctets`: how long its length is. */
export function numbersIn(hello: ClientHello, extension: number, lengthOctets: 1 | 2 = 2): readonly number[] {
  const content = hello.extensions.get(extension);
  return content === undefined ? [] : numbers(new Reader(content).vector(lengthOctets));
}

/** The host name of server_name (RFC 6066, Section 3), or null. */
export function serverNameIn(hello: ClientHello): string | null {
  const content = hello.extensions.get(EXTENSION.serverName);
  return content === undefined ? null : content.subarray(5).toString('latin1');
}

function numbers(octets: Buffer): readonly number[] {
  return Array.from({ length: octets.length / 2 }, (_, at) => octets.readUInt16BE(2 * at));
}

class Reader {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  get left(): number {
    return this.#octets.length - this.#at;
  }

  take(count: number): Buffer {
    if (count > this.left) throw new RangeError('cut short');
    this.#at += count;
    return this.#octets.subarray(this.#at - count, this.#at);
  }

  vector(lengthOctets: 1 | 2): Buffer {
    return this.take(this.take(lengthOctets).readUIntBE(0, lengthOctets));
  }
}
