import { describe, expect, it } from 'vitest';
import { ROOT_TRUST_ANCHORS } from './keys.js';
import { parseTrustAnchors } from './trust-anchor.js';

/** KSK-2017 as a DNSKEY record, whose key tag and digest are those of its DS record. */
const KSK_2017 =
  '. 172800 IN DNSKEY 257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU= ; KSK-2017';

describe('trust anchors', () => {
  it("are read from DS and DNSKEY records, and the root's own key has the digest that is built in", () => {
    const ds = '. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084 58E880409BBC683457104237C7F8EC8D';
    const expected = { kind: 'anchors', anchors: ROOT_TRUST_ANCHORS.slice(0, 1) };
    expect(parseTrustAnchors(`; a comment\n\n${ds}\n`)).toEqual(expected);
    expect(parseTrustAnchors(KSK_2017)).toEqual(expected);
  });

  it('may be of any zone, with a TTL and a class or without', () => {
    const rdata = `13 2 ${'ab'.repeat(32)}`;
    for (const middle of ['', ' 300', ' IN', ' 300 IN', ' IN 300']) {
      expect(parseTrustAnchors(`Example.ORG.${middle} ds 5 ${rdata}`)).toMatchObject({
        anchors: [{ name: 'example.org', keyTag: 5, algorithm: 13, digestType: 2 }],
      });
    }
  });

  it.each([
    ['', 'there is no DS or DNSKEY record in it'],
    ['. IN DS 1 13 2 xyz', 'line 1 is no DS or DNSKEY record on one line'],
    ['\nexample.org IN DS 1 13 2 abcd', 'line 2 is no DS or DNSKEY record on one line'],
    ['. IN DNSKEY 257 3 13 (', 'line 1 is no DS or DNSKEY record on one line'],
    ['. IN A 192.0.2.1', 'line 1 is no DS or DNSKEY record on one line'],
    ['. IN DS 65536 13 2 abcd', 'line 1 is no DS or DNSKEY record on one line'],
    ['. IN DNSKEY 257 3 264 AAAA', 'line 1 is no DS or DNSKEY record on one line'],
    ['. IN DS 1 5 1 abcd', 'line 1 has an algorithm or digest that is not supported'],
  ])('%j is refused with the place', (text, complaint) => {
    expect(parseTrustAnchors(text)).toEqual({ kind: 'wrong', complaint });
  });

  it('have a digest as long as its type has: another one could match no key', () => {
    const complaint = 'line 1 has a digest that is longer or shorter than those of its type';
    for (const [type, octets] of [
      [1, 20],
      [2, 32],
      [4, 48],
    ] as const) {
      const withOctets = (count: number) => parseTrustAnchors(`. IN DS 1 13 ${type} ${'ab'.repeat(count)}`);
      expect(withOctets(octets)).toMatchObject({ kind: 'anchors' });
      for (const count of [1, octets - 1, octets + 1])
        expect(withOctets(count)).toEqual({ kind: 'wrong', complaint });
    }
  });

  it('are keys that sign a zone: by their flags, their protocol and their length', () => {
    const p256 = Buffer.alloc(64, 7).toString('base64');
    const ofKey = (flags: number, protocol: number, key = p256) =>
      parseTrustAnchors(`. IN DNSKEY ${flags} ${protocol} 13 ${key}`);
    expect(ofKey(257, 3)).toMatchObject({ kind: 'anchors' });
    expect(ofKey(256, 3)).toMatchObject({ kind: 'anchors' });
    const complaint = expect.stringMatching(/^line 1 is no key that signs a zone: /);
    for (const wrong of [ofKey(1, 3), ofKey(385, 3), ofKey(257, 2), ofKey(257, 3, 'AAAA')])
      expect(wrong).toEqual({ kind: 'wrong', complaint });
  });
});
