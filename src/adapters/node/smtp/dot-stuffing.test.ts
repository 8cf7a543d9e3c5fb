import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DotStuffer } from './dot-stuffing.js';

describe('dot-stuffing', () => {
  it.each([
    ['', '.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['a\r\n', 'a\r\n.\r\n'],
    ['.', '..\r\n.\r\n'],
    ['.a\r\n..b\r\nc.\r\n', '..a\r\n...b\r\nc.\r\n.\r\n'],
    ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r', 'a\r\n.\r\n'],
    ['a\r\r\n', 'a\r\n\r\n.\r\n'],
    ['\r\n', '\r\n.\r\n'],
  ])('sends %j as %j (SMTP-4.5.2-1, SMTP-4.1.1.4-1)', (message, sent) => {
    expect(stuff([message])).toBe(sent);
    expect(stuff([...message])).toBe(sent);
  });

  it('leaves a message alone that needs nothing, without copying it', () => {
    const octets = Buffer.from('Subject: hello\r\n\r\nhello.\r\n');
    expect(new DotStuffer().push(octets)).toBe(octets);
  });

  it('is undone by the server, to the message with its line ends put right (SMTP-2.3.8-1)', () => {
    fc.assert(
      fc.property(fc.array(aPiece), (pieces) => {
        const message = pieces.join('');
        const sent = stuff(pieces);
        expect(unstuff(sent)).toBe(normalised(message));
        expect(sent).toBe(stuff([message]));
        expect(sent).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
        // The end is there once, at the end.
        expect(`\r\n${sent}`.indexOf('\r\n.\r\n')).toBe(sent.length - 3);
      }),
    );
  });
});

const aPiece = fc.oneof(
  fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', '\n.', '.\r\n'),
  fc.string({ maxLength: 5 }),
);

function stuff(chunks: readonly string[]): string {
  const stuffer = new DotStuffer();
  const octets = chunks.map((chunk) => Buffer.from(stuffer.push(Buffer.from(chunk))));
  return Buffer.concat([...octets, stuffer.end()]).toString();
}

function unstuff(sent: string): string {
  expect(sent.endsWith('.\r\n')).toBe(true);
  return sent.slice(0, -3).replaceAll(/^\./gm, '');
}

function normalised(message: string): string {
  const lines = message.replaceAll(/\r\n|\r|\n/g, '\r\n');
  return lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
}
