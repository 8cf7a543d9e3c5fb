import { describe, expect, it } from 'vitest';
import { withoutDotStuffing } from './without-dot-stuffing.js';

async function read(...chunks: readonly string[]): Promise<string> {
  const read: Uint8Array[] = [];
  const pieces = chunks.map((chunk) => Buffer.from(chunk, 'latin1'));
  for await (const octets of withoutDotStuffing(pieces)) read.push(octets);
  return Buffer.concat(read).toString('latin1');
}

describe('a message without its dot-stuffing', () => {
  it('has one dot less at the beginning of each line that has one, wherever its pieces end', async () => {
    const stuffed = '..first\r\nplain .\r\n...\r\n..\r\nend';
    const plain = '.first\r\nplain .\r\n..\r\n.\r\nend';
    expect(await read(stuffed)).toBe(plain);
    expect(await read(...stuffed)).toBe(plain);
    for (let at = 0; at < stuffed.length; at++)
      expect(await read(stuffed.slice(0, at), stuffed.slice(at))).toBe(plain);
    expect(await read()).toBe('');
  });

  it('says at once what is no stream', () => {
    for (const wrong of [null, undefined, 'text', 7, {}])
      expect(() => withoutDotStuffing(wrong as never)).toThrow('stuffed must be a stream of octets');
  });
});
