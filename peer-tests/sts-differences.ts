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
    why: 'Records that do not begin with "v=STSv1;" are discarded, says the prose of several; the grammar lets blanks stand before the semicolon (RFC 8461, Section 3.1; EID 6285).',
    applies: (texts) => texts.some((text) => /^v=STSv1[ \t]+;/.test(text)),
  },
];

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
    name: 'mx-that-is-no-domain',
    right: 'both',
    why: 'An mx with another value has the form of an extension field, and those are ignored (RFC 8461, Section 3.2); mailauth drops the policy for it, we the line.',
    applies: (_text, { ours, code }) => ours !== '' && code === 'invalid_sts_mx',
  },
  {
    name: 'field-without-value',
    right: 'both',
    why: 'Without a value it is no field (RFC 8461, Section 3.2); mailauth drops the policy for it, we the line.',
    applies: (text, { ours, code }) =>
      ours !== '' && /^invalid_sts_/.test(code ?? '') && /^(?:version|mode|max_age):[ \t]*$/m.test(text),
  },
  {
    name: 'carriage-return-alone',
    right: 'both',
    why: 'Lines end in LF or CRLF (RFC 8461, Section 3.2); no value can hold a carriage return, so we let one end a line, too.',
    applies: (text, { ours, code }) => ours !== '' && code !== null && /\r(?!\n)/.test(text),
  },
  {
    name: 'bound-of-ours',
    right: 'both',
    why: 'Senders may bound what they read (RFC 8461, Sections 3.3 and 10.3): 64 KB; mailauth bounds the size when it fetches.',
    applies: (text, { theirs, reason }) => {
      if (theirs === '') return false;
      return reason === 'too-long' && text.length > 20_000;
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
