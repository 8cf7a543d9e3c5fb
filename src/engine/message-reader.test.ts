import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageReader } from './message-reader.js';

const octetsOf = (...parts: readonly (string | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
const LATIN1 = Uint8Array.of(0xfc);

function factsOf(octets: Uint8Array, chunk = octets.length) {
  const reader = new MessageReader();
  for (let at = 0; at < octets.length; at += Math.max(1, chunk))
    reader.push(octets.subarray(at, at + Math.max(1, chunk)));
  return reader.facts();
}

const MULTIPART = 'Content-Type: multipart/mixed;\r\n boundary="b 1"\r\n\r\npreamble\r\n--b 1\r\n';

describe('whether a message is internationalized (RFC 6531, Section 3.2)', () => {
  it.each([
    ['UTF-8 in the header', octetsOf('Subject: \u00fc\r\n\r\nx\r\n'), 'needed'],
    ['UTF-8 in a header without a body', octetsOf('Subject: \u00fc'), 'needed'],
    ['Latin-1 in the header', octetsOf('Subject: ', LATIN1, '\r\n\r\nx\r\n'), 'not-needed'],
    ['half a character', octetsOf('Subject: ', Uint8Array.of(0xe2, 0x82), '\r\n\r\n'), 'not-needed'],
    ['an overlong form', octetsOf('Subject: ', Uint8Array.of(0xc0, 0xaf), '\r\n\r\n'), 'not-needed'],
    ['a surrogate', octetsOf('Subject: ', Uint8Array.of(0xed, 0xa0, 0x80), '\r\n\r\n'), 'not-needed'],
    ['UTF-8 in the body', octetsOf('Subject: x\r\n\r\n\u00fc\r\n'), 'not-needed'],
    [
      'UTF-8 in the header of a part',
      octetsOf(MULTIPART, 'Content-Description: \u00fc\r\n\r\nx\r\n--b 1--\r\n'),
      'needed',
    ],
    [
      'UTF-8 in the body of a part',
      octetsOf(MULTIPART, 'Content-Type: text/plain\r\n\r\n\u00fc\r\n--b 1--\r\n'),
      'not-needed',
    ],
    [
      'UTF-8 in the header of a message in a part',
      octetsOf(MULTIPART, 'Content-Type: message/rfc822\n\nSubject: \u00fc\n\nx\n--b 1--\n'),
      'needed',
    ],
    [
      'UTF-8 in a part of a part',
      octetsOf(MULTIPART, 'Content-Type: multipart/x; boundary=c\r\n\r\n--c\r\nX: \u00fc\r\n\r\n'),
      'needed',
    ],
  ] as const)('%s: %s', (_, octets, utf8) => {
    expect(factsOf(octets).utf8).toBe(utf8);
    expect(factsOf(octets, 1).utf8).toBe(utf8);
  });
});

it('reads the same, however the octets come', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            '\r\n',
            '\n',
            '\r',
            '--b 1',
            '--b',
            '--',
            '-',
            ' ',
            '\t',
            'TLS-Required: No',
            ': ',
            '\u00fc',
          ),
          fc.string(),
        ),
        { maxLength: 30 },
      ),
      fc.nat({ max: 20 }),
      (pieces, chunk) => {
        const octets = octetsOf(MULTIPART, ...pieces);
        expect(factsOf(octets, chunk)).toEqual(factsOf(octets));
      },
    ),
  );
});

it('counts every line end as two octets, and no dot that is put before another (SIZE-6-1)', () => {
  for (const [text, size] of [
    ['', 0],
    ['x', 3],
    ['x\r\n', 3],
    ['x\n', 3],
    ['x\r', 3],
    ['a\rb\nc', 9],
    ['.\r\n..\n', 7],
  ] as const)
    expect(factsOf(octetsOf(text)).sizeBytes, JSON.stringify(text)).toBe(size);
});

it('meets a boundary with blanks behind it, and nothing else that begins like one', () => {
  for (const [line, utf8] of [
    ['--b 1', 'needed'],
    ['--b 1 \t', 'needed'],
    ['--b 1x', 'not-needed'],
    ['--b', 'not-needed'],
    ['--', 'not-needed'],
    ['-', 'not-needed'],
    [`--b 1${' '.repeat(200)}`, 'not-needed'],
  ] as const) {
    const head = 'Content-Type: multipart/mixed; boundary="b 1"\r\n\r\n';
    const octets = octetsOf(head, `${line}\r\nX: \u00fc\r\n\r\n`);
    expect(factsOf(octets).utf8, line).toBe(utf8);
    expect(factsOf(octets, 1).utf8, line).toBe(utf8);
  }
});
