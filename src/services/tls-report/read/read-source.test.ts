import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allowance, type Allowances, RUN_ALLOWANCES } from './allowance.js';
import { messagesOf } from './mbox.js';
import { PROBLEM_WORDS, wordsOf } from './problems.js';
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
    const both = Buffer.concat([
      Buffer.from('\uFEFF'),
      Buffer.from(JSON_TEXT.replace('Tidy Mail', 'M\u00fcller'), 'latin1'),
    ]);
    const [marked] = (await readSource(both, '')).reports;
    expect(marked?.deviations.map(({ kind }) => kind).toSorted()).toEqual([
      'byte-order-mark',
      'damaged-text',
    ]);
    const latin = Buffer.from(JSON_TEXT.replace('Tidy Mail', 'M\u00fcller'), 'latin1');
    expect((await readSource(latin, '')).reports).toMatchObject([
      { organization: 'M\ufffdller', deviations: [{ kind: 'damaged-text' }] },
    ]);
  });
});

describe('what stands around a report, or behind it', () => {
  const gzip = gzipSync(JSON_TEXT);
  const big = gzipSync(JSON.stringify(bigReport()));
  const damaged = Buffer.from(big);
  damaged[damaged.length - 5]! ^= 1;

  it.each<[string, readonly Uint8Array[], readonly string[]]>([
    ['a line end behind gzip', [gzip, Buffer.from('\r\n')], [TIDY]],
    [
      'an extra field of more than 255 octets (RFC 1952, Section 2.3.1.1)',
      [withExtraField(gzip, 300)],
      [TIDY],
    ],
    ['zeros behind gzip', [gzip, Buffer.alloc(512)], [TIDY]],
    ['two gzip files behind one another', [gzip, big], [TIDY, BIG]],
    ['two, and line ends', [gzip, Buffer.from('\n'), big, Buffer.from('\n')], [TIDY, BIG]],
    ['text behind gzip', [gzip, Buffer.from('-- sent by me')], [TIDY, 'octets-behind-gzip']],
    [
      'one behind the other, as deep as layers are opened',
      Array.from({ length: 8 }, () => [gzip, Buffer.from('\n')]).flat(),
      [...Array(6).fill(TIDY), 'nested-too-deep', 'nested-too-deep'],
    ],
    ['a report behind gzip', [gzip, Buffer.from(JSON.stringify(bigReport()))], [TIDY, BIG]],
    ['a second member that is cut off', [gzip, big.subarray(0, 60)], [TIDY, 'bad-gzip']],
    ['a second member with a wrong length', [gzip, damaged], [TIDY, 'bad-gzip']],
    ['two reports in JSON', [Buffer.from(JSON_TEXT), Buffer.from(JSON.stringify(bigReport()))], [TIDY, BIG]],
    ['text behind JSON', [Buffer.from(JSON_TEXT), Buffer.from('\n-- sent by me')], [TIDY, 'text-after-end']],
    ['a byte order mark before gzip', [Buffer.from('\uFEFF'), gzip], [TIDY]],
    [
      'a blank line before a message',
      [Buffer.from('\r\n'), Buffer.from(`Subject: x\n\n${JSON_TEXT}`)],
      [TIDY],
    ],
    [
      'a byte order mark before it',
      [Buffer.from('\uFEFF'), Buffer.from(`Subject: x\n\n${JSON_TEXT}`)],
      [TIDY],
    ],
    ['a blank line before a mailbox', [Buffer.from('\n'), Buffer.from(`From x\n\n${JSON_TEXT}\n`)], [TIDY]],
  ])('%s', async (_, parts, found) => {
    expect(await idsIn(Buffer.concat(parts))).toEqual(found);
  });

  it('has a name, a comment, a checksum and more in the header of gzip (RFC 1952)', async () => {
    const head = Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 0x61, 0x62]);
    const named = Buffer.concat([head, Buffer.from('name\0comment\0\u0001\u0002'), gzip.subarray(10)]);
    expect(await idsIn(named)).toEqual([TIDY]);
    expect(await idsIn(head)).toEqual(['bad-gzip']);
  });
});

