import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesOf } from './mbox.js';
import { PROBLEM_WORDS } from './problems.js';
import { readSource } from './read-source.js';
import {
  bigReport,
  gzipPart,
  type MessageParts,
  messageOf,
  NOTE,
  SLOPPY_TEXT,
  tidyReport,
} from './samples.fixture.js';

const JSON_TEXT = JSON.stringify(tidyReport());
const FILE_NAME = 'tidy.example!a.example!1777593600!1777679999!001.json.gz';
const idsIn = async (octets: Uint8Array, name = '') => {
  const { reports, failures } = await readSource(octets, name);
  return [...reports.map(({ reportId }) => reportId), ...failures.map(({ problem }) => problem)];
};
const TIDY = '2026-05-01.1@tidy.example';
const BIG = '2026-05-01T00:00:00Z_a.example';

/** A part that is no multipart. */
const partOf = (head: readonly string[], body: string) => ({ head, body });
const one = (head: readonly string[], body: string, more: Partial<MessageParts> = {}) =>
  messageOf({ parts: [NOTE, partOf(head, body)], ...more });

describe('forms of reports', () => {
  it.each<[string, Uint8Array]>([
    ['plain JSON', Buffer.from(JSON_TEXT)],
    ['JSON after blanks', Buffer.from(` \r\n\t${JSON_TEXT}`)],
    ['gzip', gzipSync(JSON_TEXT)],
    [
      'gzip in several members',
      Buffer.concat([gzipSync(JSON_TEXT.slice(0, 99)), gzipSync(JSON_TEXT.slice(99))]),
    ],
    ['gzip within gzip', gzipSync(gzipSync(JSON_TEXT))],
    ['a message, compressed, in base64', messageOf({ parts: [NOTE, gzipPart(tidyReport(), FILE_NAME)] })],
    [
      'a message with application/gzip',
      messageOf({ parts: [NOTE, gzipPart(tidyReport(), FILE_NAME, 'application/gzip')] }),
    ],
    [
      'a message in which only the octets tell',
      messageOf({ parts: [NOTE, gzipPart(tidyReport(), 'report', 'application/octet-stream')] }),
    ],
    [
      'a message with tlsrpt+json in 8bit',
      one(['Content-Type: application/tlsrpt+json', 'Content-Transfer-Encoding: 8bit'], JSON_TEXT),
    ],
    [
      'a message in quoted-printable',
      one(
        ['Content-Type: application/tlsrpt+json', 'Content-Transfer-Encoding: quoted-printable'],
        JSON_TEXT.replaceAll('=', '=3D').replace(/.{70}/g, '$&=\r\n'),
      ),
    ],
    [
      'a message with a file name only',
      one(['Content-Type: text/plain', 'Content-Disposition: attachment; filename="r.json"'], JSON_TEXT),
    ],
    [
      'a message with JSON as text',
      one(['Content-Type: application/json; name=x'], JSON_TEXT, { type: 'multipart/mixed' }),
    ],
    [
      'a message that is the report',
      Buffer.from(`Subject: x\nContent-Type: application/tlsrpt+json\n\n${JSON_TEXT}`),
    ],
    ['a message whose text is the report', Buffer.from(`Subject: x\n\n${JSON_TEXT}`)],
    [
      'a message in a message',
      one(
        ['Content-Type: message/rfc822'],
        messageOf({ parts: [gzipPart(tidyReport(), FILE_NAME)] })
          .toString('latin1')
          .replaceAll('=_limit', '=_inner'),
        { type: 'multipart/mixed' },
      ),
    ],
    [
      'a multipart in a multipart',
      one(
        ['Content-Type: multipart/mixed; boundary=inner'],
        `--inner\r\nContent-Type: application/json\r\n\r\n${JSON_TEXT}\r\n--inner--`,
        { type: 'multipart/mixed' },
      ),
    ],
    ['a compressed message', gzipSync(messageOf({ parts: [gzipPart(tidyReport(), FILE_NAME)] }))],
  ])('%s', async (_, octets) => {
    expect(await idsIn(octets)).toEqual([TIDY]);
  });

  it('several in one message', async () => {
    const parts = [NOTE, gzipPart(tidyReport(), 'a.json.gz'), gzipPart(bigReport(), 'b.json.gz')];
    expect(await idsIn(messageOf({ parts }))).toEqual([TIDY, BIG]);
  });

  it('a mailbox, with what it quotes', async () => {
    const first = messageOf({ parts: [gzipPart(tidyReport(), FILE_NAME)] }).toString('latin1');
    const second = `Subject: two\n\n>From here on: nothing\n${JSON_TEXT}`;
    const third = `Subject: three\n\n${JSON.stringify(bigReport())}`;
    const mbox = `From x@tidy.example Fri May  1 00:00:00 2026\n${first}\r\nFrom y Fri May  1 00:00:00 2026\n${second}\n\nFrom z\n${third}\n`;
    expect(await idsIn(Buffer.from(mbox, 'latin1'))).toEqual([TIDY, BIG, 'no-report']);
  });

  it('leaves other attachments alone', async () => {
    const logo = partOf(
      ['Content-Type: image/png; name=logo.png', 'Content-Transfer-Encoding: base64'],
      'iVBORw0KGgo=',
    );
    expect(await idsIn(messageOf({ parts: [NOTE, logo, gzipPart(tidyReport(), FILE_NAME)] }))).toEqual([
      TIDY,
    ]);
  });

  it('keeps a byte order mark for the reader, and marks what is not UTF-8', async () => {
    const { reports } = await readSource(Buffer.from(SLOPPY_TEXT), '');
    expect(reports[0]?.deviations[0]?.kind).toBe('byte-order-mark');
    const latin = Buffer.from(JSON_TEXT.replace('Tidy Mail', 'M\u00fcller'), 'latin1');
    expect((await readSource(latin, '')).reports).toMatchObject([
      { organization: 'M\ufffdller', deviations: [{ kind: 'damaged-text' }] },
    ]);
  });
});

