/*
 * What reads what comes as a stream: replies of servers, lookups of Postfix, messages; each fed whole and octet by octet, which must come to
 * the same. And what reads the parts of mail that hold TLS reports, and the words around DSNs.
 */
import { readProbe } from '../../src/adapters/node/dns/probe.js';
import { readWireQuery } from '../../src/adapters/node/dns/wire-query.js';
import { ReplyReader } from '../../src/adapters/node/smtp/reply-reader.js';
import { MessageReader } from '../../src/engine/message-reader.js';
import { NetstringReader } from '../../src/hosts/postfix/netstring.js';
import { readOrcpt } from '../../src/policy/dsn/request.js';
import { parseLookupKey } from '../../src/policy/postfix/lookup-key.js';
import { decodeUnitext, decodeXtext } from '../../src/policy/smtp/xtext.js';
import { readDateTime } from '../../src/policy/tls-report/read/date-time.js';
import { readReport } from '../../src/policy/tls-report/read/read-report.js';
import { readHttpsUri } from '../../src/policy/tls-report/send/https-target.js';
import { readTlsReportRecord } from '../../src/policy/tls-report/tlsrpt-record.js';
import {
  decodeWords,
  readEntity,
  readParameterised,
} from '../../src/services/tls-report/read/mail-fields.js';
import { decodeBody } from '../../src/services/tls-report/read/transfer-encoding.js';
import type { Parser } from './parsers.js';

/** Longer texts are not given octet by octet as well: that they come to an end is what is asked of them. */
const IN_OCTETS_MAX = 4000;

/** What comes of a stream that is read in one piece, and in pieces of one octet. Throws where the two differ. */
function bothWays(read: (pieces: readonly Buffer[]) => unknown): (text: string) => unknown {
  return (text) => {
    const octets = Buffer.from(text, 'latin1');
    const whole = read([octets]);
    if (octets.length > IN_OCTETS_MAX) return whole;
    const pieces = read([...octets].map((octet) => Buffer.from([octet])));
    if (JSON.stringify(whole) !== JSON.stringify(pieces))
      throw new Error(`${JSON.stringify(whole)} in one piece, ${JSON.stringify(pieces)} in many`);
    return whole;
  };
}

function repliesOf(pieces: readonly Buffer[]): unknown {
  const reader = new ReplyReader();
  const heard: unknown[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let next = reader.next(); next !== null; next = reader.next()) {
      heard.push(next);
      // What was heard of it by then depends on the pieces.
      if (typeof next === 'string') return heard;
    }
  }
  return [heard, reader.hasBegun, reader.said];
}

function framesOf(pieces: readonly Buffer[]): unknown {
  const reader = new NetstringReader(10_000);
  const payloads: string[] = [];
  for (const piece of pieces) {
    const frames = reader.read(piece);
    for (const payload of frames.payloads) payloads.push(payload);
    if (frames.end === 'malformed' || frames.end === 'too-long') return [payloads, frames.end];
  }
  return [payloads, reader.isWithin];
}

function factsOf(pieces: readonly Buffer[]): unknown {
  const reader = new MessageReader();
  for (const piece of pieces) reader.push(piece);
  return reader.facts();
}

export const streamParsers: Readonly<Record<string, Parser>> = {
  ReplyReader: {
    parse: bothWays(repliesOf),
    fragments: ['250-mx.a.example\r\n', '250 ', '354 go\n', '-', '\r\n', '\r', '55', 'é', '\t', '250'],
  },
  NetstringReader: {
    parse: bothWays(framesOf),
    fragments: ['17:waxseal a.example,', '5:', ',', '0:,', '99999:', '1:é,', '05:abcde,', ':'],
  },
  MessageReader: {
    parse: bothWays(factsOf),
    fragments: [
      'TLS-Required: No\r\n',
      'Content-Type: multipart/mixed; boundary="b"\r\n',
      '\r\n',
      '--b\r\n',
      '--b--\r\n',
      'Content-Type: message/rfc822\r\n',
      'Subject: \xc3\xa9\r\n',
      ' folded\r\n',
      '\n',
      '\r',
      '\xe9',
    ],
  },
  readReport: {
    parse: readReport,
    fragments: [
      '{"organization-name":"x",',
      '"date-range":{"start-datetime":"2026-01-01T00:00:00Z","end-datetime":"2026-01-01T23:59:59Z"},',
      '"policies":[{',
      '"policy":{"policy-type":"sts","policy-domain":"a.example"},',
      '"summary":{"total-successful-session-count":1}',
      '}',
      ']',
      '{',
      '[',
      '-1',
      '1e999',
      '"__proto__":',
      ',',
    ],
  },
  readTlsReportRecord: {
    parse: (text) => readTlsReportRecord(text.split('|')),
    fragments: [
      'v=TLSRPTv1;',
      'rua=mailto:x@a.example',
      ',',
      'https://a.example/r',
      ';',
      ' ',
      '|',
      '%2C',
      '!10m',
    ],
  },
  readHttpsUri: {
    parse: readHttpsUri,
    fragments: ['https://', 'a.example', '[::1]', ':443', '/x?y', '#', '@', '..', '%00', '192.0.2.1'],
  },
  readDateTime: {
    parse: readDateTime,
    fragments: ['2026-01-01T00:00:00Z', '2026-13-45', 'T24:60:60', '+14:00', '.000', '-00:00', 'z', ' '],
  },
  readEntity: {
    parse: (text) => {
      const entity = readEntity(Buffer.from(text, 'latin1'));
      return (
        entity &&
        [...entity.fields].map(([name, value]) => [name, readParameterised(value), decodeWords(value)])
      );
    },
    fragments: [
      'Content-Type: application/tlsrpt+gzip; name="x"\r\n',
      '\r\n',
      'Subject: =?utf-8?q?=C3=A9?= =?us-ascii?b?QQ==?=\r\n',
      " filename*0=a; filename*1*=UTF-8''%C3%A9\r\n",
      ';',
      '"',
      '\\',
      '=?',
      '?=',
      ':',
      '\t',
    ],
  },
  decodeBody: {
    parse: (text) =>
      ['base64', 'quoted-printable', '7bit'].map((encoding) =>
        decodeBody(Buffer.from(text, 'latin1'), encoding),
      ),
    fragments: ['H4sIAAAA', '=', '=C3', '=\r\n', '\r\n', ' ', 'QQ==', '=g'],
  },
  parseLookupKey: {
    parse: (text) => parseLookupKey(text, (domain) => domain),
    fragments: ['a.example', '[mx.a.example]', ':25', ':smtp', '[', ']', '.', '[IPv6:::1]', '::1', '/', ' '],
  },
  'decodeXtext, decodeUnitext, readOrcpt': {
    parse: (text) => [decodeXtext(text), decodeUnitext(text), readOrcpt(text)],
    fragments: [
      'rfc822;',
      'user+40a.example',
      '+',
      '+GG',
      '\\x{E9}',
      '\\x{110000}',
      '\\x{D800}',
      'utf-8;',
      '=',
    ],
  },
  'readProbe, readWireQuery': {
    parse: (text) => {
      const octets = Buffer.from(text, 'latin1');
      const query = Buffer.from(
        '\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x06\x00\x01',
        'latin1',
      );
      return [octets.length < 12 ? null : readProbe(octets, query), readWireQuery(octets)];
    },
    fragments: [
      '\x00\x00\x81\xa0\x00\x01\x00\x01\x00\x00\x00\x00',
      '\x01a\x00',
      '\x00\x06\x00\x01',
      '\xc0\x0c',
      '\x3f',
    ],
  },
};
