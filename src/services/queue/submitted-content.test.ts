import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../policy/queue/admission.tables.js';
import { type ContentFault, type SubmittedContent, submittedContent } from './submitted-content.js';

const HEADER = 'Date: d\r\nFrom: f\r\nMessage-ID: m\r\n';

async function read(text: string, sizes: readonly number[], own: Partial<SubmittedContent> = {}) {
  const octets = Buffer.from(text, 'latin1');
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < octets.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    chunks.push(octets.subarray(at, at + size));
    at += size;
  }
  const content = submittedContent({
    ...{ octets: chunks, trace: '', from: 's@s.test', messageId: 'id@h.test', now: 0 },
    ...{ octetsMax: 1_000_000, lineEnds: 'as-given' },
    ...own,
  });
  const parts: Uint8Array[] = [];
  for await (const part of content()) parts.push(part);
  return Buffer.concat(parts).toString('latin1');
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const octetText = fc
  .array(fc.constantFrom('\r\n', '\r', '\n', 'a', ':', ' ', '\x00', '\xff', '.'), { maxLength: 60 })
  .map((parts) => parts.join(''));

describe('octets that are handed in', () => {
  it('are kept as they are behind a trace field, in whatever pieces they come', async () => {
    await fc.assert(
      fc.asyncProperty(octetText, sizes, async (text, pieces) => {
        const isBare = /(?<!\r)\n|\r(?!\n)/.test(text);
        const kept = read(`${HEADER}\r\n${text}`, pieces, { trace: 'Received: x\r\n' });
        if (isBare) await expect(kept).rejects.toMatchObject({ fault: 'bare-line-ends' });
        else expect(await kept).toBe(`Received: x\r\n${HEADER}\r\n${text}`);
      }),
    );
  });

  it('get line ends where they are made, and no other octet is lost', async () => {
    await fc.assert(
      fc.asyncProperty(octetText, sizes, async (text, pieces) => {
        const made = await read(`${HEADER}\r\n${text}`, pieces, { lineEnds: 'made' });
        const whole = `${HEADER}\r\n${text.replace(/\r\n|\r|\n/g, '\r\n')}`;
        expect(made).toBe(whole.endsWith('\n') ? whole : `${whole}\r\n`);
      }),
    );
  });

  it.each<[string, string, ContentFault, Partial<SubmittedContent>]>([
    ['too many octets', `${HEADER}\r\n${'x'.repeat(200)}`, 'too-large', { octetsMax: 100 }],
    ['too long a header', `A: ${'x'.repeat(300_000)}`, 'header-too-large', {}],
    ['a message that goes in circles', `${'Received: x\r\n'.repeat(101)}\r\n`, 'too-many-hops', {}],
    ['a circle without a body', 'Received: x\r\n'.repeat(101), 'too-many-hops', {}],
  ])('are refused for %s, once all are read (SMTP-6.3-1)', async (_, text, fault, own) => {
    await expect(read(text, [1000], own)).rejects.toMatchObject({ fault });
  });

  it('may be as many as are allowed, with as long a header', async () => {
    const text = `${HEADER}\r\nbody\r\n`;
    expect(await read(text, [7], { octetsMax: text.length })).toBe(text);
    await expect(read(text, [7], { octetsMax: text.length - 1 })).rejects.toMatchObject({
      fault: 'too-large',
    });
    // Nothing has ended the header before.
    const header = (length: number) => `A: ${'x'.repeat(length - 3)}`;
    expect(await read(`${header(262_144)}\r\n\r\n`, [262_144])).toContain(header(262_144));
    await expect(read(`${header(262_145)}\r\n\r\n`, [262_145])).rejects.toMatchObject({
      ...{ fault: 'header-too-large', name: 'ContentRefused' },
      message: 'the message cannot be kept: header-too-large',
    });
  });

  it('are read to their end, and nothing of them goes on behind a fault', async () => {
    let pieces = 0;
    const octets = (function* () {
      yield Buffer.from(`${HEADER}\r\n`);
      for (; pieces < 9; pieces++) yield Buffer.from('bare\n');
    })();
    const content = submittedContent({
      ...{ octets, trace: '', from: '', messageId: 'id@h.test', now: 0, octetsMax: HEADER.length + 4 },
      lineEnds: 'as-given',
    });
    const passed: string[] = [];
    const all = (async () => {
      for await (const part of content()) passed.push(String(part));
    })();
    await expect(all).rejects.toMatchObject({ fault: 'too-large' });
    expect([pieces, passed.join('')]).toEqual([9, `${HEADER}\r\n`]);
  });

  it('may have come by a hundred servers (SMTP-6.3-1)', async () => {
    expect(await read(`${'Received: x\r\n'.repeat(100)}\r\n`, [1000])).toContain('Received: x');
    expect(REFUSALS.loop).toMatchObject({ code: 554, text: expect.stringMatching(/^5\.4\.6 /) });
  });

  it('say that they need no TLS by one field, whatever stood there before (RTLS-4.3-2)', async () => {
    for (const before of ['', 'TLS-Required: No\r\n', 'tls-required: maybe\r\nTLS-Required: No\r\n']) {
      const text = await read(`${before}${HEADER}\r\nTLS-Required: No\r\n`, [7], { tlsRequired: 'no' });
      expect(text).toBe(`TLS-Required: No\r\n${HEADER}\r\nTLS-Required: No\r\n`);
    }
    expect(await read(`${HEADER}\r\nx\r\n`, [7])).not.toContain('TLS-Required');
  });

  it('may be none at all, or a body alone', async () => {
    const added = 'Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nFrom: <s@s.test>\r\nMessage-ID: <id@h.test>\r\n';
    expect(await read('', [1])).toBe(added);
    expect(await read('\r\nbody\r\n', [3])).toBe(`${added}\r\nbody\r\n`);
    expect(await read('body\r\n', [3])).toBe(`${added}\r\nbody\r\n`);
  });
});
