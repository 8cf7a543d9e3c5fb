/*
 * One query in, one response out, as octets. dns-packet does headers, names and the framing of records; TLSA data goes
 * through it as an unknown type, because here it may be hostile and must appear on the wire as it was given.
 */
import * as packet from 'dns-packet';
import { type Found, type RecordType, recordTypes } from './dns-find.js';

export const messageOctetsMax = 65_535;
const udpOctetsMin = 512;
const ttlSeconds = 300;
const rcodes = { noerror: 0, formerr: 1, servfail: 2, nxdomain: 3, refused: 5 } as const;
const extendedErrors = { other: 0, bogus: 6 } as const;

interface Reply {
  readonly rcode: keyof typeof rcodes;
  readonly answers?: readonly packet.Answer[];
  readonly secure?: boolean;
  readonly extendedError?: { readonly code: number; readonly text: string };
}

interface Query extends packet.DecodedPacket {
  readonly question: packet.Question;
  readonly edns: packet.OptAnswer | undefined;
}

/** The response to a query; null where the world, or a query that cannot be read, calls for silence. */
export function answerTo(octets: Buffer, find: (type: RecordType, name: string) => Found, transport: 'udp' | 'tcp'): Buffer | null {
  const query = readQuery(octets);
  if (query === null) return null;
  const type = recordTypes.find((known) => known === query.question.type);
  // What other types a name owns is not said; whether it exists is, and the alias at it answers for that.
  const found = find(type ?? 'CNAME', query.question.name.toLowerCase());
  if (found.kind === 'fails' && found.cause === 'timeout') return null;
  if (found.kind === 'fails' && found.cause === 'malformed') return garbled(query);
  return write(query, replyFor(query, type, found), transport);
}

function readQuery(octets: Buffer): Query | null {
  try {
    const query = packet.decode(octets);
    const [question, ...more] = query.questions ?? [];
    if (query.flag_qr || question === undefined || more.length > 0) return null;
    return { ...query, question, edns: query.additionals?.find((record) => record.type === 'OPT') };
  } catch {
    return null;
  }
}

function replyFor({ question }: Query, type: RecordType | undefined, found: Found): Reply {
  if (found.kind === 'fails') {
    if (found.cause === 'refused') return { rcode: 'refused' };
    if (found.cause !== 'bogus') return { rcode: 'servfail' };
    return { rcode: 'servfail', extendedError: { code: extendedErrors.bogus, text: 'DNSSEC validation failed' } };
  }
  const secure = found.security === 'secure';
  if (type === undefined) return { rcode: found.denial === 'nxdomain' ? 'nxdomain' : 'noerror', secure };
  try {
    const owner = found.aliases.at(-1)?.to ?? question.name;
    return {
      rcode: found.denial === 'nxdomain' ? 'nxdomain' : 'noerror',
      answers: [
        ...found.aliases.map(({ from, to }, index) => record('CNAME', index === 0 ? question.name : from, to)),
        ...found.records.map((text) => record(type, owner, text)),
      ],
      secure,
    };
  } catch (cause) {
    return { rcode: 'servfail', extendedError: { code: extendedErrors.other, text: String(cause).slice(0, 200) } };
  }
}

function record(type: RecordType, name: string, text: string): packet.Answer {
  const common = { name, ttl: ttlSeconds };
  switch (type) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
      return { ...common, type, data: text };
    case 'MX': {
      const [preference, exchange] = text.split(/\s+/);
      return { ...common, type, data: { preference: Number(preference), exchange: exchange ?? '.' } };
    }
    case 'TXT':
      return { ...common, type, data: characterStrings(Buffer.from(text, 'latin1')) };
    case 'TLSA':
      return { ...common, type: 'UNKNOWN_52' as 'NULL', data: tlsaOctets(text) };
  }
}

// A character-string holds at most 255 octets (RFC 1035, Section 3.3).
function characterStrings(octets: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(octets.length / 255));
  return Array.from({ length: count }, (_, index) => octets.subarray(index * 255, (index + 1) * 255));
}

function tlsaOctets(text: string): Buffer {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  if (first === '#') return hexadecimal(rest.join(''));
  const [selector, matching, ...data] = rest;
  return Buffer.concat([Buffer.from([Number(first), Number(selector), Number(matching)]), hexadecimal(data.join(''))]);
}

function hexadecimal(text: string): Buffer {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new TypeError(`not hexadecimal: ${text.slice(0, 40)}`);
  return Buffer.from(text, 'hex');
}

function write(query: Query, reply: Reply, transport: 'udp' | 'tcp'): Buffer {
  const limit = transport === 'tcp' ? messageOctetsMax : Math.max(udpOctetsMin, query.edns?.udpPayloadSize ?? 0);
  const whole = encode(query, reply);
  if (whole.length <= limit) return whole;
  if (transport === 'tcp') return encode(query, { rcode: 'servfail' });
  return encode(query, { ...reply, answers: [] }, packet.TRUNCATED_RESPONSE);
}

function encode(query: Query, { rcode, answers = [], secure = false, extendedError }: Reply, flags = 0): Buffer {
  const toldOfSecurity = query.flag_ad || query.edns?.flag_do === true;
  const echoed = (query.flags ?? 0) & (packet.RECURSION_DESIRED | packet.CHECKING_DISABLED);
  const authentic = secure && toldOfSecurity ? packet.AUTHENTIC_DATA : 0;
  return packet.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: rcodes[rcode] | packet.RECURSION_AVAILABLE | echoed | authentic | flags,
    questions: [query.question],
    answers: [...answers],
    additionals: query.edns === undefined ? [] : [edns(query.edns, extendedError)],
  });
}

function edns({ flag_do }: packet.OptAnswer, extendedError: Reply['extendedError']): packet.Answer {
  const option = extendedError && { code: 15, data: Buffer.concat([Buffer.from([0, extendedError.code]), Buffer.from(extendedError.text)]) };
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: flag_do ? packet.DNSSEC_OK : 0,
    flag_do,
    // The types of dns-packet do not know RFC 8914; its encoder takes any code with data.
    options: option === undefined ? [] : [option as unknown as packet.PacketOpt],
  };
}

/** A response to the right question whose one record claims more data than there is. */
function garbled(query: Query): Buffer {
  const head = encode({ ...query, edns: undefined }, { rcode: 'noerror' });
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, Buffer.from('c00c00ff00010000012cffffdeadbeef', 'hex')]);
}