describe('names around a report', () => {
  it('are compared with it; it counts (RPT-5.6-1)', async () => {
    const message = messageOf({
      subject: 'Report Domain: a.example\r\n Submitter: evil.example\r\n Report-ID: <1@evil.example>',
      fields: ['TLS-Report-Domain: a.example', 'TLS-Report-Submitter: evil.example'],
      parts: [NOTE, gzipPart(tidyReport(), 'evil.example!a.example!1777593600!1777679999.json.gz')],
    });
    const { reports } = await readSource(message, 'saved.eml');
    expect(reports).toMatchObject([{ submitter: 'tidy.example', reportId: TIDY }]);
    expect(reports[0]!.deviations.map(({ kind, where }) => `${kind} ${where}`)).toEqual([
      'name-disagrees Subject, submitter',
      'name-disagrees TLS-Report-Submitter',
      'name-disagrees file name, sender',
    ]);
  });

  it('say whether a file is compressed', async () => {
    const kinds = async (octets: Uint8Array, name: string) =>
      (await readSource(octets, name)).reports.flatMap(({ deviations }) =>
        deviations.map(({ kind }) => kind),
      );
    expect(await kinds(Buffer.from(JSON_TEXT), FILE_NAME)).toEqual(['name-of-other-form']);
    expect(await kinds(gzipSync(JSON_TEXT), 'x.json')).toEqual(['name-of-other-form']);
    expect(await kinds(gzipSync(JSON_TEXT), FILE_NAME)).toEqual([]);
  });
});

