import { describe, expect, it } from 'vitest';
import { withoutStuffing } from './queue-file.js';

async function read(...chunks: readonly string[]): Promise<string> {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const read: Uint8Array[] = [];
  for await (const octets of withoutStuffing(stream())) read.push(octets);
  return Buffer.concat(read).toString('latin1');
}

describe('a file of the queue', () => {
  it('loses one dot at the beginning of each line that has one, wherever its chunks end', async () => {
    const stuffed = '..first\r\nplain .\r\n...\r\n..\r\nend';
    const plain = '.first\r\nplain .\r\n..\r\n.\r\nend';
    expect(await read(stuffed)).toBe(plain);
    expect(await read(...stuffed)).toBe(plain);
    for (let at = 0; at < stuffed.length; at++)
      expect(await read(stuffed.slice(0, at), stuffed.slice(at))).toBe(plain);
    expect(await read()).toBe('');
  });
});
