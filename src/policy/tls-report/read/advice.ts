/*
 * What each result type means to the domain that is reported about, and what its owner can do. One entry for each registered
 * type (RFC 8460, Section 4.3), one for types that are not registered, and one for failures that no detail explains.
 */
import type { ReceivedResultType } from './received-report.js';

/** What a failure can be called in a summary. `unexplained`: counted in a report, and no detail says more. */
export type FailureType = ReceivedResultType | 'unexplained';

export interface Advice {
  readonly meaning: string;
  readonly remedy: string;
  readonly clause: string;
}

export const ADVICE: Readonly<Record<FailureType, Advice>> = {
  'starttls-not-supported': {
    meaning: 'The server did not offer STARTTLS, or refused it.',
    remedy: 'Switch TLS on at this host. If it is on, something on the way strips it: look at firewalls.',
    clause: 'RFC 8460, Section 4.3.1',
  },
  'certificate-host-mismatch': {
    meaning: 'The certificate does not name the host that the MX record names.',
    remedy: 'Get a certificate with the MX host name among its DNS names.',
    clause: 'RFC 8461, Section 4.2; RFC 7672, Section 3.2',
  },
  'certificate-expired': {
    meaning: 'The certificate, or one that it depends on, had expired.',
    remedy: 'Renew it, and have the mail server load it. Watch the date of the next one.',
    clause: 'RFC 8460, Section 4.3.1',
  },
  'certificate-not-trusted': {
    meaning: 'The certificate leads to no authority that the sender trusts, or to no TLSA record.',
    remedy:
      'Serve the whole chain from a public authority. With DANE, publish the new record before the key changes.',
    clause: 'RFC 8461, Section 4.2; RFC 7672, Section 8.1',
  },
  'validation-failure': {
    meaning: 'TLS failed in a way that has no name of its own.',
    remedy:
      'See the reason code: often a handshake that broke off, or an MX host that the policy does not list.',
    clause: 'RFC 8460, Section 4.3.3',
  },
  'tlsa-invalid': {
    meaning: 'None of the TLSA records could be used.',
    remedy: 'Publish records of usage 2 or 3 with well-formed data, such as "3 1 1" and 64 hex digits.',
    clause: 'RFC 7672, Section 3.1',
  },
  'dnssec-invalid': {
    meaning: 'The TLSA records, or the addresses, did not validate.',
    remedy:
      'Check signatures, their dates and the DS record, and that every name server answers TLSA queries.',
    clause: 'RFC 7672, Section 2.1',
  },
  'dane-required': {
    meaning: 'The sender demands DANE of this host, and found no validated TLSA records.',
    remedy:
      'Sign the zone of the MX host and publish TLSA records, or settle with the sender on something else.',
    clause: 'RFC 7672, Section 6',
  },
  'sts-policy-fetch-error': {
    meaning: 'The MTA-STS policy is announced in DNS and could not be fetched.',
    remedy:
      'Serve /.well-known/mta-sts.txt at the mta-sts host by HTTPS with status 200, without a redirect.',
    clause: 'RFC 8461, Section 3.3',
  },
  'sts-policy-invalid': {
    meaning: 'What the policy host serves is not a valid MTA-STS policy.',
    remedy: 'Correct the file: version, mode, max_age and the mx lines.',
    clause: 'RFC 8461, Section 3.2',
  },
  'sts-webpki-invalid': {
    meaning: 'The certificate of the policy host did not verify.',
    remedy: 'Renew the certificate of the mta-sts host, with that name in it, and serve the whole chain.',
    clause: 'RFC 8461, Section 3.3',
  },
  other: {
    meaning: 'The sender uses a result type that is not registered.',
    remedy: 'See the reason code, or ask the contact that the report names.',
    clause: 'RFC 8460, Section 6.6',
  },
  unexplained: {
    meaning: 'The report counts failures and does not say why.',
    remedy: 'Ask the contact that the report names.',
    clause: 'RFC 8460, Section 4.4',
  },
};

/** The registered result type (RFC 8460, Section 6.6) that a word is, or `other`. */
export function resultTypeOf(word: string): ReceivedResultType {
  return word !== 'unexplained' && Object.hasOwn(ADVICE, word) ? (word as ReceivedResultType) : 'other';
}
