/* Association data that stands for no certificate and no key of anybody: what broken scripts and copied examples publish. */

const OF_NOTHING =
  'it is the digest of no octets at all: what was hashed was empty, as where a command in front of it failed';
const OF_A_LINE_END = 'it is the digest of a line end alone: what was hashed was an empty line';
const exampleOf = (where: string) => `it is the example of ${where}`;

const KNOWN: ReadonlyMap<string, string> = new Map([
  ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', OF_NOTHING],
  [
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    OF_NOTHING,
  ],
  ['01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b', OF_A_LINE_END],
  [
    'be688838ca8686e5c90689bf2ab585cef1137c999b48c70b92f67a5c34dc15697b5d11c982ed6d71be1e1e7f7b4e0733884aa97c3f7a339a8ed03577cf74be09',
    OF_A_LINE_END,
  ],
  ['d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971', exampleOf('RFC 6698, Section 2.3')],
  ['8a9a70596e869bed72c69d97a8895dfad86f300a343feceff19e89c27c896bc9', exampleOf('RFC 7671, Section 6')],
  ['c164b2c3f36d068d42a6138e446152f568615f28c69bd96a73e354cac88ed00c', exampleOf('RFC 7671, Section 6')],
  ['1f850a337e6db9c609c522d136a475638cc43e1ed424f8eec8513d747d1d085d', exampleOf('RFC 8460, Section 4.4')],
  ['12350a337e6db9c6123522d136a475638cc43e1ed424f8eec8513d747d1d1234', exampleOf('RFC 8460, Section 4.4')],
  [
    '92003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c1b177615d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43326cbc',
    exampleOf('RFC 6698, Section 2.3'),
  ],
]);

/** Why no key or certificate has that digest (lower-case hexadecimal), in words; null: one may have it. Never throws. */
export function whyMeaningless(data: string): string | null {
  const known = KNOWN.get(data);
  if (known !== undefined) return known;
  if (/^(?:0+|f+)$/.test(data)) return `it is nothing but "${data.slice(0, 2)}": a placeholder`;
  if (/^(?:0123456789abcdef)+$|^(?:deadbeef)+$|^1234567890/.test(data))
    return `it begins with "${data.slice(0, 16)}": a placeholder`;
  return null;
}