describe('parts of a message', () => {
  const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
  const inBase64 = 'Content-Transfer-Encoding: base64';

  it.each<[string, readonly string[], string]>([
    [
      'inline, named JSON',
      ['Content-Type: text/plain', 'Content-Disposition: inline; filename=r.json'],
      JSON_TEXT,
    ],
    ['text, named JSON by its type', ['Content-Type: text/plain; name="r.json"'], JSON_TEXT],
    [
      'inline, named gzip',
      ['Content-Type: text/plain', 'Content-Disposition: inline; filename="r.json.gz"', inBase64],
      base64(gzipSync(JSON_TEXT)),
    ],
    [
      'named in pieces (RFC 2231)',
      ['Content-Type: text/plain; name*0*=utf-8\'\'r%2E; name*1="json"'],
      JSON_TEXT,
    ],
    ['named in an encoded word', ['Content-Type: text/plain; name="=?utf-8?q?r=2Ejson?="'], JSON_TEXT],
    ['a second text that is a report', ['Content-Type: text/plain'], JSON_TEXT],
    [
      'a mail as octets',
      ['Content-Type: application/octet-stream', inBase64],
      base64(messageOf({ parts: [gzipPart(tidyReport(), FILE_NAME)] })),
    ],
    [
      'a mail as a file',
      ['Content-Type: text/plain; name=r.eml', inBase64],
      base64(messageOf({ parts: [gzipPart(tidyReport(), FILE_NAME)] })),
    ],
    [
      'quoted-printable over gzip, with a line end behind',
      ['Content-Type: application/gzip', 'Content-Transfer-Encoding: quoted-printable'],
      `${[...gzipSync(JSON_TEXT)]
        .map((octet) => `=${octet.toString(16).padStart(2, '0').toUpperCase()}`)
        .join('')
        .replace(/.{72}/g, '$&= \r\n')}\r\n`,
    ],
  ])('%s', async (_, head, body) => {
    expect(await idsIn(one(head, body))).toEqual([TIDY]);
  });

  it('that are archives are told of, unless there is a report', async () => {
    const archive = partOf(
      ['Content-Type: application/octet-stream', inBase64],
      base64(Buffer.from('PK\u0003\u0004')),
    );
    const named = partOf(
      ['Content-Type: application/zip; name=r.zip', inBase64],
      base64(Buffer.from('PK\u0003\u0004')),
    );
    expect(await idsIn(messageOf({ parts: [NOTE, archive] }))).toEqual(['zip-archive']);
    expect(await idsIn(messageOf({ parts: [NOTE, archive, gzipPart(tidyReport(), FILE_NAME)] }))).toEqual([
      TIDY,
    ]);
    expect(await idsIn(messageOf({ parts: [NOTE, named, gzipPart(tidyReport(), FILE_NAME)] }))).toEqual([
      ...[TIDY, 'zip-archive'],
    ]);
  });

  it.each([
    ...['tlsrpt+gzip', 'tlsrpt+json', 'tlsrpt', 'gzip', 'x-gzip', 'json', 'zip', 'x-zip-compressed'].map(
      (subtype) => `Content-Type: Application/${subtype}`,
    ),
    ...['Content-Type: message/rfc822', 'Content-Type: message/global'],
    ...['json', 'json.gz', 'zip', 'EML'].map((ending) => `Content-Type: text/plain; name=r.${ending}`),
  ])('that are meant to be reports are told of where they are none: %s', async (head) => {
    expect(await idsIn(one([head], 'Neither'))).toEqual(['unknown-form']);
  });

  it.each([
    ...['application/pdf', 'image/png', 'text/html', 'text/plain', 'message/delivery-status'],
    ...['text/plain; name=r.json.txt', 'text/plain; name=rjson'],
  ])('that are not meant to be reports are passed over: %s', async (type) => {
    expect(await idsIn(one([`Content-Type: ${type}`], 'Neither'))).toEqual(['no-report']);
  });

  it('are found behind boundaries with as many blanks as a line may end in', async () => {
    const message = (blanks: number) =>
      Buffer.from(
        `Content-Type: multipart/mixed; boundary=b\n\n--b${' '.repeat(blanks)}\nContent-Type: application/json\n\n${JSON_TEXT}`,
      );
    expect(await idsIn(message(80))).toEqual([TIDY]);
    expect(await idsIn(message(81))).toEqual(['no-report']);
  });

  it('are found however their boundaries are written', async () => {
    const part = `Content-Type: application/json\n\n${JSON_TEXT}`;
    const message = (boundary: string, ...lines: readonly string[]) =>
      Buffer.from(`Content-Type: multipart/mixed;\n\tboundary=${boundary}\n\n${lines.join('\n')}`);
    expect(await idsIn(message('b', '--b', part, '--b--', ''))).toEqual([TIDY]);
    expect(await idsIn(message('"b b"', 'preamble', '--b b \t', part, '--b b--'))).toEqual([TIDY]);
    expect(await idsIn(message('b', '--bc', 'x', '--b', part))).toEqual([TIDY]);
    expect(await idsIn(message('b', '--b', part, '--b--', '--b', part))).toEqual([TIDY]);
    expect(await idsIn(message('b', 'no boundary'))).toEqual(['no-report']);
    expect(await idsIn(message('b', `--bx${part}`))).toEqual(['no-report']);
    expect(await idsIn(message('b', '--b', '--b', part, '--b--'))).toEqual([TIDY]);
    expect(await idsIn(message('b', '', '--b', part, '--b--'))).toEqual([TIDY]);
  });
});

