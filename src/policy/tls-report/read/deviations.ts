/*
 * What a report does that its format does not allow, and that it is read in spite of. Each kind names the clause, so that
 * whoever runs the sender can be told.
 */
import { DEVIATIONS_MAX, QUOTE_LENGTH_MAX } from './bounds.js';

export type DeviationKind = keyof typeof DEVIATIONS;

export interface Deviation {
  readonly kind: DeviationKind;
  /** The path in the report, `policies[0].summary`; "" for the report as a whole. */
  readonly where: string;
  /** What stands there, cut short; "" where that says nothing. */
  readonly found: string;
}

interface Explanation {
  readonly says: string;
  readonly clause: string;
}

export const DEVIATIONS = {
  'byte-order-mark': { says: 'begins with a byte order mark', clause: 'RFC 8259, Section 8.1' },
  'damaged-text': { says: 'is not UTF-8 throughout', clause: 'RFC 7493, Section 2.1' },
  'several-reports': { says: 'is one of several in one text', clause: 'RFC 8460, Section 4' },
  'text-after-end': { says: 'goes on after the report', clause: 'RFC 8259, Section 2' },
  'unescaped-control': { says: 'holds control characters as they are', clause: 'RFC 8259, Section 7' },
  'repeated-member': { says: 'comes again; the first counts', clause: 'RFC 7493, Section 2.3' },
  'missing-member': { says: 'is missing', clause: 'RFC 8460, Section 4.4' },
  'unknown-member': { says: 'is no member of a report', clause: 'RFC 8460, Section 4.4' },
  'misnamed-member': { says: 'is named wrongly', clause: 'RFC 8460, Section 4.4' },
  'wrong-type': { says: 'is of the wrong type', clause: 'RFC 8460, Section 4.4' },
  'number-in-quotes': { says: 'is a number in quotes', clause: 'RFC 8460, Section 4.4' },
  'single-value': { says: 'is a string where a list belongs', clause: 'RFC 8460, Section 4.4' },
  'single-policy': { says: 'is one object where a list belongs', clause: 'RFC 8460, Section 4' },
  'bad-date-time': { says: 'is not in the form of date-times', clause: 'RFC 3339, Section 5.6' },
  'no-time-zone': { says: 'has no time zone; UTC is assumed', clause: 'RFC 3339, Section 5.6' },
  'range-reversed': { says: 'ends before it begins', clause: 'RFC 8460, Section 4.4' },
  'not-one-day': { says: 'is not one day of UTC', clause: 'RFC 8460, Section 4.1' },
  'not-a-mail-address': { says: 'is not a mail address', clause: 'RFC 8460, Section 4.4' },
  'not-a-domain-name': { says: 'is not a domain name in A-labels', clause: 'RFC 8460, Section 4.4' },
  'not-an-ip-address': { says: 'is not an IP address', clause: 'RFC 8460, Section 4.4' },
  'unknown-policy-type': { says: 'is not a known type of policy', clause: 'RFC 8460, Section 4.4' },
  'unknown-result-type': { says: 'is not a registered result type', clause: 'RFC 8460, Section 6.6' },
  'bad-count': { says: 'is not a count', clause: 'RFC 8460, Section 4.4' },
  'counts-disagree': { says: 'does not agree with the details', clause: 'RFC 8460, Section 4.2.2' },
  'value-too-long': { says: 'is cut: it is longer than is read', clause: 'a bound of this reader' },
  'too-many-values': { says: 'is cut: there are more than are read', clause: 'a bound of this reader' },
  'name-disagrees': {
    says: 'disagrees with the report, which counts',
    clause: 'RFC 8460, Section 5.6',
  },
  'name-of-other-form': { says: 'is not what the name says', clause: 'RFC 8460, Section 5.1' },
} as const satisfies Readonly<Record<string, Explanation>>;

/** Collects deviations, up to a bound. */
export class DeviationList {
  readonly all: Deviation[] = [];

  get isFull(): boolean {
    return this.all.length >= DEVIATIONS_MAX;
  }

  add(kind: DeviationKind, where: string, found: unknown = ''): void {
    if (this.isFull) return;
    this.all.push({ kind, where: cut(where), found: cut(quote(found)) });
  }
}

function quote(found: unknown): string {
  switch (typeof found) {
    case 'string':
    case 'number':
    case 'boolean':
      return String(found);
    default:
      return '';
  }
}

function cut(text: string): string {
  return text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}…` : text;
}
