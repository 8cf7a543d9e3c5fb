import { parseHostName } from '../../../policy/names/domain-name.js';
import { digestOfKey, isSupported, type TrustAnchor } from './keys.js';

/** What a file of trust anchors holds, or a sentence that says where it is wrong. */
export type ParsedTrustAnchors =
  | { readonly kind: 'anchors'; readonly anchors: readonly TrustAnchor[] }
  | { readonly kind: 'wrong'; readonly complaint: string };

const SHAPE = /^(?<owner>\S+)(?:\s+\d+)?(?:\s+IN)?(?:\s+\d+)?\s+(?<type>DS|DNSKEY)\s+(?<rdata>.+)$/i;
const REVOKED = 0x0080;

/**
 * Reads DS and DNSKEY records in presentation format, one to a line: `OWNER [TTL] [IN] DS 20326 8 2 E06D44…` or
 * `OWNER [TTL] [IN] DNSKEY 257 3 8 AwEAAa…`, with an absolute owner. Comments begin with a semicolon. No parentheses.
 */
export function parseTrustAnchors(text: string): ParsedTrustAnchors {
  const anchors: TrustAnchor[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/;.*$/, '').trim();
    if (line === '') continue;
    const anchor = readAnchor(line);
    if (anchor === null) {
      return { kind: 'wrong', complaint: `line ${i + 1} is no DS or DNSKEY record on one line` };
    }
    if (!isSupported(anchor)) {
      return { kind: 'wrong', complaint: `line ${i + 1} has an algorithm or digest that is not supported` };
    }
    anchors.push(anchor);
  }
  return anchors.length === 0
    ? { kind: 'wrong', complaint: 'there is no DS or DNSKEY record in it' }
    : { kind: 'anchors', anchors };
}

function readAnchor(line: string): TrustAnchor | null {
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

function readDs(name: string, rdata: string): TrustAnchor | null {
  const [keyTag = '', algorithm = '', digestType = '', ...rest] = rdata.split(/\s+/);
  const digest = rest.join('').toLowerCase();
  const numbers = [keyTag, algorithm, digestType];
  if (!numbers.every((text) => /^\d{1,5}$/.test(text)) || !/^(?:[0-9a-f]{2})+$/.test(digest)) return null;
  return {
    name,
    keyTag: Number(keyTag),
    algorithm: Number(algorithm),
    digestType: Number(digestType),
    digest,
  };
}

function readDnskey(name: string, rdata: string): TrustAnchor | null {
  const [flags = '', protocol = '', algorithm = '', ...rest] = rdata.split(/\s+/);
  const key = rest.join('');
  const numbers = [flags, protocol, algorithm];
  if (!numbers.every((text) => /^\d{1,5}$/.test(text)) || !/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return null;
  if ((Number(flags) & REVOKED) !== 0) return null;
  const fixed = Buffer.from([Number(flags) >>> 8, Number(flags) & 0xff, Number(protocol), Number(algorithm)]);
  return { name, ...digestOfKey(name, Buffer.concat([fixed, Buffer.from(key, 'base64')])) };
}
