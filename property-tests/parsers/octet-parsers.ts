/*
 * What reads octets that others send, DNS messages and certificates, as parsers of texts: each character is an octet. Whole
 * messages of every type that is read, signed zones among them, and certificates of every kind stand in the corpus.
 */
import { FLAGS } from '../../src/adapters/node/dns/messages.fixture.js';
import { readTlsa } from '../../src/adapters/node/dns/tlsa-record.js';
import { decodeResponse, type Query, type RecordType } from '../../src/adapters/node/dns/wire.js';
import { readDelegationSigner, zoneKeys } from '../../src/adapters/node/dnssec/keys.js';
import { decodeSecureResponse, type RecordSet, TYPE } from '../../src/adapters/node/dnssec/message.js';
import { readNsec } from '../../src/adapters/node/dnssec/nsec.js';
import { readNsec3 } from '../../src/adapters/node/dnssec/nsec3.js';
import { CertificateReader, readCertificate, readPublicKey } from '../../src/adapters/node/x509/index.js';
import type { Parser } from './parsers.js';

/** Whose messages the corpus holds, and in which zone. */
export const OWNER = 'mx.signed.test';
const ZONE = 'signed.test';
const TYPES: readonly RecordType[] = ['A', 'AAAA', 'MX', 'CNAME', 'TXT', 'TLSA'];
const SECURE_TYPES = ['A', 'TLSA', 'DS', 'DNSKEY'] as const;

function octetsOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Else most would be nobody's answer, and nothing behind the header would be read. */
function answering(text: string): Buffer {
  const octets = octetsOf(text);
  if (octets.length < 12) return octets;
  octets.writeUInt16BE(0, 0);
  octets.writeUInt16BE(FLAGS.response | FLAGS.ad, 2);
  return octets;
}

function readRdata({ owner, type, rdata }: RecordSet): unknown {
  switch (type) {
    case TYPE.DNSKEY:
      return zoneKeys(rdata);
    case TYPE.DS:
      return rdata.map(readDelegationSigner);
    case TYPE.NSEC:
      return rdata.map((each) => readNsec({ owner, type, rdata: each }));
    case TYPE.NSEC3:
      return rdata.map((each) => readNsec3({ owner, type, rdata: each }, ZONE));
    default:
      return null;
  }
}

export const octetParsers: Readonly<Record<string, Parser>> = {
  decodeResponse: {
    parse: (text) =>
      TYPES.map((type) => {
        const query: Query = { id: 0, name: OWNER, type, wantsAd: true, edns: true };
        const decoded = decodeResponse(answering(text), query);
        return typeof decoded === 'string'
          ? decoded
          : decoded.answers.map((answer) => (answer.type === 'TLSA' ? readTlsa(answer.data) : answer));
      }),
    fragments: [
      '\x00\x00\x81\xa0\x00\x01\x00\x01\x00\x00\x00\x00',
      '\x02mx\x06signed\x04test\x00',
      '\xc0\x0c',
      '\x00\x01\x00\x01',
    ],
  },
  decodeSecureResponse: {
    parse: (text) =>
      SECURE_TYPES.map((type) => {
        const message = decodeSecureResponse(answering(text), { name: OWNER, type: TYPE[type] });
        return message && [message, [...message.answer, ...message.authority].map(readRdata)];
      }),
    fragments: [
      '\x00\x00\x81\xa0\x00\x01\x00\x01\x00\x01\x00\x00',
      '\x02mx\x06signed\x04test\x00',
      '\xc0\x0c',
      '\x00\x2e\x00\x01',
    ],
  },
  readCertificate: {
    parse: (text) => [readCertificate(octetsOf(text)), new CertificateReader().read(octetsOf(text))],
    fragments: [
      '\x30\x82\x01\x00',
      '\x30\x80',
      '\x02\x01\x02',
      '\xa0\x03',
      '\x06\x03\x55\x04\x03',
      '\x17\x0d260101000000Z',
    ],
  },
  readPublicKey: {
    parse: (text) => readPublicKey(octetsOf(text)),
    fragments: ['\x30\x59', '\x30\x13', '\x06\x07\x2a\x86\x48\xce\x3d\x02\x01', '\x03\x42\x00\x04'],
  },
  readTlsa: {
    parse: (text) => readTlsa(octetsOf(text)),
    fragments: ['\x03\x01\x01', '\x02\x00\x00', '\x30\x82\x01\x00', '\xff'],
  },
};
