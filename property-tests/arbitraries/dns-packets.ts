/* DNS answers as a stub sees them: responses written octet by octet, damaged, and read by the decoder of the Node adapter. */
import fc from 'fast-check';
import {
  FLAGS,
  type MessageSpec,
  mx,
  name,
  type RecordSpec,
  response,
  soa,
  strings,
} from '../../src/adapters/node/dns/messages.fixture.js';
import { readTlsa } from '../../src/adapters/node/dns/tlsa-record.js';
import {
  decodeResponse,
  type RdataOf,
  type RecordOf,
  type RecordType,
} from '../../src/adapters/node/dns/wire.js';
import type { TlsaAnswer } from '../../src/policy/dane/tlsa.js';
import type { DnsAnswer, MxAnswer, TxtAnswer } from '../../src/policy/dns/answer.js';
import { mutate, someMutations } from './mutations.js';
import { DOMAIN, EXPANDED, MX_NAMES, weighted } from './universe.js';

const ID = 4711;

/** What the octets say in answer to that question. */
function readAnswer<T extends RecordType>(octets: Uint8Array, owner: string, type: T): DnsAnswer<RdataOf[T]> {
  const message = decodeResponse(octets, { id: ID, name: owner, type, wantsAd: true, edns: true });
  if (message === 'mismatch') return { kind: 'failed', cause: 'timeout', extendedError: null };
  if (message === 'malformed' || message.truncated)
    return { kind: 'failed', cause: 'malformed', extendedError: null };
  if (message.rcode !== 0 && message.rcode !== 3)
    return { kind: 'failed', cause: 'servfail', extendedError: message.extendedError };
  const aliases: string[] = [];
  for (let at = owner; aliases.length < 8; ) {
    const alias = message.answers.find((record) => record.type === 'CNAME' && record.owner === at);
    if (alias === undefined || type === 'CNAME') break;
    at = alias.data as string;
    aliases.push(at);
  }
  const held = message.answers.filter(
    (record): record is typeof record & RecordOf<T> =>
      record.type === type && record.owner === (aliases.at(-1) ?? owner),
  );
  const kind = message.authenticated ? 'secure' : 'insecure';
  const denial = held.length > 0 ? null : message.rcode === 3 ? 'nxdomain' : 'nodata';
  return { kind, records: held.map(({ data }) => data), denial, aliases, ttlSeconds: 0 };
}

/** Responses that hold these records, secure more often than not, and damaged now and then. */
function packetsOf<T extends RecordType>(
  owner: string,
  type: T,
  rdatas: fc.Arbitrary<readonly Uint8Array[]>,
): fc.Arbitrary<DnsAnswer<RdataOf[T]>> {
  return fc
    .record({
      rdatas,
      ad: weighted([4, FLAGS.ad], [1, 0]),
      rcode: weighted([12, 0], [1, 3], [1, 2]),
      alias: weighted([6, false], [1, true]),
      someMutations,
    })
    .map(({ rdatas, ad, rcode, alias, someMutations }) => {
      const holder = alias ? EXPANDED : owner;
      const records = rdatas.map((rdata): RecordSpec => ({ owner: holder, type, rdata }));
      const answer = alias ? [{ owner, type: 'CNAME', rdata: name(EXPANDED) } as const, ...records] : records;
      const spec: MessageSpec = {
        flags: FLAGS.response | ad,
        rcode,
        answer: rcode === 0 ? answer : [],
        authority: [soa(60)],
      };
      return readAnswer(mutate(response({ id: ID, name: owner, type }, spec), someMutations), owner, type);
    });
}

export const anMxPacket: fc.Arbitrary<MxAnswer> = packetsOf(
  DOMAIN,
  'MX',
  fc.array(
    fc.constantFrom(...MX_NAMES).map((host) => mx(10, host)),
    { minLength: 1, maxLength: 2 },
  ),
);

export const aTxtPacket: fc.Arbitrary<TxtAnswer> = packetsOf(
  `_mta-sts.${DOMAIN}`,
  'TXT',
  fc.constantFrom(
    [strings('v=STSv1; id=id1;')],
    [strings('v=STSv1; ', 'id=id2')],
    [strings('v=spf1 -all')],
    [],
  ),
);

export function anAddressPacket(host: string, family: 'A' | 'AAAA'): fc.Arbitrary<DnsAnswer<string>> {
  const octets =
    family === 'A' ? [198, 41, 0, 10] : [0x20, 0x01, 0x05, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc];
  return packetsOf(host, family, weighted([4, [Uint8Array.from(octets)]], [1, []]));
}

/** RDATA as it stands in the zone. */
export function aTlsaPacket(
  host: string,
  rdatas: fc.Arbitrary<readonly Uint8Array[]>,
): fc.Arbitrary<TlsaAnswer> {
  return packetsOf(`_25._tcp.${host}`, 'TLSA', rdatas).map((answer) =>
    answer.kind === 'failed' ? answer : { ...answer, aliases: [], records: answer.records.map(readTlsa) },
  );
}
