/* What a zone that is signed all the way from the root answers, made to cost (CVE-2023-50387, CVE-2023-50868). */
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { nameOctets } from '../../src/adapters/node/dns/name.js';
import { keyTagOf } from '../../src/adapters/node/dnssec/keys.js';
import { TYPE } from '../../src/adapters/node/dnssec/message.js';
import {
  a,
  keyOf,
  NOW_SECONDS,
  record,
  signature,
  signedWorld,
  type Tamper,
  type WireRecord,
} from '../../src/adapters/node/dnssec/signed-zones.fixture.js';
import { validatingDnsOver } from '../../src/adapters/node/dnssec/validating-dns.js';

const ZONE = 'test';
const KEYS = 60;
const SIGNATURES_OF_SET = 8;
const MODULUS_OCTETS = 512;
const NAMES = Array.from({ length: 12 }, (_, at) => a(`h${at}.${ZONE}`));

/** Keys of RSA, as large as are taken, with the longest exponent and all with one tag: words change places, and the sum stays. */
function collidingKeys(): readonly WireRecord[] {
  const modulus = randomBytes(MODULUS_OCTETS);
  modulus[0]! |= 0x80;
  modulus[MODULUS_OCTETS - 1]! |= 1;
  const base = Buffer.concat([Buffer.from([1, 0, 3, 8, 8]), Buffer.alloc(8, 0xff), modulus]);
  return Array.from({ length: KEYS }, (_, at) => {
    const rdata = Buffer.from(base);
    rdata.writeUInt16BE(base.readUInt16BE(200 + 2 * at), 20 + 2 * at);
    rdata.writeUInt16BE(base.readUInt16BE(20 + 2 * at), 200 + 2 * at);
    return record(ZONE, 'DNSKEY', rdata);
  });
}

function trap(): Tamper {
  const keys = [record(ZONE, 'DNSKEY', keyOf(ZONE).rdata), ...collidingKeys()];
  const signedKeys = [...keys, signature(keys, ZONE, keyOf(ZONE))];
  const tag = keyTagOf(keys.at(-1)!.rdata);
  const worthless = (each: WireRecord) => {
    const prefix = Buffer.from(each.rdata.subarray(0, 18 + nameOctets(ZONE).length));
    prefix[2] = 8;
    prefix.writeUInt16BE(tag, 16);
    return { ...each, rdata: Buffer.concat([prefix, Buffer.from([0]), randomBytes(MODULUS_OCTETS - 1)]) };
  };
  const flooded = (records: readonly WireRecord[]) =>
    records.flatMap((each) =>
      each.type === TYPE.RRSIG ? Array.from({ length: SIGNATURES_OF_SET }, () => worthless(each)) : each,
    );
  return (reply, { name, type }) => {
    if (!name.endsWith(ZONE) || (name === ZONE && type === TYPE.DS)) return reply;
    if (type === TYPE.DNSKEY) return { ...reply, answer: signedKeys };
    return { ...reply, answer: flooded(reply.answer), authority: flooded(reply.authority) };
  };
}

function asking(
  name: string,
  own: { readonly tamper?: Tamper; readonly iterations?: number; readonly records?: readonly WireRecord[] },
) {
  const { tamper, iterations = 0, records = NAMES } = own;
  const world = signedWorld(
    [
      { name: '', signing: 'nsec', records: [] },
      { name: ZONE, signing: 'nsec3', iterations, records },
    ],
    tamper,
  );
  const replies = new Map<string, Awaited<ReturnType<typeof world.transport>>>();
  return async () => {
    const dns = validatingDnsOver(
      async (query, patience) => {
        // As from a socket, and written once.
        await setImmediate();
        const key = Buffer.from(query).toString('hex');
        const reply = replies.get(key) ?? (await world.transport(query, patience));
        replies.set(key, reply);
        return reply;
      },
      { now: () => NOW_SECONDS * 1000, trustAnchors: [world.anchorOf('')] },
    );
    const { signal } = new AbortController();
    const { a: answer } = await dns['dns.addresses']({ name, deadlineMs: 60_000 }, signal);
    return answer.kind === 'failed' ? `${answer.cause} (${answer.extendedError})` : answer.kind;
  };
}

export function* signedZones(): Generator<readonly [string, () => Promise<string>]> {
  yield ['DNSSEC: keys and signatures that go together', asking(`h0.${ZONE}`, { tamper: trap() })];
  yield ['DNSSEC: the same below a name that is denied', asking(`x.${ZONE}`, { tamper: trap() })];
  yield [
    'DNSSEC: NSEC3, 100 iterations',
    asking(`${'a.'.repeat(100)}${ZONE}`, { iterations: 100, records: [record(`*.${ZONE}`, 'TXT', '0161')] }),
  ];
}
