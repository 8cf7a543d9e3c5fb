/* Zones that sign themselves, and a resolver that answers from them, so that tests may lie in any octet. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { labelsOf, nameOctets, readName } from '../dns/name.js';
import { ancestor, child, compareNames, isAtOrBelow, isBelow } from './canonical-name.js';
import { digestOfKey, keyTagOf, type TrustAnchor } from './keys.js';
import { TYPE } from './message.js';
import type { Transport } from './validating-dns.js';

/** 2026-01-01T00:00:00Z, in seconds. */
export const NOW_SECONDS = 1_767_225_600;
const DAY_SECONDS = 86_400;

export interface WireRecord {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
}

export interface ZoneSpec {
  readonly name: string;
  readonly signing: 'none' | 'nsec' | 'nsec3' | 'nsec3-opt-out';
  /** Default 13. An unknown one is signed with nonsense. */
  readonly algorithm?: number;
  readonly iterations?: number;
  /** From and to, in seconds from now. Default: a day each way. */
  readonly validity?: readonly [number, number];
  /** `missing`: the parent has none although the zone is signed. */
  readonly ds?: 'right' | 'wrong' | 'missing';
  /** Without signatures, SOA, NS, DS and DNSKEY. */
  readonly records: readonly WireRecord[];
}

export interface Reply {
  readonly rcode: number;
  readonly answer: readonly WireRecord[];
  readonly authority: readonly WireRecord[];
}

export type Tamper = (reply: Reply, question: { readonly name: string; readonly type: number }) => Reply;

export interface SignedWorld {
  readonly transport: Transport;
  readonly anchorOf: (zone: string) => TrustAnchor;
  /** What was asked, as `name type`. */
  readonly asked: string[];
}

interface Key {
  readonly rdata: Buffer;
  readonly sign: (octets: Buffer) => Buffer;
}

interface Zone extends ZoneSpec {
  readonly key: Key;
  readonly all: readonly WireRecord[];
}

export function record(
  owner: string,
  type: keyof typeof TYPE,
  rdata: Buffer | string,
  ttl = 300,
): WireRecord {
  return {
    owner,
    type: TYPE[type],
    ttl,
    rdata: typeof rdata === 'string' ? Buffer.from(rdata, 'hex') : rdata,
  };
}

export function a(owner: string, last = 1): WireRecord {
  return record(owner, 'A', Buffer.from([192, 0, 2, last]));
}

export function cname(owner: string, target: string): WireRecord {
  return record(owner, 'CNAME', nameOctets(target));
}

/** Builds the zones, children before parents, and serves them all. */
export function signedWorld(specs: readonly ZoneSpec[], tamper: Tamper = (reply) => reply): SignedWorld {
  const zones = new Map<string, Zone>();
  for (const spec of [...specs].sort((x, y) => labelsOf(y.name).length - labelsOf(x.name).length)) {
    zones.set(spec.name, buildZone(spec, specs, zones));
  }
  const asked: string[] = [];
  return {
    asked,
    anchorOf: (zone) => ({ name: zone, ...digestOfKey(zone, zones.get(zone)!.key.rdata) }),
    transport: async (query) => {
      const question = readQuestion(query);
      asked.push(`${question.name} ${question.type}`);
      return writeReply(query, tamper(answerFrom([...zones.values()], question), question));
    },
  };
}

/** The RRSIG that a key makes over records of one owner and type. */
export function signature(
  records: readonly WireRecord[],
  zone: string,
  key: Key,
  validity: readonly [number, number] = [-DAY_SECONDS, DAY_SECONDS],
): WireRecord {
  const { owner, type, ttl } = records[0]!;
  const labels = labelsOf(owner).length - (owner.startsWith('*') ? 1 : 0);
  const fixed = Buffer.alloc(18);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt8(key.rdata[3]!, 2);
  fixed.writeUInt8(labels, 3);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt32BE(NOW_SECONDS + validity[1], 8);
  fixed.writeUInt32BE(NOW_SECONDS + validity[0], 12);
  fixed.writeUInt16BE(keyTagOf(key.rdata), 16);
  const prefix = Buffer.concat([fixed, nameOctets(zone)]);
  const sorted = [...records].sort((x, y) => Buffer.compare(x.rdata, y.rdata));
  const signed = Buffer.concat([prefix, ...sorted.map(writeRecord)]);
  return { owner, type: TYPE.RRSIG, ttl, rdata: Buffer.concat([prefix, key.sign(signed)]) };
}

const keysMade = new Map<string, Key>();

/** A key of its own for each zone and algorithm. */
export function keyOf(zone: string, algorithm = 13): Key {
  const id = `${zone} ${algorithm}`;
  const key = keysMade.get(id) ?? makeKey(algorithm);
  keysMade.set(id, key);
  return key;
}