describe('what cannot be read', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32));
  const nested = (depth: number): Uint8Array =>
    depth === 0 ? Buffer.from(JSON_TEXT) : gzipSync(nested(depth - 1));
  const chain = (depth: number): string =>
    depth === 0
      ? 'x'
      : `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${chain(depth - 1)}`;

  it.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.from(''), 'unknown-form'],
    ['octets', Buffer.from([0, 1, 2, 3]), 'unknown-form'],
    ['a web page', Buffer.from('<html></html>'), 'unknown-form'],
    ['an archive', Buffer.from('PK\u0003\u0004rest'), 'zip-archive'],
    ['gzip cut off', gzipSync(JSON_TEXT).subarray(0, 100), 'bad-gzip'],
    ['gzip that unpacks to too much', bomb, 'too-large'],
    [
      'such gzip in a message',
      messageOf({
        parts: [
          partOf(
            ['Content-Type: application/gzip', 'Content-Transfer-Encoding: base64'],
            bomb.toString('base64'),
          ),
        ],
      }),
      'too-large',
    ],
    ['gzip in gzip in gzip', nested(9), 'nested-too-deep'],
    ['a message without a report', messageOf({ parts: [NOTE] }), 'no-report'],
    ['a message of many parts', messageOf({ parts: new Array(3000).fill(NOTE) }), 'too-many-parts'],
    ['a message nested too deep', Buffer.from(`MIME-Version: 1.0\n${chain(40)}`), 'bad-message'],
    [
      'a message with a vast header',
      Buffer.from(`Subject: ${'x'.repeat(300_000)}\n\n${JSON_TEXT}`),
      'bad-message',
    ],
    ['a vast message', Buffer.from(`Subject: x\n\n${'x'.repeat(10_485_760)}`), 'too-large'],
    ['a message of line ends', Buffer.from(`Subject: x\n\n${'\n'.repeat(200_000)}`), 'too-many-parts'],
    ['JSON that is cut off', Buffer.from(JSON_TEXT.slice(0, -5)), 'not-json'],
    ['other JSON', Buffer.from('{"version":1}'), 'no-policies'],
    ['vast JSON', Buffer.alloc(20_971_521, '{'), 'too-large'],
  ])('%s', async (_, octets, problem) => {
    expect(await readSource(octets, '')).toEqual({ reports: [], failures: [{ part: '', problem }] });
  });

  it('is told of part by part; the rest is read', async () => {
    const broken = partOf(['Content-Type: application/tlsrpt+gzip; name=broken.json.gz'], 'not gzip');
    const read = await readSource(messageOf({ parts: [broken, gzipPart(tidyReport(), FILE_NAME)] }), '');
    expect(read.reports).toHaveLength(1);
    expect(read.failures).toEqual([{ part: 'broken.json.gz', problem: 'unknown-form' }]);
  });

  it('is told of where a mailbox has more messages than are read', async () => {
    const mailboxOf = (messages: number) => Buffer.from('From x\n\n\n'.repeat(messages));
    const problemsOf = async (messages: number) => {
      const { failures } = await readSource(mailboxOf(messages), 'box');
      return failures.filter(({ problem }) => problem !== 'no-report');
    };
    expect(await problemsOf(10_000)).toEqual([]);
    expect(await problemsOf(10_001)).toEqual([{ part: 'box', problem: 'too-many-messages' }]);
  }, 60_000);

  it('reads as many messages of a mailbox as it may', () => {
    const mailbox = Buffer.from('From x\na\n\nFrom y\nb\n\nFrom z\nc\n');
    const read = (messagesMax: number) => {
      const { messages, rest } = messagesOf(mailbox, messagesMax);
      return [messages.map((message) => String(message).trim()).join(), rest];
    };
    expect(read(3)).toEqual(['a,b,c', 'none']);
    expect(read(2)).toEqual(['a,b', 'left-out']);
  });

  it('has words', () => {
    for (const says of Object.values(PROBLEM_WORDS)) expect(says).toMatch(/^(it|the|there) .+[^.]$/);
  });
});

describe('law 14: any octets', () => {
  const samples = [
    messageOf({ parts: [NOTE, gzipPart(tidyReport(), FILE_NAME)] }),
    gzipSync(JSON_TEXT),
    Buffer.from(`From x\n${messageOf({ parts: [gzipPart(bigReport(), FILE_NAME)] }).toString('latin1')}`),
  ];
  const aMutation = fc
    .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(30), fc.uint8Array({ maxLength: 30 }))
    .map(([octets, at, removed, inserted]) => {
      const cut = at % octets.length;
      return Buffer.concat([octets.subarray(0, cut), inserted, octets.subarray(cut + removed)]);
    });

  it('come to reports or to problems, and never to nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(aMutation, fc.uint8Array({ maxLength: 200 })),
        fc.string(),
        async (octets, name) => {
          const { reports, failures } = await readSource(octets, name);
          expect(reports.length + failures.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
