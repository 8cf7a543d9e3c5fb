/*
 * Where OpenSSL's verifier for DANE and ours differ, and who is right by which text. A difference that stands nowhere
 * here is a mistake of ours until the text says otherwise.
 */
import type { CertificateFault, DaneCase, RecordFields } from './dane-cases.js';
import type { Verdicts } from './openssl-dane.js';

export interface Explained {
  /** `clause`: the texts let us. `known-defect`: they do not, and it has yet to be mended. */
  readonly kind: 'clause' | 'known-defect';
  readonly name: string;
  readonly why: string;
}

interface Difference extends Explained {
  readonly applies: (subject: DaneCase, verdicts: Verdicts) => boolean;
}

/** Numbers of OpenSSL's errors, as X509_verify_cert_error_string has them. */
const ERROR = {
  notYetValid: 9,
  expired: 10,
  pathLength: 25,
  purpose: 26,
  noCertSign: 32,
  strangeExtension: 34,
  notPermitted: 47,
  excluded: 48,
  noMatch: 65,
  notACa: 79,
} as const;
/** What OpenSSL has to say against an authority's own certificate. */
const AGAINST_AUTHORITY: readonly number[] = [
  ERROR.notYetValid,
  ERROR.expired,
  ERROR.pathLength,
  ERROR.purpose,
  ERROR.noCertSign,
  ERROR.strangeExtension,
  ERROR.notPermitted,
  ERROR.excluded,
  ERROR.notACa,
];

const WE_ACCEPT: readonly Difference[] = [
  {
    kind: 'clause',
    name: 'leaf-as-anchor',
    why: 'A certificate of usage 2 is the trust anchor, whichever it is; OpenSSL looks for anchors above the leaf only (RFC 6698, Appendix B.2).',
    applies: (subject, verdicts) => {
      const matched = matchedRecord(subject, verdicts);
      return matched?.usage === 2 && matched.of === 'leaf';
    },
  },
  {
    kind: 'known-defect',
    name: 'leaf-key-usage',
    why: 'The key usage of a server certificate must allow digital signatures, if it is there (RFC 8446, Section 4.4.2.2).',
    applies: (subject, { error }) => error === ERROR.purpose && hasFault(subject, 'leaf', 'only-cert-sign'),
  },
  {
    kind: 'clause',
    name: 'key-as-anchor',
    why: 'With SPKI(1) everything of the anchor but its key is mutable, so its certificate binds nobody (RFC 7671, Section 5.2.1).',
    applies: (subject, verdicts) => {
      const matched = matchedRecord(subject, verdicts);
      if (matched?.usage !== 2 || matched.selector !== 1 || matched.of === 'leaf') return false;
      const own = subject.faults.some((each) => hasSameKey(subject, each.subject, matched.of));
      return own && AGAINST_AUTHORITY.includes(verdicts.error ?? 0);
    },
  },
  {
    kind: 'clause',
    name: 'any-purpose',
    why: 'anyExtendedKeyUsage includes that of a server (RFC 5280, Section 4.2.1.12); OpenSSL wants it by name.',
    applies: (subject, { error }) => error === ERROR.purpose && hasFault(subject, 'leaf', 'any-purpose'),
  },
  {
    kind: 'clause',
    name: 'other-path',
    why: 'Any valid path from the leaf to the anchor counts; OpenSSL judges the first that it builds (RFC 6698, Appendix B.2: "for each PKIX certification path").',
    applies: (_subject, { withoutDetours }) => withoutDetours === 'verified',
  },
];

const WE_REFUSE: readonly Difference[] = [
  {
    kind: 'clause',
    name: 'dates-of-anchor',
    why: 'With Cert(0) the record vouches for the whole certificate, dates included (RFC 7671, Section 5.2.1); OpenSSL looks at the dates of an anchor only if that is self-signed.',
    applies: ({ faults, records }, { mismatch }) =>
      mismatch === 'expired' &&
      records.some(
        ({ usage, selector, of }) =>
          usage === 2 &&
          selector === 0 &&
          faults.some(
            ({ subject, fault }) => subject === of && (fault === 'expired' || fault === 'not-yet-valid'),
          ),
      ),
  },
  {
    kind: 'clause',
    name: 'partial-wildcard',
    why: 'A wildcard is the whole first label or none (RFC 7672, Section 3.2.3).',
    applies: ({ traits }) => traits.has('name-partial-wildcard'),
  },
  {
    kind: 'clause',
    name: 'no-basic-constraints',
    why: 'An authority of version 3 says so in basicConstraints (RFC 5280, Section 6.1.4 (k)); for OpenSSL keyCertSign will do.',
    applies: (subject, { mismatch }) =>
      mismatch === 'mismatch' && hasFault(subject, null, 'no-basic-constraints'),
  },
];

/** Why the verdicts differ; null: nobody knows, and somebody has to find out. */
export function explainedDifference(subject: DaneCase, verdicts: Verdicts): Explained | null {
  const { ours, openssl } = verdicts;
  const known =
    ours === 'verified' && openssl === 'refused'
      ? WE_ACCEPT
      : ours === 'refused' && openssl === 'verified'
        ? WE_REFUSE
        : [];
  return known.find(({ applies }) => applies(subject, verdicts)) ?? null;
}

function matchedRecord({ records }: DaneCase, { record }: Verdicts) {
  return record === null ? null : (records[record] ?? null);
}

function hasFault(
  { faults }: DaneCase,
  subject: CertificateFault['subject'] | null,
  fault: CertificateFault['fault'],
): boolean {
  return faults.some(
    (each) => each.fault === fault && (subject === null ? each.subject !== 'leaf' : each.subject === subject),
  );
}

function hasSameKey(
  { crossed }: DaneCase,
  subject: CertificateFault['subject'],
  of: RecordFields['of'],
): boolean {
  return subject === of || (of === 'cross' && subject === crossed);
}