function makeKey(algorithm: number): Key {
  const head = Buffer.from([1, 1, 3, algorithm]);
  const from = (octets: Buffer, by: Key['sign']): Key => ({ rdata: Buffer.concat([head, octets]), sign: by });
  const part = (key: KeyObject, name: 'n' | 'e' | 'x' | 'y') =>
    Buffer.from((key.export({ format: 'jwk' }) as Record<string, string>)[name]!, 'base64url');
  switch (algorithm) {
    case 8:
    case 10: {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const octets = Buffer.concat([Buffer.from([3]), part(publicKey, 'e'), part(publicKey, 'n')]);
      return from(octets, (data) => sign(algorithm === 8 ? 'sha256' : 'sha512', data, privateKey));
    }
    case 13:
    case 14: {
      const namedCurve = algorithm === 13 ? 'P-256' : 'P-384';
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
      const hash = algorithm === 13 ? 'sha256' : 'sha384';
      const octets = Buffer.concat([part(publicKey, 'x'), part(publicKey, 'y')]);
      return from(octets, (data) => sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
    }
    case 15: {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      return from(part(publicKey, 'x'), (data) => sign(null, data, privateKey));
    }
    case 16: {
      const { publicKey, privateKey } = generateKeyPairSync('ed448');
      return from(part(publicKey, 'x'), (data) => sign(null, data, privateKey));
    }
    default:
      return from(Buffer.alloc(32, algorithm), () => Buffer.alloc(64));
  }
}

function buildZone(spec: ZoneSpec, specs: readonly ZoneSpec[], built: ReadonlyMap<string, Zone>): Zone {
  const { name } = spec;
  const key = keyOf(name, spec.algorithm);
  const children = specs.filter((other) => parentOf(other.name, specs) === name);
  const soa = Buffer.concat([
    nameOctets('ns.invalid'),
    nameOctets('mail.invalid'),
    Buffer.alloc(16),
    u32(60),
  ]);
  const plain = [
    record(name, 'SOA', soa),
    record(name, 'NS', nameOctets('ns.invalid')),
    ...spec.records,
    ...children.map((below) => record(below.name, 'NS', nameOctets('ns.invalid'))),
    ...children.flatMap((below) => dsOf(built.get(below.name)!)),
  ];
  if (spec.signing === 'none') return { ...spec, key, all: plain };
  const withKey = [...plain, record(name, 'DNSKEY', key.rdata)];
  const whole = [...withKey, ...denials(spec, withKey)];
  const isCut = (owner: string) => children.some((below) => below.name === owner);
  const signatures = [...sets(whole).values()]
    .filter(([first]) => !(first!.type === TYPE.NS && isCut(first!.owner)))
    .map((set) => signature(set, name, key, spec.validity));
  return { ...spec, key, all: [...whole, ...signatures] };
}

function parentOf(name: string, specs: readonly ZoneSpec[]): string | undefined {
  const above = specs.filter((other) => isBelow(name, other.name)).map((other) => other.name);
  return above.sort((x, y) => labelsOf(y).length - labelsOf(x).length)[0];
}

function dsOf({ name, key, signing, ds = 'right' }: Zone): readonly WireRecord[] {
  if (signing === 'none' || ds === 'missing') return [];
  const { keyTag, algorithm, digest } = digestOfKey(name, key.rdata);
  const octets = Buffer.from(digest, 'hex');
  if (ds === 'wrong') octets[0]! ^= 1;
  return [record(name, 'DS', Buffer.concat([u16(keyTag), Buffer.from([algorithm, 2]), octets]))];
}

function sets(records: readonly WireRecord[]): ReadonlyMap<string, WireRecord[]> {
  const found = new Map<string, WireRecord[]>();
  for (const each of records) {
    const id = `${each.owner} ${each.type}`;
    found.set(id, [...(found.get(id) ?? []), each]);
  }
  return found;
}

function denials(spec: ZoneSpec, records: readonly WireRecord[]): readonly WireRecord[] {
  const typesOf = (owner: string) => records.filter((each) => each.owner === owner).map(({ type }) => type);
  const owners = [...new Set(records.map(({ owner }) => owner))].sort(compareNames);
  if (spec.signing === 'nsec') {
    return owners.map((owner, i) => {
      const next = owners[(i + 1) % owners.length]!;
      const types = [...typesOf(owner), TYPE.RRSIG, TYPE.NSEC];
      return record(owner, 'NSEC', Buffer.concat([nameOctets(next), bitmap(types)]), 60);
    });
  }
  const isOptedOut = (owner: string) =>
    spec.signing === 'nsec3-opt-out' &&
    owner !== spec.name &&
    typesOf(owner).every((type) => type === TYPE.NS);
  const kept = owners.filter((owner) => !isOptedOut(owner));
  const betweens = kept.flatMap((owner) =>
    labelsOf(owner)
      .map((_, i) => ancestor(owner, i))
      .filter((name) => isAtOrBelow(name, spec.name)),
  );
  const { iterations = 0 } = spec;
  const hashed = [...new Set([...kept, ...betweens])]
    .map((owner) => ({ owner, hash: hashName(owner, iterations) }))
    .sort((x, y) => Buffer.compare(x.hash, y.hash));
  return hashed.map(({ owner, hash }, i) => {
    const next = hashed[(i + 1) % hashed.length]!.hash;
    const flags = spec.signing === 'nsec3-opt-out' ? 1 : 0;
    const head = Buffer.concat([
      Buffer.from([1, flags]),
      u16(iterations),
      Buffer.from([2]),
      SALT,
      Buffer.from([20]),
    ]);
    const types = typesOf(owner).length === 0 ? [] : [...typesOf(owner), TYPE.RRSIG];
    return record(child(base32(hash), spec.name), 'NSEC3', Buffer.concat([head, next, bitmap(types)]), 60);
  });
}

const SALT = Buffer.from([0xab, 0xcd]);

function hashName(name: string, iterations: number): Buffer {
  let hash = createHash('sha1')
    .update(Buffer.concat([nameOctets(name), SALT]))
    .digest();
  for (let i = 0; i < iterations; i++) {
    hash = createHash('sha1')
      .update(Buffer.concat([hash, SALT]))
      .digest();
  }
  return hash;
}

function base32(octets: Buffer): string {
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{5}/g, (five) => Number.parseInt(five, 2).toString(32));
}

