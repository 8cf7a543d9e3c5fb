import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetstringReader, netstring } from './netstring.js';

const OCTETS_MAX = 100;

describe('netstrings', () => {
  it('are read however they are cut, and as UTF-8', () => {
    const payload = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 5 }), fc.array(fc.nat(8)), (payloads, cuts) => {
        const frames = payloads.map((each) => {
          const octets = Buffer.from(each, 'utf8');
          return Buffer.concat([Buffer.from(`${octets.length}:`), octets, Buffer.from(',')]);
        });
        let rest = Buffer.concat(frames);
        const reader = new NetstringReader(1_000);
        const read: string[] = [];
        for (const cut of [...cuts, rest.length]) {
          const { payloads: some, end } = reader.read(rest.subarray(0, cut));
          rest = rest.subarray(cut);
          read.push(...some);
          expect(['whole', 'partial']).toContain(end);
        }
        // What is no text is read as one all the same.
        expect(read).toEqual(payloads.map((each) => Buffer.from(each, 'utf8').toString('utf8')));
      }),
    );
  });

  it.each([
    ['5:hello;', 'malformed'],
    ['x', 'malformed'],
    ['-1:', 'malformed'],
    [':,', 'malformed'],
    ['5 :hello,', 'malformed'],
    ['GET / HTTP/1.1\r\n', 'malformed'],
    ['101:', 'too-long'],
    ['99999', 'too-long'],
    ['999999', 'too-long'],
    ['00000000', 'too-long'],
    ['5', 'partial'],
    ['5:hell', 'partial'],
    ['5:hello', 'partial'],
    ['', 'whole'],
    ['0:,', 'whole'],
  ])('%j is %s', (text, end) => {
    expect(new NetstringReader(OCTETS_MAX).read(Buffer.from(text)).end).toBe(end);
  });

  it('hand out what stood in front of the fault', () => {
    const { payloads, end } = new NetstringReader(OCTETS_MAX).read(Buffer.from(`${netstring('a b')}x`));
    expect({ payloads, end }).toEqual({ payloads: ['a b'], end: 'malformed' });
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const reader = new NetstringReader(OCTETS_MAX);
        for (const chunk of chunks) if (/malformed|long/.test(reader.read(Buffer.from(chunk)).end)) return;
      }),
    );
  });
});
