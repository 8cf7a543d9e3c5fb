import { expect } from 'vitest';
import type { AnswerOf } from '../../src/effects/catalog.js';
import type { DnsFailure, DnsFailureCause, DnsResult } from '../../src/policy/dns/answer.js';
import { DIGEST, LONG_TEXT, VAST_DATA, VAST_TEXT } from './dns-world.fixture.js';
import type { Subject } from './subject.fixture.js';

export type DnsSubject = Pick<Subject, 'dns' | 'port' | 'addressOf'>;
export type DnsEffect = keyof Subject['dns'];

const TTL_SECONDS = 300;
/** A made-up digest is as long as a real one. */
const SHA256 = expect.stringMatching(/^[0-9a-f]{64}$/);
const SHA512 = expect.stringMatching(/^[0-9a-f]{128}$/);
const HEX = expect.stringMatching(/^(?:[0-9a-f]{2})+$/);

const found =
  (kind: 'secure' | 'insecure') =>
  <R>(records: readonly R[], aliases: readonly string[] = []): DnsResult<R> => ({
    kind,
    records,
    denial: null,
    aliases,
    ttlSeconds: TTL_SECONDS,
  });
const secure = found('secure');
const insecure = found('insecure');
const denied = (
  kind: 'secure' | 'insecure',
  denial: 'nodata' | 'nxdomain',
  aliases: readonly string[] = [],
): DnsResult<never> => ({ kind, records: [], denial, aliases, ttlSeconds: 0 });
export const failed = (cause: DnsFailureCause, extendedError: number | null = null): DnsFailure => ({
  kind: 'failed',
  cause,
  extendedError,
});
const tlsa = (usage: number, selector: number, matching: number, data: string) =>
  ({ kind: 'tlsa', usage, selector, matching, data, content: 'opaque', digest: null }) as const;
const malformed = (rdata: string) => ({ kind: 'malformed', rdata }) as const;

const MX = [
  { preference: 10, exchange: 'mx.signed.example' },
  { preference: 20, exchange: 'mx.plain.example' },
  { preference: 10, exchange: 'other.signed.example' },
];
const PLAIN_MX = [
  { preference: 65_535, exchange: 'mx.plain.example' },
  { preference: 0, exchange: 'mx.signed.example' },
];
const own = (text: string, { addressOf }: DnsSubject) => text.replace('@', addressOf('mx'));
/** In names of the questions and answers here, 25 stands for the port in use. */
export const withPort = (name: string, { port }: DnsSubject) => name.replace(/^_25\./, `_${port}.`);

export type Row = {
  [K in DnsEffect]: {
    readonly asks: K;
    readonly of: string;
    readonly gets: (at: DnsSubject) => AnswerOf<K>;
    readonly deadlineMs?: number;
  };
}[DnsEffect];
type Gets<K extends DnsEffect> = AnswerOf<K> | ((at: DnsSubject) => AnswerOf<K>);

const row =
  <K extends DnsEffect>(asks: K) =>
  (of: string, answer: Gets<K>, deadlineMs?: number) =>
    ({
      asks,
      of,
      gets: typeof answer === 'function' ? answer : () => answer,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    }) as Extract<Row, { asks: K }>;
const mx = row('dns.mx');
const txt = row('dns.txt');
const addresses = row('dns.addresses');
const cname = row('dns.cname');
const tlsaOf = row('dns.tlsa');

