import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKED_LENGTH_MAX, pack, UNPACKED_OCTETS_MAX, unpack } from './packed.js';

const packed = (octets: string | Uint8Array) => deflateRawSync(octets).toString('base64url');

describe('a text in an address', () => {
  it('comes out as it went in, and has only letters that an address keeps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const answer = await pack(text);
        if (!answer.ok) throw new Error(answer.why);
        expect(answer.packed).toMatch(/^[\w-]*$/);
        expect(await unpack(answer.packed)).toEqual({ ok: true, text });
      }),
    );
  });

  it('is packed and unpacked up to its bound, in octets, and not beyond', async () => {
    const most = 'é'.repeat(UNPACKED_OCTETS_MAX / 2);
    expect(await pack(most)).toMatchObject({ ok: true });
    expect(await unpack(packed(most))).toEqual({ ok: true, text: most });
    expect(await pack(`${most}x`)).toEqual({
      ok: false,
      why: 'has 262,145 octets, and 262,144 are the most',
    });
    expect(await unpack(packed(`${most}x`))).toEqual({ ok: false, why: 'has more than 262,144 octets' });
  });

  it('is packed and unpacked up to a length, and not beyond', async () => {
    // What cannot be deflated: 24,576 octets in base64url are the most, less the few that deflating adds.
    const noise = (octets: number) => {
      let [text, state] = ['', 1];
      for (let at = 0; at < octets; at++) {
        state = (state * 48_271) % 2_147_483_647;
        text += String.fromCharCode(state % 128);
      }
      return text;
    };
    expect(await pack(noise(24_000))).toMatchObject({ ok: true });
    expect(await pack(noise(30_000))).toEqual({
      ok: false,
      why: expect.stringMatching(/^takes 3\d,\d{3} characters, and 32,768 are the most$/),
    });
    expect(await unpack('a'.repeat(PACKED_LENGTH_MAX + 1))).toEqual({
      ok: false,
      why: 'is longer than 32,768 characters',
    });
  });

  it('is refused, however much more than its bound would come of it', async () => {
    const bomb = packed(new Uint8Array(20_000_000));
    expect(bomb.length).toBeLessThan(PACKED_LENGTH_MAX);
    expect(await unpack(bomb)).toMatchObject({ ok: false, why: expect.stringContaining('more than') });
  });

  it.each([
    ['no base64url', 'ab%cd'],
    ['no whole number of octets', 'a'],
    ['nothing that was deflated', '_____'],
    ['cut', packed('a text that is cut somewhere').slice(0, 20)],
    ['no UTF-8', packed(Uint8Array.of(0xff, 0xfe))],
    ['empty', ''],
  ])('that is %s is damaged', async (_, address) => {
    expect(await unpack(address)).toEqual({ ok: false, why: 'is damaged' });
  });
});
