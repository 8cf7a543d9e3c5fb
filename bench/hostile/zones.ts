/* What a hostile zone answers: whole messages of 64 KiB, framed as they should be, and made to cost. */
import { mx, name, type RecordSpec, strings } from '../../src/adapters/node/dns/messages.fixture.js';
import { costlyKey, sha256 } from './der.js';

/** Of a message, with room for the header, the question and an SOA. */
const OCTETS = 65_000;
/** The name in the question. */
const ASKED = Buffer.from([0xc0, 12]);
const FIXED_OCTETS = 12;

/** As many records as fit. */
function filled(
  type: RecordSpec['type'],
  rdata: (at: number) => Buffer,
  countMax = Infinity,
): readonly RecordSpec[] {
  const records: RecordSpec[] = [];
  for (let at = 0, octets = 0; at < countMax; at += 1) {
    const record = { owner: ASKED, type, rdata: rdata(at) };
    octets += FIXED_OCTETS + record.rdata.length;
    if (octets > OCTETS) break;
    records.push(record);
  }
  return records;
}

const tlsa = (usage: number, selector: number, matching: number, data: Buffer) =>
  Buffer.concat([Buffer.from([usage, selector, matching]), data]);
const numbered = (at: number) => Buffer.from([at >> 8, at & 255]);

/** By type of the question, for the host itself or (MX, TXT) its domain. */
export const ZONES = {
  'TLSA: digests': { TLSA: filled('TLSA', (at) => tlsa(2, at & 1, 1, sha256(numbered(at)))) },
  'TLSA: next to nothing in full': {
    TLSA: filled('TLSA', (at) => tlsa(2, 0, 0, Buffer.from([0x30, 2, 5, 0, ...numbered(at)]).subarray(0, 4))),
  },
  'TLSA: costly keys in full': { TLSA: filled('TLSA', () => tlsa(2, 1, 0, costlyKey(384))) },
  'TLSA: one certificate of 64 KiB': {
    TLSA: [
      {
        owner: ASKED,
        type: 'TLSA',
        rdata: tlsa(2, 0, 0, Buffer.concat([Buffer.from([0x30, 0x82, 0xfd, 0]), Buffer.alloc(0xfd00, 0x30)])),
      },
    ],
  },
  'A: addresses': { A: filled('A', (at) => Buffer.from([198, 51, 100 + (at >> 8), at & 255])) },
  'AAAA: addresses': {
    AAAA: filled('AAAA', (at) => Buffer.from([0x26, 0, ...Buffer.alloc(12), ...numbered(at)])),
  },
  'MX: hosts': { MX: filled('MX', (at) => mx(at, `${at.toString(36)}.a.example`)) },
  'MX: pointers to a long name': {
    MX: [
      { owner: ASKED, type: 'MX', rdata: mx(0, `${'x.'.repeat(120)}example`) },
      ...filled('MX', (at) => Buffer.concat([numbered(at), Buffer.from([0xc0, 41])]), 3800),
    ],
  },
  'TXT: records': { TXT: filled('TXT', (at) => strings(`v=STSv1; id=${at};`)) },
  'TXT: one record of 64 KiB': {
    TXT: [
      {
        owner: ASKED,
        type: 'TXT',
        rdata: strings('v=STSv1;', ...new Array<string>(250).fill('a=b;'.repeat(60))),
      },
    ],
  },
  'CNAME: aliases': {
    A: Array.from(
      { length: 1900 },
      (_, at) =>
        ({ owner: name(`n${at}.a.example`), type: 'CNAME', rdata: Buffer.from([0xc0, 12]) }) as const,
    ),
  },
} satisfies Readonly<Record<string, Partial<Record<RecordSpec['type'], readonly RecordSpec[]>>>>;
