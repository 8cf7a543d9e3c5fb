/*
 * Every combination of what DANE and MTA-STS can say about one mail host, for each kind of message, under both words of the
 * setting `whenDanePasses`. The ends were judged from the RFC texts and our choices, not taken from the engine.
 *
 *   DANE  N     not applicable: nothing is signed           STS  -     no policy
 *         OK    usable TLSA, and the host matches                 T     testing
 *         BAD   usable TLSA, and it does not (or has no TLS)      E+    enforced: listed, STARTTLS, valid certificate
 *         UNUS  secure TLSA, none of it usable                    Emx   enforced: not listed
 *         ERR   the TLSA lookup fails                             Epk   enforced: the certificate is not valid
 *                                                                 Etls  enforced: no STARTTLS
 *
 * The certificate is valid for E+, Emx and Etls, and self-signed for -, T and Epk. The host offers REQUIRETLS after TLS. A host
 * without STARTTLS cannot match TLSA records, so OK with Etls does not exist.
 */
import type { Expectation, MailHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import {
  NO_SHA256,
  plainDomain,
  REQUIRETLS_HOST,
  SELF_SIGNED,
  SIGNED,
  type Story,
  send,
  stsPolicy,
  tlsa,
  together,
} from './worlds.js';

// biome-ignore format: a table
const ROWS = [
  // DANE STS  message        | require-sts: outcome, status, TLS, authentication, cleartext retry | skip-pkix: the same
  'N    -    ordinary       | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    T    ordinary       | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    E+   ordinary       | delivered 2.x    yes pkix      no | delivered 2.x    yes pkix      no',
  'N    Emx  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'N    Epk  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'N    Etls ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'OK   -    ordinary       | delivered 2.x    yes dane      no | delivered 2.x    yes dane      no',
  'OK   T    ordinary       | delivered 2.x    yes dane      no | delivered 2.x    yes dane      no',
  'OK   E+   ordinary       | delivered 2.x    yes dane+pkix no | delivered 2.x    yes dane      no',
  'OK   Emx  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'OK   Epk  ordinary       | deferred  4.7.5  -   -         no | delivered 2.x    yes dane      no',
  'BAD  -    ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'BAD  T    ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'BAD  E+   ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'BAD  Emx  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'BAD  Epk  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'BAD  Etls ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'UNUS -    ordinary       | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS T    ordinary       | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS E+   ordinary       | delivered 2.x    yes pkix      no | delivered 2.x    yes pkix      no',
  'UNUS Emx  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'UNUS Epk  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'UNUS Etls ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  -    ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  T    ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  E+   ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  Emx  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  Epk  ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  Etls ordinary       | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',

  // Insecure MX names need a policy that lists them; what fails for good is returned at once.
  'N    -    requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'N    T    requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'N    E+   requireTls     | delivered 2.x    yes pkix      no | delivered 2.x    yes pkix      no',
  'N    Emx  requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'N    Epk  requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'N    Etls requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'OK   -    requireTls     | delivered 2.x    yes dane      no | delivered 2.x    yes dane      no',
  'OK   T    requireTls     | delivered 2.x    yes dane      no | delivered 2.x    yes dane      no',
  'OK   E+   requireTls     | delivered 2.x    yes dane+pkix no | delivered 2.x    yes dane      no',
  'OK   Emx  requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'OK   Epk  requireTls     | bounced   5.7.10 -   -         no | delivered 2.x    yes dane      no',
  'BAD  -    requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'BAD  T    requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'BAD  E+   requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'BAD  Emx  requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'BAD  Epk  requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'BAD  Etls requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'UNUS -    requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'UNUS T    requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'UNUS E+   requireTls     | delivered 2.x    yes pkix      no | delivered 2.x    yes pkix      no',
  'UNUS Emx  requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'UNUS Epk  requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  'UNUS Etls requireTls     | bounced   5.7.10 -   -         no | bounced   5.7.10 -   -         no',
  // A lookup that failed may succeed the next time, whatever else is wrong.
  'ERR  -    requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  T    requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  E+   requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  Emx  requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  Epk  requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',
  'ERR  Etls requireTls     | deferred  4.7.5  -   -         no | deferred  4.7.5  -   -         no',

  // Every cell is set aside: TLS where it is offered, with anybody.
  'N    -    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    T    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    E+   tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    Emx  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    Epk  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'N    Etls tlsRequiredNo  | delivered 2.x    no  none      no | delivered 2.x    no  none      no',
  'OK   -    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'OK   T    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'OK   E+   tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'OK   Emx  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'OK   Epk  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'BAD  -    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'BAD  T    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'BAD  E+   tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'BAD  Emx  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'BAD  Epk  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'BAD  Etls tlsRequiredNo  | delivered 2.x    no  none      no | delivered 2.x    no  none      no',
  'UNUS -    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS T    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS E+   tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS Emx  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS Epk  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'UNUS Etls tlsRequiredNo  | delivered 2.x    no  none      no | delivered 2.x    no  none      no',
  'ERR  -    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'ERR  T    tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'ERR  E+   tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'ERR  Emx  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'ERR  Epk  tlsRequiredNo  | delivered 2.x    yes none      no | delivered 2.x    yes none      no',
  'ERR  Etls tlsRequiredNo  | delivered 2.x    no  none      no | delivered 2.x    no  none      no',
] as const;

const DANE = {
  N: {},
  OK: together(SIGNED, tlsa(['3 1 1 @mx.a.example'])),
  BAD: together(SIGNED, tlsa([`3 1 1 ${NO_SHA256}`])),
  UNUS: together(SIGNED, tlsa(['1 1 1 @mx.a.example'])),
  ERR: together(SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'servfail' } } }),
} as const satisfies Record<string, Partial<World>>;

