import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../policy/smtp/reply.js';
import { LINE_OCTETS_MAX, REPLY_LINES_MAX, type ReaderFailure, ReplyReader } from './reply-reader.js';

describe('replies', () => {
  it('are read with text, without text, and with a trailing space only (SMTP-4.2-2)', () => {
    expect(readAll(['250 fine\r\n250\r\n250 \r\n'])).toEqual([
      { code: 250, lines: ['fine'] },
      { code: 250, lines: [''] },
      { code: 250, lines: [''] },
    ]);
  });

  it('may have several lines of one code (SMTP-4.2.1-3)', () => {
    expect(readAll(['250-mx.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n'])).toEqual([
      { code: 250, lines: ['mx.example', 'PIPELINING', '8BITMIME'] },
    ]);
    expect(readAll(['250-a\r\n251 b\r\n'])).toEqual(['malformed']);
    expect(readAll(['250-a\r\n250-\r\n250\r\n'])).toEqual([{ code: 250, lines: ['a', '', ''] }]);
  });

  it.each(['150 a', '600 a', '25', '25O a', 'hello', '', '250_a', '250\ta', '-250 a', '2500'])(
    'are never made of %j (SMTP-4.2-3)',
    (line) => {
      expect(readAll([`${line}\r\n`])).toEqual(['malformed']);
    },
  );

  it('may end their lines in LF alone, and lose control characters', () => {
    expect(readAll(['220-a\n220 b\u0000\u001b[2J\rc\n'])).toEqual([{ code: 220, lines: ['a', 'b??[2J?c'] }]);
    expect(readAll(['220 grüße \u0085\r\n'])).toEqual([{ code: 220, lines: ['grüße ?'] }]);
  });

  it('have lines of a bounded length (SMTP-4.5.3.1-2)', () => {
    const text = 'x'.repeat(LINE_OCTETS_MAX - 4);
    expect(readAll([`250 ${text}\r\n`])).toEqual([{ code: 250, lines: [text] }]);
    expect(readAll([`250 ${text}\r`, '\n'])).toEqual([{ code: 250, lines: [text] }]);
    expect(readAll([`250 ${text}x\r\n`])).toEqual(['oversized']);
    expect(readAll([`250 ${text}x`, '\r\n'])).toEqual(['oversized']);
  });

  it('have a bounded number of lines and octets', () => {
    const lines = (count: number, text: string) => `${`250-${text}\r\n`.repeat(count - 1)}250 ${text}\r\n`;
    expect(readAll([lines(REPLY_LINES_MAX, 'a')])).toHaveLength(1);
    expect(readAll([lines(REPLY_LINES_MAX, 'a')])).not.toContain('oversized');
    expect(readAll([lines(REPLY_LINES_MAX + 1, 'a')])).toEqual(['oversized']);
    expect(readAll([lines(100, 'x'.repeat(1000))])).toEqual(['oversized']);
  });

  it('end in bounded memory where ten megabytes come without a line end', () => {
    const reader = new ReplyReader();
    const chunk = Buffer.alloc(65_536, 'x');
    let heard: ReturnType<ReplyReader['next']> = null;
    for (let sent = 0; sent < 10_000_000; sent += chunk.length) {
      reader.push(chunk);
      heard = reader.next();
      expect(reader.unread).toBeLessThanOrEqual(2 * chunk.length);
    }
    expect(heard).toBe('oversized');
    expect(reader.unread).toBe(0);
  });

  it('show what stands behind them', () => {
    const reader = new ReplyReader();
    reader.push(Buffer.from('220 go\r\n250 injected'));
    expect(reader.next()).toEqual({ code: 220, lines: ['go'] });
    expect(reader.unread).toBe('250 injected'.length);
  });

  it('are the same however the octets are cut', () => {
    fc.assert(
      fc.property(
        fc.array(aLine, { maxLength: 20 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (lines, cuts) => {
          const octets = Buffer.from(lines.join(''));
          expect(readAll(cut(octets, cuts))).toEqual(readAll([octets]));
        },
      ),
    );
  });

  it('come from any octets without a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        for (const heard of readAll(chunks.map((chunk) => Buffer.from(chunk)))) {
          if (typeof heard === 'string') continue;
          expect(heard.code).toBeGreaterThanOrEqual(200);
          expect(heard.code).toBeLessThanOrEqual(599);
        }
      }),
    );
  });
});

const aLine = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('250-', '250 ', '220 ', '250'), fc.string({ maxLength: 30 }))
      .map(([mark, text]) => `${mark}${text}\r\n`),
  },
  fc.constantFrom(
    '250 a\n',
    '\r\n',
    '25',
    'x\r\n',
    '250 \r\r\n',
    `250 ${'y'.repeat(LINE_OCTETS_MAX - 4)}\r\n`,
    `250-${'z'.repeat(LINE_OCTETS_MAX - 3)}\r\n`,
  ),
);

/** Everything that a reader says, up to its failure. */
function readAll(chunks: readonly (string | Buffer)[]): (Reply | ReaderFailure)[] {
  const reader = new ReplyReader();
  const heard: (Reply | ReaderFailure)[] = [];
  for (const chunk of chunks) {
    reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    for (let next = reader.next(); next !== null; next = reader.next()) {
      heard.push(next);
      if (typeof next === 'string') return heard;
    }
  }
  return heard;
}

function cut(octets: Buffer, sizes: Iterator<number>): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < octets.length; ) {
    const size = sizes.next().value as number;
    chunks.push(octets.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
