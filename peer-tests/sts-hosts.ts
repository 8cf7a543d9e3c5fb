/*
 * Domains with an MTA-STS policy, or with what is meant to be one, and what is to be made of each. A reader that says something
 * else stands beside it, with the text that decides.
 */
import type { PolicyHost } from '../src/adapters/scripted/index.js';

/** What a look comes to: the mode of the policy found, or why there is none. */
export type StsVerdict = 'enforce' | 'testing' | 'none' | 'no-record' | 'no-policy' | 'lookup-failed';

export interface StsHost {
  /** Also its name: `NAME.example`. */
  readonly name: string;
  /** TXT records at `_mta-sts`. Default: one that is in order. */
  readonly records?: readonly string[] | { readonly fails: 'servfail' };
  /** What `mta-sts` serves; null: it has no address. Text is a policy file served as it should be. */
  readonly serves: PolicyHost | string | null;
  readonly expected: StsVerdict;
  /** Who says otherwise, and why. */
  readonly differs?: {
    readonly query?: StsVerdict;
    readonly mailauth?: StsVerdict;
    readonly why: string;
  };
}

const HEAD = 'version: STSv1\nmode: enforce\n';
const MX = 'mx: mx.a.example\n';
const TAIL = 'max_age: 86400\n';
export const GOOD = `${HEAD}${MX}${TAIL}`;

const served = (host: PolicyHost): PolicyHost => ({ body: GOOD, ...host });

