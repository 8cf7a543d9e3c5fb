import { Text } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import { parseHostName } from '../../../policy/names/domain-name.js';
import { digestOfKey, isSupported, isWholeDigest, type TrustAnchor, zoneKeys } from './keys.js';

/** What a file of trust anchors holds, or a sentence that says where it is wrong. */
export type ParsedTrustAnchors =
  | { readonly kind: 'anchors'; readonly anchors: readonly TrustAnchor[] }
  | { readonly kind: 'wrong'; readonly complaint: string };

const SHAPE = /^(?<owner>\S+)(?:\s+\d+)?(?:\s+IN)?(?:\s+\d+)?\s+(?<type>DS|DNSKEY)\s+(?<rdata>.+)$/i;
const OCTET_MAX = 255;

/**
 * Reads DS and DNSKEY records in presentation format, one to a line: `OWNER [TTL] [IN] DS 20326 8 2 E06D44…` or
 * `OWNER [TTL] [IN] DNSKEY 257 3 8 AwEAAa…`, with an absolute owner. Comments begin with a semicolon. No parentheses.
 */
export function parseTrustAnchors(text: string): ParsedTrustAnchors {
  checked(Text, text, 'WAXSEAL_BAD_OPTIONS', 'text');
  const anchors: TrustAnchor[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/;.*$/, '').trim();
    if (line === '') continue;
    const anchor = readAnchor(line);
    const complaint = whyUnfit(anchor);
    if (anchor === null || complaint !== null)
      return { kind: 'wrong', complaint: `line ${i + 1} ${complaint}` };
    anchors.push(anchor.signer);
  }
  return anchors.length === 0
    ? { kind: 'wrong', complaint: 'there is no DS or DNSKEY record in it' }
    : { kind: 'anchors', anchors };
}

interface ReadAnchor {
  readonly signer: TrustAnchor;
  /** RDATA of DNSKEY; null for DS. */
  readonly key: Buffer | null;
}

function whyUnfit(anchor: ReadAnchor | null): string | null {
  if (anchor === null) return 'is no DS or DNSKEY record on one line';
  const { signer, key } = anchor;
  if (!isSupported(signer)) return 'has an algorithm or digest that is not supported';
  if (!isWholeDigest(signer)) return 'has a digest that is longer or shorter than those of its type';
  if (key === null || zoneKeys([key]).length > 0) return null;
  return 'is no key that signs a zone: its flags need the ZONE bit (256) and no REVOKE bit (128), its protocol is 3, and the key has the length of its algorithm';
}

function readAnchor(line: string): ReadAnchor | null {
  const { owner = '', type = '', rdata = '' } = SHAPE.exec(line)?.groups ?? {};
  const name = zoneName(owner);
  if (name === null) return null;
  return type.toUpperCase() === 'DS' ? readDs(name, rdata) : readDnskey(name, rdata);
}

/** Lower-case, without the final dot that makes it absolute. */
function zoneName(owner: string): string | null {
  if (owner === '.') return '';
  const name = owner.replace(/\.$/, '').toLowerCase();
  return owner.endsWith('.') && parseHostName(name) === name ? name : null;
}

function readDs(name: string, rdata: string): ReadAnchor | null {
  const [keyTag = '', algorithm = '', digestType = '', ...rest] = rdata.split(/\s+/);
  const digest = rest.join('').toLowerCase();
  const numbers = readNumbers([keyTag, algorithm, digestType]);
  if (numbers === null || !/^(?:[0-9a-f]{2})+$/.test(digest)) return null;
  const [tag, ...types] = numbers;
  return { signer: { name, keyTag: tag, algorithm: types[0], digestType: types[1], digest }, key: null };
}

function readDnskey(name: string, rdata: string): ReadAnchor | null {
  const [flags = '', protocol = '', algorithm = '', ...rest] = rdata.split(/\s+/);
  const key = rest.join('');
  const numbers = readNumbers([flags, protocol, algorithm]);
  if (numbers === null || !/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return null;
  const [bits, ...octets] = numbers;
  const fixed = Buffer.from([bits >>> 8, bits & OCTET_MAX, ...octets]);
  const whole = Buffer.concat([fixed, Buffer.from(key, 'base64')]);
  return { signer: { name, ...digestOfKey(name, whole) }, key: whole };
}

/** Two octets, one, and one, as both kinds of records begin. */
function readNumbers(texts: readonly [string, string, string]): readonly [number, number, number] | null {
  if (!texts.every((text) => /^\d{1,5}$/.test(text))) return null;
  const [first, second, third] = texts.map(Number) as [number, number, number];
  return first <= 65_535 && second <= OCTET_MAX && third <= OCTET_MAX ? [first, second, third] : null;
}
