/*
 * Where mailauth's strict reader of MTA-STS and ours differ, and who is right by which text. A difference that stands nowhere
 * here is a mistake of ours until the text says otherwise.
 */
import type { PolicyProblem, StsRecord } from '../src/policy/index.js';

export interface Explained {
  readonly name: string;
  /** Whom the text supports; `both`: it is silent, or says both. */
  readonly right: 'we' | 'mailauth' | 'both';
  readonly why: string;
}

/** One question and what either says to it: "" is no. */
export interface Readings {
  readonly ours: string;
  readonly theirs: string;
  /** Why we say no, in our words. */
  readonly reason: Exclude<StsRecord, { kind: 'found' }>['kind'] | PolicyProblem | null;
  /** The code of mailauth's error. */
  readonly code: string | null;
}

interface Difference<T> extends Explained {
  readonly applies: (subject: T, readings: Readings) => boolean;
}

const MAX_AGE_SECONDS_MAX = 31_557_600;

const OF_RECORDS: readonly Difference<readonly string[]>[] = [
  {
    name: 'blank-before-first-delimiter',
    right: 'both',
    why: 'Records that do not begin with "v=STSv1;" are discarded, says the prose; the grammar lets blanks stand before the semicolon (RFC 8461, Section 3.1; EID 6285).',
    applies: (texts) => texts.some((text) => /^v=STSv1[ \t]+;/.test(text)),
  },
];

/** RFC 8461, Section 3.2: sts-policy-extension, and what mailauth looks at. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;
const VALUE = /^[\x21-\x7e\u0080-\uffff](?:[\x20-\x7e\u0080-\uffff]*[\x21-\x7e\u0080-\uffff])?$/;

const OF_POLICIES: readonly Difference<string>[] = [
  {
    name: 'byte-order-mark',
    right: 'mailauth',
    why: 'The grammar has none (RFC 8461, Section 3.2); we let one pass, because dropping an enforced policy for it would be a downgrade.',
    applies: (text, { ours, code }) =>
      ours !== '' && /^\ufeff[^\ufeff]/.test(text) && code === 'invalid_sts_version',
  },
  {
    name: 'max-age-beyond-maximum',
    right: 'both',
    why: 'The maximum is 31557600 (RFC 8461, Section 3.2), the grammar has ten digits; we cut down what mailauth refuses (EID 7282).',
    applies: (_text, { ours, code }) =>
      code === 'invalid_sts_max_age' && ours.endsWith(` ${MAX_AGE_SECONDS_MAX}`),
  },
  {
    name: 'line-that-is-no-field',
    right: 'we',
    why: 'A policy is fields and line ends, nothing else (RFC 8461, Section 3.2); mailauth looks away, as from the page that a web server shows instead.',
    applies: (text, { theirs, reason }) =>
      theirs !== '' && reason === 'not-a-field' && linesOf(text).some((line) => !NAME.test(nameIn(line))),
  },
  {
    name: 'field-without-proper-value',
    right: 'we',
    why: 'The value of a field is not empty, and has no control characters (RFC 8461, Section 3.2, sts-policy-ext-value); mailauth reads values only of fields that it needs.',
    applies: (text, { theirs, reason }) =>
      theirs !== '' &&
      reason === 'not-a-field' &&
      linesOf(text).some((line) => NAME.test(nameIn(line)) && !VALUE.test(valueIn(line))),
  },
  {
    name: 'mx-that-is-no-host-name',
    right: 'we',
    why: 'A Domain has labels of 63 octets and names of 255 at most (RFC 5321, Section 4.5.3.1.2; RFC 1035, Section 2.3.4), and what ends in a number is an address (RFC 1123, Section 2.1).',
    applies: (text, { theirs, reason }) =>
      theirs !== '' &&
      reason === 'bad-mx' &&
      linesOf(text)
        .filter((line) => nameIn(line) === 'mx')
        .map(valueIn)
        .some(
          (mx) =>
            mx.length > 253 || /(?:^|\.)[0-9]+$/.test(mx) || mx.split('.').some((label) => label.length > 63),
        ),
  },
  {
    name: 'bound-of-ours',
    right: 'both',
    why: 'Senders may bound what they read (RFC 8461, Sections 3.3 and 10.3): 64 KB, and lines and patterns by our choice; mailauth bounds the size when it fetches.',
    applies: (text, { theirs, reason }) => {
      if (theirs === '') return false;
      const patterns = linesOf(text).filter((line) => nameIn(line) === 'mx');
      return (
        (reason === 'too-long' && text.length > 65_536) ||
        (reason === 'too-many-lines' && text.split('\n').length > 1000) ||
        (reason === 'too-many-mx' && patterns.length > 100)
      );
    },
  },
];

/** Why records are read differently; null: nobody knows, and somebody has to find out. */
export function explainedRecordDifference(texts: readonly string[], readings: Readings): Explained | null {
  return OF_RECORDS.find(({ applies }) => applies(texts, readings)) ?? null;
}

/** As {@link explainedRecordDifference}, of a policy file. */
export function explainedPolicyDifference(text: string, readings: Readings): Explained | null {
  return OF_POLICIES.find(({ applies }) => applies(text, readings)) ?? null;
}

/** Every name that a difference may have. */
export const DIFFERENCES: readonly string[] = [...OF_RECORDS, ...OF_POLICIES].map(({ name }) => name);

/** Blank ones are nobody's matter. */
function linesOf(text: string): readonly string[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => /[^ \t]/.test(line));
}

function nameIn(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(':')));
}

function valueIn(line: string): string {
  return line.slice(line.indexOf(':') + 1).replace(/^[ \t]+|[ \t]+$/g, '');
}
