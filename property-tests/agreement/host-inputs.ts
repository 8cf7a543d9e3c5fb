import type { HostFacts } from '../../spec/reference/host.js';

type Part = Partial<HostFacts>;

const each = <K extends keyof HostFacts>(key: K, values: readonly HostFacts[K][]): readonly Part[] =>
  values.map((value) => ({ [key]: value }) as Part);

const POLICIES: readonly Part[] = [
  { sts: 'none', stsMx: 'listed', stsFreshness: 'fresh' },
  { sts: 'unknown', stsMx: 'listed', stsFreshness: 'fresh' },
  ...(['testing', 'enforce'] as const).flatMap((sts) =>
    (['listed', 'not-listed'] as const).flatMap((stsMx) =>
      (['fresh', 'stale'] as const).map((stsFreshness) => ({ sts, stsMx, stsFreshness })),
    ),
  ),
];

const MESSAGES: readonly Part[] = [
  { requireTls: false, nullSender: false, tlsRequired: 'absent', tlsRequiredNo: 'honour' },
  { requireTls: false, nullSender: false, tlsRequired: 'invalid', tlsRequiredNo: 'honour' },
  { requireTls: false, nullSender: false, tlsRequired: 'no', tlsRequiredNo: 'honour' },
  { requireTls: false, nullSender: true, tlsRequired: 'no', tlsRequiredNo: 'ignore' },
  { requireTls: true, nullSender: false, tlsRequired: 'no', tlsRequiredNo: 'honour' },
  { requireTls: true, nullSender: true, tlsRequired: 'absent', tlsRequiredNo: 'honour' },
];

const RETRIES: readonly Part[] = [
  { cleartextRetry: 'at-once', attempt: 'first', dmarcReport: false },
  { cleartextRetry: 'at-once', attempt: 'first', dmarcReport: true },
  { cleartextRetry: 'after', attempt: 'first', dmarcReport: false },
  { cleartextRetry: 'after', attempt: 'later', dmarcReport: false },
  { cleartextRetry: 'never', attempt: 'later', dmarcReport: false },
];

const BEFORE: readonly (readonly Part[])[] = [
  each('source', ['mx', 'implicit', 'literal', 'relay']),
  each('mx', ['secure', 'insecure']),
  each('addresses', ['secure', 'insecure']),
  each('tlsa', ['usable', 'unusable', 'absent', 'failed']),
  POLICIES,
  MESSAGES,
  RETRIES,
  each('operator', ['none', 'encrypt', 'verify', 'dane']),
  each('whenDanePasses', ['require-sts', 'skip-pkix']),
  each('halfDane', ['use', 'ignore']),
  each('requireTlsTestingPolicy', ['refuse', 'accept']),
  each('requireTlsSecureMx', ['accept', 'refuse']),
];

/** What may be seen on the wire; where TLS does not work, nobody looks at certificates. */
export const WIRES: readonly Part[] = [
  ...(['not-offered', 'refused-4xx', 'refused-5xx', 'injected', 'handshake-failed'] as const).map(
    (starttls) => ({
      starttls,
      dane: 'match' as const,
      pkix: 'pass' as const,
      pkixDomain: 'pass' as const,
      keyword: 'offered' as const,
    }),
  ),
  ...(['match', 'mismatch'] as const).flatMap((dane) =>
    (['pass', 'fail'] as const).flatMap((pkix) =>
      (['pass', 'fail'] as const).flatMap((pkixDomain) =>
        (['offered', 'missing'] as const).map((keyword) => ({
          starttls: 'works' as const,
          dane,
          pkix,
          pkixDomain,
          keyword,
        })),
      ),
    ),
  ),
];

/** Every combination of what is known before connecting. */
export const SITUATIONS = BEFORE.reduce((product, part) => product * part.length, 1);

/** The situation of that number, 0 to SITUATIONS - 1. */
export function situation(number: number): Part {
  const facts: Part = {};
  let rest = number;
  for (const part of BEFORE) {
    Object.assign(facts, part[rest % part.length]);
    rest = Math.floor(rest / part.length);
  }
  return facts;
}
