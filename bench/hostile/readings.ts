/* Files and messages that strangers wrote, read without any server. */
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { decodeSecureResponse } from '../../src/adapters/node/dnssec/message.js';
import { MessageReader } from '../../src/engine/message-reader.js';
import { lintPolicyFile } from '../../src/policy/mta-sts/lint-file.js';
import { summariseInSteps } from '../../src/policy/tls-report/read/summarise.js';
import { inPieces } from '../../src/services/tls-report/read/in-pieces.js';
import { readSource } from '../../src/services/tls-report/read/read-source.js';
import { POLICIES } from './pages.js';
import { signedZones } from './signed-zones.js';

export function* readings(): Generator<readonly [string, () => string | Promise<string>]> {
  yield* signedZones();
  for (const [name, text] of Object.entries(POLICIES))
    yield [`sts lint, ${name}`, () => `${lintPolicyFile(text).length} findings`];
  for (const [name, octets, type] of signedAnswers())
    yield [
      `DNS answer to validate: ${name}`,
      () => {
        const read = decodeSecureResponse(octets, { name: LONG_NAME, type });
        return `${read?.answer[0]?.rdata.length ?? 0} records`;
      },
    ];
  for (const [name, octets] of messages()) yield [`message: ${name}`, () => readAsItComes(octets)];
  for (const [name, octets] of reports())
    yield [
      `tlsrpt read: ${name}`,
      async () => {
        const { reports, failures } = await readSource(octets, name);
        await inPieces(summariseInSteps(reports));
        return `${reports.length} reports, ${failures.length} problems`;
      },
    ];
}

/** As from a socket. */
async function readAsItComes(octets: Buffer): Promise<string> {
  const reader = new MessageReader();
  for (let at = 0; at < octets.length; at += 65_536) {
    reader.push(octets.subarray(at, at + 65_536));
    await setImmediate();
  }
  return reader.facts().tlsRequired;
}

/** 126 labels, of which each octet is odd. */
const LONG_NAME = Array.from({ length: 126 }, () => '\\001').join('.');
const DNS_OCTETS_MAX = 65_535;

/** As many records as a message holds, each with two names that are as long as names can be. */
function* signedAnswers(): Generator<readonly [string, Buffer, number]> {
  const question = (type: number) =>
    Buffer.concat([
      ...Array.from({ length: 126 }, () => Buffer.from([1, 1])),
      Buffer.from([0, 0, type, 0, 1]),
    ]);
  for (const [name, type, rdata] of [
    ['MX records', 15, [0, 1, 0xc0, 12]],
    ['aliases', 5, [0xc0, 14]],
    ['TLSA records', 52, [3, 1, 1, 0]],
  ] as const) {
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, rdata.length, ...rdata]);
    const asked = question(type);
    const count = Math.floor((DNS_OCTETS_MAX - 12 - asked.length) / record.length);
    const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, count >> 8, count & 0xff, 0, 0, 0, 0]);
    yield [name, Buffer.concat([header, asked, ...Array.from({ length: count }, () => record)]), type];
  }
}

const MEBIBYTE = 1_048_576;

/** Of the size that large mail systems take. */
function* messages(): Generator<readonly [string, Buffer]> {
  const sized = (line: string, octets: number) => Buffer.alloc(octets, line);
  yield ['a header of 25 MiB', sized('x: y\r\n', 25 * MEBIBYTE)];
  yield ['fields that are folded without end', sized('TLS-Required:\r\n no\r\n no\r\n', MEBIBYTE)];
  yield ['blanks behind the name of a field', sized(`tls-required${' '.repeat(5000)}x\r\n`, MEBIBYTE)];
  yield ['line ends alone, 25 MiB', Buffer.concat([Buffer.from('a: b\r\n\r\n'), sized('\n', 25 * MEBIBYTE)])];
}

function* reports(): Generator<readonly [string, Buffer]> {
  const report = (policies: string) =>
    `{"organization-name":"o","date-range":{"start-datetime":"2026-05-01T00:00:00Z","end-datetime":"2026-05-01T23:59:59Z"},` +
    `"contact-info":"c","report-id":"i","policies":[${policies}]}`;
  const policy = (details: string) =>
    `{"policy":{"policy-type":"sts","policy-string":[],"policy-domain":"a.example","mx-host":"*.a.example"},` +
    `"summary":{"total-successful-session-count":1,"total-failure-session-count":1},"failure-details":[${details}]}`;
  const detail = (at: number) =>
    `{"result-type":"x${at}","sending-mta-ip":"192.0.2.1","receiving-mx-hostname":"m${at}.a.example","failed-session-count":1}`;
  const many = (count: number, make: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => make(at)).join(',');
  yield ['failures', Buffer.from(report(policy(many(50_000, detail))))];
  yield ['policies', Buffer.from(report(many(20_000, () => policy(''))))];
  yield [
    'reports behind one another',
    Buffer.from(Array.from({ length: 20_000 }, () => report(policy(''))).join('\n')),
  ];
  yield ['brackets', Buffer.alloc(4 * MEBIBYTE, '[')];
  yield ['one text without end', Buffer.from(`{"a":"${'\\u0041'.repeat(MEBIBYTE)}`)];
  yield ['packed a thousandfold', gzipSync(Buffer.alloc(50 * MEBIBYTE, ' '))];
  yield [
    'boundaries of a message',
    Buffer.from(`content-type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\n'.repeat(200_000)}`),
  ];
}
