/*
 * One query in, one response out, as octets. dns-packet does headers, names and the framing of records; TLSA data goes
 * through it as an unknown type, because here it may be hostile and must appear on the wire as it was given.
 */
import * as packet from 'dns-packet';
import type { WorldAnswer, WorldRecordType } from '../adapters/scripted/index.js';
import { recordOf, typeOf } from './dns-records.js';
import type { Zone } from './dns-zone.js';

export const messageOctetsMax = 65_535;
const udpOctetsMin = 512;
const rcodes = { noerror: 0, servfail: 2, nxdomain: 3, refused: 5 } as const;
// RFC 8914, Section 4.7.
const extendedErrorBogus = 6;

interface Reply {
  readonly rcode: keyof typeof rcodes;
  readonly answers?: readonly packet.Answer[];
  readonly secure?: boolean;
  readonly extendedError?: number;
}

interface Query extends packet.DecodedPacket {
  readonly question: packet.Question;
  readonly edns: packet.OptAnswer | undefined;
}

/** A question that a resolver was asked. */
export interface DnsQuery {
  /** In lower case, without a dot at the end; "" is the root. */
  readonly name: string;
  /** Such as `MX`. */
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
}

/** The response to a query; null where the world, or a query that cannot be read, calls for silence. */
export function answerTo(
  octets: Buffer,
  zone: Zone,
  transport: 'udp' | 'tcp',
  heard: (query: DnsQuery) => void,
): Buffer | null {
  const query = readQuery(octets);
  if (query === null) return null;
  const name = query.question.name.toLowerCase();
  heard({ name: name === '.' ? '' : name, type: query.question.type, transport });
  const type = typeOf(query.question);
  // What other types a name owns is not said; whether it exists is, and the alias at it answers for that.
  const found = zone.lookup(type ?? 'CNAME', query.question.name.toLowerCase());
  if (found.kind === 'records') {
    const answers = type === null ? [] : answersFrom(query.question, found, type, zone);
    if (answers === null) return garbled(query);
    const rcode = found.denial === 'nxdomain' ? 'nxdomain' : 'noerror';
    return write(query, { rcode, answers, secure: found.security === 'secure' }, transport);
  }
  switch (found.cause) {
    case 'timeout':
      return null;
    case 'malformed':
      return garbled(query);
    case 'bogus':
      return write(query, { rcode: 'servfail', extendedError: extendedErrorBogus }, transport);
    case 'servfail':
    case 'refused':
      return write(query, { rcode: found.cause }, transport);
  }
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

/** Null if one of the records cannot be written. */
function answersFrom(
  question: packet.Question,
  { aliases, records }: Extract<WorldAnswer, { kind: 'records' }>,
  type: WorldRecordType,
  zone: Zone,
): packet.Answer[] | null {
  // The first owner is spelt as it was asked, since clients may vary upper and lower case to tell forgeries.
  const chain = aliases.map(({ from, to }, index) =>
    recordOf('CNAME', index === 0 ? question.name : from, to, zone),
  );
  const owner = aliases.at(-1)?.to ?? question.name;
  const answers = [...chain, ...records.map((text) => recordOf(type, owner, text, zone))];
  const written = answers.filter((answer) => answer !== null);
  return written.length < answers.length ? null : written;
}

function write(query: Query, reply: Reply, transport: 'udp' | 'tcp'): Buffer {
  const limit =
    transport === 'tcp' ? messageOctetsMax : Math.max(udpOctetsMin, query.edns?.udpPayloadSize ?? 0);
  const whole = encode(query, reply);
  if (whole.length <= limit) return whole;
  if (transport === 'tcp') return encode(query, { rcode: 'servfail' });
  return encode(query, { ...reply, answers: [] }, packet.TRUNCATED_RESPONSE);
}

function encode(
  query: Query,
  { rcode, answers = [], secure = false, extendedError }: Reply,
  flags = 0,
): Buffer {
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
  const option =
    extendedError === undefined ? undefined : { code: 15, data: Buffer.from([0, extendedError]) };
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