/** One window is enough for the types here. */
function bitmap(types: readonly number[]): Buffer {
  if (types.length === 0) return Buffer.alloc(0);
  const bits = Buffer.alloc(Math.floor(Math.max(...types) / 8) + 1);
  for (const type of types) bits[type >>> 3]! |= 0x80 >>> (type & 7);
  return Buffer.concat([Buffer.from([0, bits.length]), bits]);
}

/** What a resolver finds, without a look at signatures; with each denial comes every denial that the zone has. */
function answerFrom(
  zones: readonly Zone[],
  question: { readonly name: string; readonly type: number },
): Reply {
  const { name, type } = question;
  const holds = type === TYPE.DS ? isBelow : isAtOrBelow;
  const zone = zones
    .filter((each) => holds(name, each.name))
    .sort((x, y) => labelsOf(y.name).length - labelsOf(x.name).length)[0]!;
  const at = (owner: string, ...types: number[]) =>
    zone.all.filter((each) => each.owner === owner && types.includes(coveredBy(each)));
  const proof = zone.all.filter((each) =>
    [TYPE.NSEC, TYPE.NSEC3, ...(each.owner === zone.name ? [TYPE.SOA] : [])].some(
      (t) => t === coveredBy(each),
    ),
  );
  const dname = zone.all.find((each) => each.type === TYPE.DNAME && isBelow(name, each.owner));
  if (dname !== undefined) return { rcode: 0, answer: at(dname.owner, TYPE.DNAME), authority: [] };
  const own = at(name, type, TYPE.CNAME);
  if (own.length > 0) return { rcode: 0, answer: own, authority: [] };
  const exists = zone.all.some((each) => isAtOrBelow(each.owner, name) && each.type !== TYPE.NSEC3);
  if (exists) return { rcode: 0, answer: [], authority: proof };
  const wildcard = wildcardFor(name, zone);
  const expanded = wildcard === undefined ? [] : at(wildcard, type, TYPE.CNAME);
  if (expanded.length > 0) {
    return { rcode: 0, answer: expanded.map((each) => ({ ...each, owner: name })), authority: proof };
  }
  return { rcode: wildcard === undefined ? 3 : 0, answer: [], authority: proof };
}

function coveredBy({ type, rdata }: WireRecord): number {
  return type === TYPE.RRSIG ? rdata.readUInt16BE(0) : type;
}

function wildcardFor(name: string, zone: Zone): string | undefined {
  const encloser = labelsOf(name)
    .map((_, i) => ancestor(name, labelsOf(name).length - 1 - i))
    .find((above) => zone.all.some(({ owner }) => isAtOrBelow(owner, above)))!;
  const wildcard = child('*', encloser);
  return zone.all.some(({ owner }) => owner === wildcard) ? wildcard : undefined;
}

function readQuestion(query: Uint8Array) {
  const octets = Buffer.from(query);
  const { name, end } = readName(octets, 12);
  return { name, type: octets.readUInt16BE(end), end: end + 4 };
}

/** A whole response; the question as it came. */
function writeReply(query: Uint8Array, { rcode, answer, authority }: Reply): Buffer {
  const counts = [1, answer.length, authority.length, 0].map(u16);
  const question = Buffer.from(query).subarray(12, readQuestion(query).end);
  const records = [...answer, ...authority].map(writeRecord);
  return Buffer.concat([query.subarray(0, 2), u16(0x8180 | rcode), ...counts, question, ...records]);
}

function writeRecord({ owner, type, ttl, rdata }: WireRecord): Buffer {
  return Buffer.concat([nameOctets(owner), u16(type), u16(1), u32(ttl), u16(rdata.length), rdata]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >>> 8, value & 0xff]);
}

function u32(value: number): Buffer {
  return Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
}