// biome-ignore format: a table
export const stsHosts: readonly StsHost[] = [
  { name: 'enforce', serves: GOOD, expected: 'enforce' },
  { name: 'testing', serves: GOOD.replace('enforce', 'testing'), expected: 'testing' },
  { name: 'none', serves: 'version: STSv1\nmode: none\nmax_age: 86400\n', expected: 'none' },
  {
    name: 'several-mx',
    serves: `${HEAD}${MX}mx: mx2.a.example\nmx: backup.b.example\n${TAIL}`,
    expected: 'enforce',
  },
  { name: 'wildcard', serves: `${HEAD}mx: *.a.example\n${TAIL}`, expected: 'enforce' },
  { name: 'extensions', serves: `${GOOD}ext: \u00fcn\u00efcode: ok\n`, expected: 'enforce',
    differs: { query: 'no-policy', why: 'Values may be UTF-8, and a media type that says no charset is no reason to read it as ASCII (RFC 8461, Section 3.2).' } },
  { name: 'charset-said', serves: served({ mediaType: 'text/plain; charset=utf-8' }), expected: 'enforce' },
  { name: 'odd-parameter', serves: served({ mediaType: 'TEXT/Plain; format=flowed; x=y' }), expected: 'enforce' },
  { name: 'strange-charset', serves: served({ mediaType: 'text/plain; charset=none-such' }), expected: 'enforce',
    differs: { query: 'no-policy', why: 'All parameters but two are ignored (RFC 8461, Section 3.2).' } },
  { name: 'crlf', serves: GOOD.replaceAll('\n', '\r\n'), expected: 'enforce' },
  { name: 'no-last-line-end', serves: GOOD.trimEnd(), expected: 'enforce' },
  { name: 'byte-order-mark', serves: `\ufeff${GOOD}`, expected: 'enforce',
    differs: { query: 'no-policy', mailauth: 'no-policy', why: 'The grammar has none; to drop an enforced policy for it would be a downgrade (RFC 8461, Section 3.2).' } },
  { name: 'mode-twice', serves: `${GOOD}mode: none\n`, expected: 'enforce',
    differs: { query: 'none', why: 'All entries except for the first are ignored (RFC 8461, Section 3.2); for it the last one counts.' } },
  { name: 'no-version', serves: `mode: enforce\n${MX}${TAIL}`, expected: 'no-policy' },
  { name: 'no-mx', serves: `${HEAD}${TAIL}`, expected: 'no-policy' },
  { name: 'empty-mx', serves: `${HEAD}mx:\n${TAIL}`, expected: 'no-policy',
    differs: { query: 'enforce', why: 'An mx value is a name (RFC 8461, Section 3.2).' } },
  { name: 'mx-with-more', serves: `${HEAD}mx: mx.a.example ciphers=low\n${TAIL}`, expected: 'no-policy',
    differs: { query: 'enforce', why: 'An mx value is a name; it goes on to Postfix with all that stands behind it (RFC 8461, Section 3.2).' } },
  { name: 'mode-unknown', serves: GOOD.replace('enforce', 'report'), expected: 'no-policy' },
  { name: 'mode-in-capitals', serves: GOOD.replace('enforce', 'Enforce'), expected: 'no-policy' },
  { name: 'age-in-hex', serves: GOOD.replace('86400', '0x10'), expected: 'no-policy' },
  { name: 'age-underscored', serves: GOOD.replace('86400', '86_400'), expected: 'no-policy',
    differs: { query: 'enforce', why: 'max_age is one to ten digits (RFC 8461, Section 3.2); Python reads more as a number.' } },
  { name: 'age-beyond-maximum', serves: GOOD.replace('86400', '31557601'), expected: 'enforce',
    differs: { query: 'no-policy', mailauth: 'no-policy', why: 'The maximum bounds the life of a policy, the grammar has ten digits (RFC 8461, Section 3.2; EID 7282).' } },
  { name: 'stray-line', serves: `${GOOD}hello\n`, expected: 'enforce' },
  { name: 'empty-file', serves: '', expected: 'no-policy' },
  { name: 'no-record', records: [], serves: GOOD, expected: 'no-record' },
  { name: 'two-records', records: ['v=STSv1; id=a;', 'v=STSv1; id=b;'], serves: GOOD, expected: 'no-record' },
  { name: 'other-record-too', records: ['v=spf1 -all', 'v=STSv1; id=a;'], serves: GOOD, expected: 'enforce' },
  { name: 'later-version-too', records: ['v=STSv10; id=b;', 'v=STSv1; id=a;'], serves: GOOD, expected: 'enforce',
    differs: { query: 'no-record', why: 'What does not begin with "v=STSv1;" is discarded before records are counted (RFC 8461, Section 3.1); it looks for "v=STSv1".' } },
  { name: 'id-of-33', records: [`v=STSv1; id=${'a'.repeat(33)};`], serves: GOOD, expected: 'no-record',
    differs: { query: 'enforce', why: 'An id is 1 to 32 letters and digits (RFC 8461, Section 3.1).' } },
  { name: 'no-id', records: ['v=STSv1;'], serves: GOOD, expected: 'no-record' },
  { name: 'dns-failure', records: { fails: 'servfail' }, serves: GOOD, expected: 'lookup-failed',
    differs: { query: 'no-policy', mailauth: 'no-policy', why: 'They go on as if there were none; that a lookup failed is no answer to it, and we defer (stsLookupFailure).' } },
  { name: 'no-address', serves: null, expected: 'no-policy',
    differs: { mailauth: 'no-record', why: 'It calls both "not found"; we report a policy that could not be fetched (RFC 8460, Section 4.3.2.2).' } },
  { name: 'nobody-home', serves: served({ connect: 'refuse' }), expected: 'no-policy' },
  { name: 'not-found', serves: served({ status: 404 }), expected: 'no-policy' },
  { name: 'created', serves: served({ status: 201 }), expected: 'no-policy' },
  { name: 'redirect', serves: served({ status: 301, location: 'https://mta-sts.enforce.example/.well-known/mta-sts.txt' }), expected: 'no-policy' },
  { name: 'wrong-media-type', serves: served({ mediaType: 'text/html' }), expected: 'no-policy' },
  { name: 'expired-certificate', serves: served({ certificate: { validity: 'expired' } }), expected: 'no-policy' },
  { name: 'unknown-authority', serves: served({ certificate: { issuer: 'private-ca' } }), expected: 'no-policy' },
  { name: 'wrong-name', serves: served({ certificate: { names: ['www.wrong-name.example'] } }), expected: 'no-policy' },
  { name: 'name-in-subject', serves: served({ certificate: { names: [], commonName: 'mta-sts.name-in-subject.example' } }), expected: 'no-policy',
    differs: { query: 'enforce', why: 'The name has to be a DNS-ID (RFC 8461, Section 3.3); OpenSSL takes a common name where there is none.' } },
  { name: 'wildcard-name', serves: served({ certificate: { names: ['*.wildcard-name.example'] } }), expected: 'enforce' },
  { name: 'oversized', serves: served({ bodyOctets: 100_000 }), expected: 'no-policy' },
];