export const ROWS = {
  'MX: a signed zone is secure, and records keep their order': mx('signed.example', secure(MX)),
  'MX: an unsigned zone is insecure, and names are in lower case without a final dot': mx(
    'plain.example',
    insecure(PLAIN_MX),
  ),
  'MX: the root is the empty name (RFC 7505)': mx(
    'null.signed.example',
    secure([{ preference: 0, exchange: '' }]),
  ),
  'MX: insecure within a signed zone': mx(
    'half.signed.example',
    insecure([{ preference: 5, exchange: 'mx.signed.example' }]),
  ),
  'MX: secure within an unsigned zone': mx(
    'island.plain.example',
    secure([{ preference: 5, exchange: 'mx.plain.example' }]),
  ),
  'MX: a name without such records is no absent name': mx('mx.signed.example', denied('secure', 'nodata')),
  'MX: an absent name below a signed zone is proven absent': mx(
    'nowhere.signed.example',
    denied('secure', 'nxdomain'),
  ),
  'MX: an absent name elsewhere is not': mx('nowhere.example', denied('insecure', 'nxdomain')),
  'MX: an empty non-terminal exists (RFC 8020)': mx('ent.signed.example', denied('secure', 'nodata')),
  'MX: nodata as told': mx('denied.signed.example', denied('secure', 'nodata')),
  'MX: nxdomain as told': mx('gone.signed.example', denied('secure', 'nxdomain')),
  'MX: an unproven absence': mx('unsure.signed.example', denied('insecure', 'nxdomain')),
  'MX: one record that cannot be read spoils the answer': mx('nonsense.signed.example', failed('malformed')),
  'MX: an alias is followed, and named': mx('alias.signed.example', secure(MX, ['signed.example'])),
  'MX: an alias out of the signed zone is insecure': mx(
    'out.signed.example',
    insecure(PLAIN_MX, ['plain.example']),
  ),
  'MX: an insecure alias to secure records is insecure': mx(
    'in.plain.example',
    insecure(MX, ['signed.example']),
  ),
  'MX: a failing alias': mx('forged.signed.example', failed('bogus', 6)),

  'TXT: one record': txt('signed.example', secure(['v=STSv1; id=1;'])),
  'TXT: several, in order, the empty one too': txt(
    'several.plain.example',
    insecure(['one', 'v=STSv1; id=2;', '']),
  ),
  'TXT: octets are Latin-1': txt('octets.signed.example', secure(['caf\u00e9 \u00ff "quoted" \\ ;'])),
  'TXT: character-strings are joined': txt('long.signed.example', secure([LONG_TEXT])),
  'TXT: more than a datagram holds': txt('vast.signed.example', secure([VAST_TEXT, 'short'])),
  'TXT: bogus is told by its extended error': txt('bogus.signed.example', failed('bogus', 6)),
  'TXT: SERVFAIL without one': txt('servfail.signed.example', failed('servfail')),
  'TXT: REFUSED': txt('refused.signed.example', failed('refused')),
  'TXT: no answer within the deadline': txt('timeout.signed.example', failed('timeout'), 200),
  'TXT: a message that cannot be read': txt('malformed.signed.example', failed('malformed')),
  'TXT: an alias to what is bogus': txt('broken.signed.example', failed('bogus', 6)),
  'TXT: an alias to what never answers': txt('slow.signed.example', failed('timeout'), 200),
  'TXT: an alias to a name without such records': txt(
    'first.signed.example',
    denied('secure', 'nodata', ['mx.signed.example']),
  ),
  'TXT: an alias to an absent name': txt(
    'dangling.signed.example',
    denied('secure', 'nxdomain', ['nowhere.signed.example']),
  ),
  'TXT: an alias to a name that is not proven absent': txt(
    'away.signed.example',
    denied('insecure', 'nxdomain', ['nowhere.plain.example']),
  ),
  'TXT: aliases without end': txt('loop.signed.example', failed('servfail')),

  'addresses: of both families': addresses('mx.signed.example', (at) => ({
    a: secure([own('@', at), '192.0.2.7']),
    aaaa: secure([own('::ffff:@', at), '2001:db8::25']),
  })),
  'addresses: of one family only': addresses('mx.plain.example', {
    a: insecure(['192.0.2.8']),
    aaaa: denied('insecure', 'nodata'),
  }),
  'addresses: of none': addresses('nowhere.signed.example', {
    a: denied('secure', 'nxdomain'),
    aaaa: denied('secure', 'nxdomain'),
  }),
  'addresses: each family is as secure as it is': addresses('mixed.signed.example', {
    a: secure(['192.0.2.9']),
    aaaa: insecure(['2001:db8::9']),
  }),
  'addresses: one family may fail': addresses('torn.signed.example', {
    a: secure(['192.0.2.10']),
    aaaa: failed('bogus', 6),
  }),
  'addresses: what stands for no host cannot be read': addresses('lost.signed.example', {
    a: failed('malformed'),
    aaaa: secure(['2001:db8::11']),
  }),
  'addresses: in canonical form': addresses('spelt.signed.example', {
    a: denied('secure', 'nodata'),
    aaaa: secure(['2001:db8::a1']),
  }),
  'addresses: what is none of that family cannot be read': addresses('nonsense.signed.example', {
    a: failed('malformed'),
    aaaa: failed('malformed'),
  }),
  'addresses: a chain of aliases': addresses('third.signed.example', (at) => {
    const chain = ['second.signed.example', 'first.signed.example', 'mx.signed.example'];
    return {
      a: secure([own('@', at), '192.0.2.7'], chain),
      aaaa: secure([own('::ffff:@', at), '2001:db8::25'], chain),
    };
  }),
  'addresses: behind an insecure alias': addresses('weak.signed.example', (at) => ({
    a: insecure([own('@', at), '192.0.2.7'], ['mx.signed.example']),
    aaaa: insecure([own('::ffff:@', at), '2001:db8::25'], ['mx.signed.example']),
  })),

  'CNAME: the target, and nothing behind it': cname(
    'third.signed.example',
    secure(['second.signed.example']),
  ),
  'CNAME: in lower case, without a final dot': cname(
    'second.signed.example',
    secure(['first.signed.example']),
  ),
  'CNAME: as secure as the alias itself': cname('out.signed.example', secure(['plain.example'])),
  'CNAME: an insecure alias to a secure name': cname('in.plain.example', insecure(['signed.example'])),
  'CNAME: an alias in a loop has a target, too': cname(
    'loop.signed.example',
    secure(['pool.signed.example']),
  ),
  'CNAME: a name that is no alias': cname('mx.signed.example', denied('secure', 'nodata')),
  'CNAME: an absent name': cname('nowhere.plain.example', denied('insecure', 'nxdomain')),
  'CNAME: bogus': cname('forged.signed.example', failed('bogus', 6)),

  'TLSA: digests': tlsaOf(
    '_25._tcp.mx.signed.example',
    secure([tlsa(3, 1, 1, DIGEST), tlsa(2, 0, 1, SHA256), tlsa(3, 1, 2, SHA512)]),
  ),
  'TLSA: in lower case': tlsaOf('_25._tcp.plain.example', insecure([tlsa(3, 1, 1, DIGEST)])),
  'TLSA: whole certificates and keys, and what they parse as': tlsaOf(
    '_25._tcp.whole.signed.example',
    secure([
      { ...tlsa(3, 0, 0, HEX), content: 'certificate', digest: SHA256 },
      { ...tlsa(2, 1, 0, HEX), content: 'public-key', digest: SHA256 },
      { ...tlsa(3, 1, 0, HEX), content: 'public-key', digest: SHA256 },
      { ...tlsa(2, 0, 0, '3003020101'), digest: SHA256 },
      { ...tlsa(2, 0, 0, HEX), content: 'certificate', digest: SHA256 },
    ]),
  ),
  'TLSA: what data parses as does not depend on the selector': tlsaOf(
    '_25._tcp.odd.signed.example',
    secure([{ ...tlsa(3, 9, 0, HEX), content: 'certificate', digest: SHA256 }]),
  ),
  'TLSA: hostile RDATA': tlsaOf(
    '_25._tcp.hostile.signed.example',
    secure([
      malformed(''),
      malformed('03'),
      malformed('030101'),
      tlsa(3, 1, 1, '0a'),
      tlsa(255, 255, 255, 'ff00'),
      malformed('020000'),
      { ...tlsa(2, 0, 0, '00'), digest: SHA256 },
    ]),
  ),
  'TLSA: more than a datagram holds': tlsaOf(
    '_25._tcp.vast.signed.example',
    secure([{ ...tlsa(3, 0, 0, VAST_DATA), digest: SHA256 }]),
  ),
  'TLSA: one record that cannot be read spoils the answer': tlsaOf(
    '_25._tcp.nonsense.signed.example',
    failed('malformed'),
  ),
  'TLSA: so does one that stands for no host': tlsaOf('_25._tcp.strange.signed.example', failed('malformed')),
  'TLSA: insecure': tlsaOf('_25._tcp.half.signed.example', insecure([tlsa(3, 1, 1, DIGEST)])),
  'TLSA: bogus': tlsaOf('_25._tcp.bogus.signed.example', failed('bogus', 6)),
  'TLSA: none': tlsaOf('_25._tcp.nowhere.signed.example', denied('secure', 'nxdomain')),
  'TLSA: none at an empty non-terminal': tlsaOf('_tcp.mx.signed.example', denied('secure', 'nodata')),
  'TLSA: below the port in use only': tlsaOf('_9._tcp.mx.signed.example', denied('secure', 'nxdomain')),
  'TLSA: behind an alias': tlsaOf(
    '_25._tcp.shared.signed.example',
    secure([tlsa(2, 1, 1, DIGEST)], ['_dane.signed.example']),
  ),
  'TLSA: behind an insecure alias': tlsaOf('_25._tcp.weak.plain.example', (at) =>
    insecure(
      [tlsa(3, 1, 1, DIGEST), tlsa(2, 0, 1, SHA256), tlsa(3, 1, 2, SHA512)],
      [withPort('_25._tcp.mx.signed.example', at)],
    ),
  ),
} satisfies Record<string, Row>;