it('a report of more hosts than are read is read, and told of', async () => {
  const report = (count: number) => {
    const hosts = Array.from({ length: count }, (_, at) => `mx${at}.a.example`);
    const policy = { 'policy-type': 'sts', 'policy-domain': 'a.example', 'mx-host': hosts };
    const summary = { 'total-successful-session-count': 1, 'total-failure-session-count': 0 };
    return Buffer.from(JSON.stringify(tidyReport('2026-05-01', { policies: [{ policy, summary }] })));
  };
  expect(await idsIn(report(200))).toEqual([TIDY]);
  expect(await idsIn(report(201))).toEqual([TIDY, 'too-many-values']);
});

describe('an allowance', () => {
  it('is for all sources of a run, and what is beyond it is told of', async () => {
    const spentOn = async (own: Partial<Allowances>, ...sources: readonly Uint8Array[]) => {
      const allowance = new Allowance({ ...RUN_ALLOWANCES, ...own });
      const found: (readonly string[])[] = [];
      for (const source of sources) {
        const { reports, failures } = await readSource(source, '', allowance);
        found.push([...reports.map(({ reportId }) => reportId), ...failures.map(({ problem }) => problem)]);
      }
      return found;
    };
    const both = Buffer.from(`${JSON_TEXT}\n${JSON.stringify(bigReport())}`);
    expect(await spentOn({ reports: 1 }, both)).toEqual([[TIDY, 'allowance-spent']]);
    expect(await spentOn({ entries: 2 }, both, both)).toEqual([
      [TIDY, 'allowance-spent'],
      ['allowance-spent'],
    ]);
    expect(await spentOn({ octets: 3000 }, Buffer.from(JSON_TEXT), gzipSync(JSON_TEXT))).toEqual([
      [TIDY],
      ['too-large'],
    ]);
    const nine = Buffer.concat(new Array(9).fill(gzipSync(JSON_TEXT)));
    expect((await spentOn({ octets: 9000 }, nine)).flat()).toContain('too-large');
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
    ['a message of line ends', Buffer.from(`Subject: x\n\n${'\n'.repeat(200_000)}`), 'no-report'],
    [
      'a message of lines that look like boundaries',
      Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${'--bc\n'.repeat(20_000)}`),
      'too-many-parts',
    ],
    ['text in UTF-16', Buffer.from(`\uFEFF${JSON_TEXT}`, 'utf16le'), 'utf-16'],
    ['an empty archive', Buffer.from('PK\u0005\u0006rest'), 'zip-archive'],
    ['a list of nothing', Buffer.from('{"policies":[]}'), 'empty-policies'],
    ['JSON that is cut off', Buffer.from(JSON_TEXT.slice(0, -5)), 'not-json'],
    ['other JSON', Buffer.from('{"version":1}'), 'no-policies'],
    ['vast JSON', Buffer.alloc(10_485_761, '{'), 'too-large'],
  ])('%s', async (_, octets, problem) => {
    expect(await readSource(octets, '')).toMatchObject({ reports: [], failures: [{ part: '', problem }] });
  });

  it('is gzip that is cut off anywhere', async () => {
    const gzip = gzipSync(JSON_TEXT);
    for (const length of [
      2,
      3,
      9,
      10,
      11,
      50,
      ...Array.from({ length: 12 }, (_, at) => gzip.length - 1 - at),
    ])
      expect(await idsIn(gzip.subarray(0, length)), `${length}`).toEqual(['bad-gzip']);
  });

  it('is a message of a part too many, or nested too deep by one', async () => {
    const parts = (count: number) =>
      Buffer.from(
        `Content-Type: multipart/mixed; boundary=b\n\n${`--b\n\nx\n`.repeat(count - 1)}--b\nContent-Type: application/json\n\n${JSON_TEXT}\n--b--`,
      );
    expect(await idsIn(parts(1000))).toEqual([TIDY]);
    expect(await idsIn(parts(1001))).toEqual(['too-many-parts']);
    const layers = (depth: number): string =>
      depth === 0
        ? `Content-Type: application/json\n\n${JSON_TEXT}`
        : `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${layers(depth - 1)}`;
    expect(await idsIn(Buffer.from(layers(16)))).toEqual([TIDY]);
    expect(await idsIn(Buffer.from(layers(17)))).toEqual(['bad-message']);
  });

  it('is told of part by part; the rest is read', async () => {
    const broken = partOf(['Content-Type: application/tlsrpt+gzip; name=broken.json.gz'], 'not gzip');
    const read = await readSource(messageOf({ parts: [broken, gzipPart(tidyReport(), FILE_NAME)] }), '');
    expect(read.reports).toHaveLength(1);
    expect(read.failures).toMatchObject([{ part: 'broken.json.gz', problem: 'unknown-form' }]);
  });

  it('is told of where a mailbox has more messages than are read', async () => {
    const mailboxOf = (messages: number) => Buffer.from('From x\n\n\n'.repeat(messages));
    const problemsOf = async (messages: number) => {
      const { failures } = await readSource(mailboxOf(messages), 'box');
      return [...new Set(failures.map(({ problem }) => problem))];
    };
    expect(await problemsOf(1000)).toEqual(['no-report']);
    expect(await problemsOf(1001)).toEqual(['no-report', 'too-many-problems']);
    expect((await readSource(mailboxOf(1003), 'box')).failures).toHaveLength(1001);
    const read = Buffer.from(`From x\n\n${JSON_TEXT}\n\n`.repeat(10_001));
    const { reports, failures } = await readSource(read, 'box');
    expect(reports).toHaveLength(10_000);
    expect(failures).toMatchObject([{ part: 'box', problem: 'too-many-messages' }]);
  });

  it('takes a mailbox apart at lines "From " behind an empty one', () => {
    const mailbox = Buffer.from('From x\na\nFrom here\n>From there\n\nFrom y\r\nb\r\n\r\nFrom z\nc\n');
    const messages = [...messagesOf(mailbox, 1000)].map((message) => String(message).trim());
    expect(messages).toEqual(['a\nFrom here\nFrom there', 'b', 'c']);
  });

  it('is told of with its place, where one is to blame', () => {
    const failure = { part: 'r.json', problem: 'not-json' } as const;
    expect(wordsOf({ ...failure, place: null })).toBe('it is not JSON');
    expect(wordsOf({ ...failure, place: { line: 3, column: 17 } })).toBe('it is not JSON: line 3, column 17');
  });

  it('has words', () => {
    for (const says of Object.values(PROBLEM_WORDS)) expect(says).toMatch(/^(its?|the|there) .+[^.]$/);
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

/** With an extra field behind the header, of so many octets. */
function withExtraField(gzip: Uint8Array, length: number): Buffer {
  const header = Buffer.from(gzip.subarray(0, 10));
  header[3] = header[3]! | 0x04;
  const size = Buffer.from([length % 256, Math.floor(length / 256)]);
  return Buffer.concat([header, size, Buffer.alloc(length, 'x'), gzip.subarray(10)]);
}