const STS = {
  '-': { policy: {}, host: { certificate: SELF_SIGNED } },
  T: { policy: stsPolicy('testing'), host: { certificate: SELF_SIGNED } },
  'E+': { policy: stsPolicy('enforce'), host: {} },
  Emx: { policy: stsPolicy('enforce', ['elsewhere.example']), host: {} },
  Epk: { policy: stsPolicy('enforce'), host: { certificate: SELF_SIGNED } },
  Etls: { policy: stsPolicy('enforce'), host: { starttls: 'not-offered' } },
} as const satisfies Record<string, { readonly policy: Partial<World>; readonly host: MailHost }>;

const MESSAGES = {
  ordinary: { says: {}, shows: ['X-1', 'CHOICE-1', 'CHOICE-2', 'CHOICE-3'], refs: ['X-2', 'X-3'] },
  requireTls: {
    says: { requireTls: true },
    shows: ['RTLS-2-3', 'RTLS-2-4', 'CHOICE-7'],
    refs: ['X-18', 'DOPS-10.3-2'],
  },
  tlsRequiredNo: { says: { tlsRequiredNo: true }, shows: ['RTLS-3-2', 'RTLS-8.4-1', 'CHOICE-9'] },
} as const satisfies Record<string, { readonly says: object } & Pick<Story, 'shows' | 'refs'>>;

/** Reads a row into two scenarios, one for each word of the setting. Throws on a row that cannot be read. */
function storiesOf(row: string): readonly Story[] {
  const [cell = '', ...ends] = row.split('|');
  const [dane, sts, message] = cell.trim().split(/ +/);
  return (['require-sts', 'skip-pkix'] as const).map((whenDanePasses, at) => {
    const { policy, host } = STS[wordOf(sts, STS)];
    const { says, ...cited } = MESSAGES[wordOf(message, MESSAGES)];
    return {
      name: `DANE ${dane}, MTA-STS ${sts}, ${message}, ${whenDanePasses}`,
      ...cited,
      world: together(plainDomain({ ...REQUIRETLS_HOST, ...host }), policy, DANE[wordOf(dane, DANE)]),
      settings: { whenDanePasses },
      steps: [send(endOf(ends[at] ?? ''), says)],
    };
  });
}

/** "delivered 2.x yes dane no" as an expectation; "-": not compared. */
function endOf(text: string): Expectation {
  const [outcome, status = '', tls, authentication, retry] = text.trim().split(/ +/);
  return {
    outcome: wordOf(outcome, { delivered: 0, deferred: 0, bounced: 0 }),
    status,
    ...(tls === '-' ? {} : { tls: wordOf(tls, { yes: 0, no: 0 }) }),
    ...(authentication === '-'
      ? {}
      : { authentication: wordOf(authentication, { none: 0, pkix: 0, dane: 0, 'dane+pkix': 0 }) }),
    cleartextRetry: wordOf(retry, { yes: 0, no: 0 }) === 'yes',
  };
}

function wordOf<K extends string>(text: string | undefined, words: Readonly<Record<K, unknown>>): K {
  if (text === undefined || !Object.hasOwn(words, text))
    throw new RangeError(`not a word of the table: ${text}`);
  return text as K;
}

export const combinations: readonly Scenario[] = ROWS.flatMap(storiesOf);
