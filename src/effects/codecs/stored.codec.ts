/*
 * A policy, or a failed fetch, as the text in which databases keep it. The version changes whenever an older reader could
 * misread a newer text. A text that does not decode holds nothing that may be relied on.
 */
import * as t from 'io-ts';
import type { PolicyChange } from '../../policy/mta-sts/merge-policy.js';
import type { CachedPolicy, FetchFailure, StsPolicy } from '../../policy/mta-sts/policy.js';

const FORMAT = 'waxseal-policy-cache';
const VERSION = 1;
/** In UTF-16 code units: more than any policy that was read from a file. */
const TEXT_LENGTH_MAX = 262_144;
/** RFC 8461, Section 3.2. */
const MAX_AGE_SECONDS_MAX = 31_557_600;

const Natural = refined(t.number, 'Natural', (n) => Number.isSafeInteger(n) && n >= 0);
const MaxAge = refined(Natural, 'MaxAge', (n) => n <= MAX_AGE_SECONDS_MAX);
/** RFC 8461, Section 3.1. */
const PolicyId = refined(t.string, 'PolicyId', (id) => /^[A-Za-z0-9]{1,32}$/.test(id));

const Policy: t.Type<StsPolicy, unknown> = refined(
  t.strict({
    mode: t.keyof({ enforce: null, testing: null, none: null }),
    mx: t.readonlyArray(t.string),
    maxAgeSeconds: MaxAge,
    lines: t.readonlyArray(t.string),
  }),
  'Policy',
  ({ mode, mx }) => mode === 'none' || mx.length > 0,
);
const Cached: t.Type<CachedPolicy, unknown> = t.strict({ id: PolicyId, policy: Policy, fetchedAt: Natural });
const Failure: t.Type<FetchFailure, unknown> = t.strict({ id: PolicyId, failedAt: Natural });

export interface Stored<A> {
  /** null if the text would be too long to be read again. */
  readonly encode: (domain: string, value: A) => string | null;
  /** null if the text is anything but what `encode` wrote for that domain. */
  readonly decode: (domain: string, text: string) => A | null;
}

export const storedPolicy: Stored<CachedPolicy> = stored('policy', Cached);
export const storedFailure: Stored<FetchFailure> = stored('failure', Failure);

/** Whether what was learned can be kept at all: not if it is too large to be read again. */
export function isStorable(domain: string, change: PolicyChange): boolean {
  const text =
    change.kind === 'store'
      ? storedPolicy.encode(domain, change.entry)
      : storedFailure.encode(domain, change.failure);
  return text !== null;
}

function stored<A>(kind: string, value: t.Type<A, unknown>): Stored<A> {
  const Text = t.strict({
    format: t.literal(FORMAT),
    version: t.literal(VERSION),
    kind: t.literal(kind),
    domain: t.string,
    value,
  });
  return {
    encode: (domain, of) => {
      const text = JSON.stringify({ format: FORMAT, version: VERSION, kind, domain, value: of });
      return text.length > TEXT_LENGTH_MAX ? null : text;
    },
    decode: (domain, text) => {
      const read = Text.decode(text.length > TEXT_LENGTH_MAX ? null : parse(text));
      return read._tag === 'Right' && read.right.domain === domain ? read.right.value : null;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refined<C extends t.Any>(codec: C, name: string, holds: (value: t.TypeOf<C>) => boolean) {
  return new t.Type<t.TypeOf<C>, t.OutputOf<C>>(
    name,
    (value): value is t.TypeOf<C> => codec.is(value) && holds(value),
    (input, context) => {
      const decoded = codec.validate(input, context);
      return decoded._tag === 'Right' && !holds(decoded.right) ? t.failure(input, context) : decoded;
    },
    codec.encode,
  );
}
