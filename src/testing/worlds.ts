/*
 * Pieces that worlds are put together from. Unless a story says otherwise, mail goes to user@a.example, whose one mail
 * host is mx.a.example (or mx1 and mx2, in this order), nothing is signed and there is no policy.
 */
import type { Expectation, MailHost, PolicyHost, Step, World } from '../adapters/scripted/index.js';
import { PieceCodec } from '../adapters/scripted/world.codec.js';
import { listOf, oneOf, Text, wholeFrom } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';

/** Several pieces as one world; of equal names the last counts. Throws a {@link MisuseError} that names a key that no world has. */
export function together(...pieces: readonly Partial<World>[]): World {
  for (const [at, piece] of pieces.entries())
    checked(PieceCodec, piece, 'WAXSEAL_BAD_WORLD', `pieces[${at}]`);
  return {
    signedZones: pieces.flatMap((piece) => piece.signedZones ?? []),
    dns: Object.assign({}, ...pieces.map((piece) => piece.dns)),
    mail: Object.assign({}, ...pieces.map((piece) => piece.mail)),
    policy: Object.assign({}, ...pieces.map((piece) => piece.policy)),
  };
}

/** a.example with MX records for these hosts, best first. Each host's name is its ID. */
export function mailHosts(hosts: Readonly<Record<string, MailHost>>): World {
  checked(PieceCodec, { mail: hosts }, 'WAXSEAL_BAD_WORLD');
  const names = Object.keys(hosts);
  return {
    dns: {
      'MX a.example': names.map((name, at) => `${(at + 1) * 10} ${name}`),
      ...Object.fromEntries(names.map((name) => [`A ${name}`, [`@${name}`]])),
    },
    mail: hosts,
  };
}

/** a.example with its mail host mx.a.example. */
export const plainDomain = (host: MailHost = {}): World => mailHosts({ 'mx.a.example': host });

/** a.example with the mail hosts mx1.a.example and, after it, mx2.a.example. */
export const twoHosts = (first: MailHost, second: MailHost = {}): World =>
  mailHosts({ 'mx1.a.example': first, 'mx2.a.example': second });

/** Every zone is signed. */
export const SIGNED = { signedZones: ['.'] } as const;

/** The TLSA records of a mail host. */
export const tlsa = (records: readonly string[], host = 'mx.a.example'): World => ({
  dns: { [`TLSA ${host}`]: records },
});

/** The plain domain in a world that is signed throughout, with these TLSA records for its mail host. */
export const daneDomain = (records: readonly string[], host: MailHost = {}): World =>
  together(plainDomain(host), SIGNED, tlsa(records));

const Mode = oneOf('enforce', 'testing', 'none');
const Patterns = listOf('a list of patterns', Text);
const Seconds = wholeFrom(0, Number.MAX_SAFE_INTEGER);

/** A policy file. Throws a {@link MisuseError} for a mode that there is not; what is to be no policy is written out. */
export function policyText(
  mode: 'enforce' | 'testing' | 'none',
  mx: readonly string[] = ['mx.a.example'],
  maxAge = 604_800,
): string {
  checked(Mode, mode, 'WAXSEAL_BAD_WORLD', 'mode');
  checked(Patterns, mx, 'WAXSEAL_BAD_WORLD', 'mx');
  checked(Seconds, maxAge, 'WAXSEAL_BAD_WORLD', 'maxAge');
  return [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((name) => `mx: ${name}`),
    `max_age: ${maxAge}`,
    '',
  ].join('\n');
}

/** What announces a policy of a.example, under that id. */
export const announced = (id = '1'): World => ({ dns: { 'TXT _mta-sts.a.example': [`v=STSv1; id=${id};`] } });

/** An announced policy of a.example, with a policy host that serves that file or does whatever else is said. */
export const policyFile = (body: string, host: PolicyHost = {}): World =>
  together(announced(), {
    dns: { 'A mta-sts.a.example': ['@mta-sts.a.example'] },
    policy: { 'mta-sts.a.example': { body, ...host } },
  });

/** An announced, well-kept policy of a.example. */
export const stsPolicy = (mode: 'enforce' | 'testing' | 'none', mx?: readonly string[]): World =>
  policyFile(policyText(mode, mx));

/** The plain domain with a policy that lists its mail host. */
export const stsDomain = (mode: 'enforce' | 'testing' | 'none', host: MailHost = {}): World =>
  together(plainDomain(host), stsPolicy(mode));

/** A step that sends a message, to user@a.example unless told otherwise. */
export function send(
  expected: Expectation | readonly Expectation[],
  message: Partial<Step['message']> = {},
): Step {
  return {
    message: { to: ['user@a.example'], ...message },
    expect: 'outcome' in expected ? [expected] : expected,
  };
}

/** Certificates that a path to the trust store or the name check does not pass. */
export const SELF_SIGNED = { issuer: 'self' } as const;
export const OTHER_NAME = { names: ['other.example'] } as const;

/** Digests of nothing that exists, of the lengths of SHA-256 and SHA-512. */
export const NO_SHA256 = 'ab'.repeat(32);
export const NO_SHA512 = 'ab'.repeat(64);

/** What a server announces that takes REQUIRETLS over, and what it announces if not. */
export const REQUIRETLS_KEYWORDS = ['8BITMIME', 'ENHANCEDSTATUSCODES', 'REQUIRETLS'] as const;
export const USUAL_KEYWORDS = ['8BITMIME', 'ENHANCEDSTATUSCODES'] as const;
/** A host that offers REQUIRETLS where it counts: after TLS. */
export const REQUIRETLS_HOST = { keywords: USUAL_KEYWORDS, keywordsAfterTls: REQUIRETLS_KEYWORDS } as const;
