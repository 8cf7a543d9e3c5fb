import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../policy/smtp/reply.js';
import {
  type Answered,
  LATER_REPLY_LENGTH_MAX,
  LINE_OCTETS_MAX,
  REPLIES_LENGTH_MAX,
  REPLY_LENGTH_MAX,
  REPLY_LINES_MAX,
  REPLY_OCTETS_MAX,
  type ReaderFailure,
  ReplyReader,
  SAID_LENGTH_MAX,
} from './reply-reader.js';

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
    expect(readAll(['250-a\r\n250-\r\n250\r\n'])).toEqual([{ code: 250, lines: ['a', '', ''] }]);
  });

  it('whose lines differ in their codes are handed on with all of them (SMTP-4.2.1-3)', () => {
    expect(readAll(['250-a\r\n251 b\r\n'])).toEqual([{ code: 251, lines: ['a', 'b'], codes: [250, 251] }]);
    expect(readAll(['550-5.7.1 a\r\n250 b\r\n220 c\r\n'])).toEqual([
      { code: 250, lines: ['5.7.1 a', 'b'], codes: [550, 250] },
      { code: 220, lines: ['c'] },
    ]);
  });

  it('may have a tab for a blank', () => {
    expect(readAll(['250-mx\r\n250\tSIZE\t10\r\n'])).toEqual([{ code: 250, lines: ['mx', 'SIZE 10'] }]);
  });

  it.each(['150 a', '600 a', '25', '25O a', 'hello', '', '250_a', '-250 a', '2500'])(
    'are never made of %j (SMTP-4.2-3)',
    (line) => {
      expect(readAll([`${line}\r\n`])).toEqual(['malformed']);
    },
  );

  it('may end their lines in LF alone, and lose control characters', () => {
    expect(readAll(['220-a\n220 b\u0000\u001b[2J\rc\n'])).toEqual([{ code: 220, lines: ['a', 'b??[2J?c'] }]);
    expect(readAll(['220 grüße \u0085\r\n'])).toEqual([{ code: 220, lines: ['grüße ?'] }]);
  });

  it('may hold text beyond ASCII (U8-3.7.4-1)', () => {
    expect(readAll(['251-2.1.5 weiter an\r\n251 2.1.5 <j\u00f6rg@b\u00fccher.example>\r\n'])).toEqual([
      { code: 251, lines: ['2.1.5 weiter an', '2.1.5 <j\u00f6rg@b\u00fccher.example>'] },
    ]);
    expect(readAll(['551 5.1.6 \u2603\r\n'])).toEqual([{ code: 551, lines: ['5.1.6 \u2603'] }]);
  });

  it('lose the end of a line that is too long, and what follows is read as it is (SMTP-4.5.3.1-2)', () => {
    const text = 'x'.repeat(LINE_OCTETS_MAX.command - 4);
    for (const more of ['', 'y', 'y'.repeat(30_000)]) {
      for (const chunks of [
        [`550 ${text}${more}\r\n250 ok\r\n`],
        [`550 ${text}`, more, '\r', '\n250 ok\r\n'],
      ])
        expect(readAll(chunks)).toEqual([
          { code: 550, lines: [text] },
          { code: 250, lines: ['ok'] },
        ]);
    }
  });

  it('to AUTH may be as long as challenges are, and those behind it may not (AUTH-4-6)', () => {
    const reader = new ReplyReader();
    const heard = () => (reader.next() as { readonly lines: readonly string[] }).lines[0]!.length;
    reader.expect('AUTH');
    const challenge = `334 ${'x'.repeat(12_288)}\r\n`;
    reader.push(Buffer.from(challenge + challenge));
    expect(heard()).toBe(12_288);
    reader.expect('command');
    expect(heard()).toBe(LINE_OCTETS_MAX.command - 4);
  });

  const lines = (count: number, text: string) => `${`250-${text}\r\n`.repeat(count - 1)}250 ${text}\r\n`;

  it('have a bounded number of octets', () => {
    const most = REPLY_OCTETS_MAX / lines(1, 'ab').length;
    expect(readAll([lines(most, 'ab')])).toMatchObject([{ code: 250, lines: { length: REPLY_LINES_MAX } }]);
    expect(readAll([lines(most + 1, 'ab')])).toEqual(['oversized']);
    expect(readAll([`250 ${'x'.repeat(REPLY_OCTETS_MAX)}`, '\r\n'])).toEqual(['oversized']);
  });

  it('lose lines behind so many, unless these say something else (SMTP-4.2.1-3)', () => {
    const [most, others] = ['250-a\r\n'.repeat(REPLY_LINES_MAX), Array(REPLY_LINES_MAX).fill('a')];
    expect(readAll([`${most}250-b\r\n250 c\r\n`])).toEqual([{ code: 250, lines: others }]);
    expect(readAll([`${most}550 no\r\n`])).toEqual(['oversized']);
    expect(readAll([`${most}550-no\r\n250 c\r\n`])).toEqual(['oversized']);
  });

  it('lose text behind so much, which each recipient would be told, and neither a keyword nor a code', () => {
    const long = lines(30, 'x'.repeat(1000));
    const lengthOf = (answers: Answered, text: string) => {
      const reader = new ReplyReader();
      reader.expect(answers);
      reader.push(Buffer.from(text));
      const { lines: heard } = reader.next() as Reply;
      // It throws for half a character.
      encodeURIComponent(heard.join(''));
      return [heard.length, heard.join('').length];
    };
    expect(lengthOf('EHLO', long)).toEqual([30, 30_000]);
    expect(lengthOf('AUTH', long)).toEqual([30, 30_000]);
    expect(lengthOf('command', long)).toEqual([30, REPLY_LENGTH_MAX.command]);
    expect(lengthOf('command', lines(9, `x${'\u{1f4e7}'.repeat(500)}`))[1]).toBe(REPLY_LENGTH_MAX.command);
  });

  it('of one connection lose text behind very much, as replies to very many recipients would never have', () => {
    const reader = new ReplyReader();
    const length = () => {
      reader.push(Buffer.from(lines(2, 'x'.repeat(2000))));
      return (reader.next() as Reply).lines.join('').length;
    };
    const lengths = Array.from({ length: 1000 }, length);
    expect(lengths[0]).toBe(4000);
    expect(lengths.at(-1)).toBe(LATER_REPLY_LENGTH_MAX);
    const sum = lengths.reduce((all, each) => all + each, 0);
    expect(sum).toBeLessThan(REPLIES_LENGTH_MAX + 1000 * LATER_REPLY_LENGTH_MAX);
    reader.expect('EHLO');
    expect(length()).toBe(4000);
  });

  it('that are none, or not whole, are shown, in one line and without control characters', () => {
    const said = (octets: string) => {
      const reader = new ReplyReader();
      reader.push(Buffer.from(octets));
      reader.next();
      return reader.said;
    };
    expect(said('220 whole\r\n')).toBe('');
    expect(said('421-4.3.2 going\r\n421-down\r\n42')).toBe('421-4.3.2 going 421-down 42');
    expect(said('250 a\r\n550 no\r\n421 bye\r\n')).toBe('550 no 421 bye');
    expect(said('HTTP/1.1 400 Bad\u0007\r\n\r\n')).toBe('HTTP/1.1 400 Bad?');
    expect(said(`x${'\u0000'.repeat(9000)}`)).toBe(`x${'?'.repeat(SAID_LENGTH_MAX - 1)}`);
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
    `250 ${'y'.repeat(LINE_OCTETS_MAX.command - 4)}\r\n`,
    `250-${'z'.repeat(LINE_OCTETS_MAX.command - 3)}\r\n`,
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
