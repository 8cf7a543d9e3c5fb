/*
 * What stands in a file of the policy cache. The version changes whenever an older reader could misread a newer file.
 * A file that does not decode holds nothing that may be relied on.
 */
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { CachedPolicy, FetchFailure, StsPolicy } from '../../../policy/mta-sts/policy.js';

const FORMAT = 'waxseal-policy-cache';
const VERSION = 1;
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
  readonly encode: (domain: string, value: A) => string;
  /** null if the text is anything but what `encode` wrote for that domain. */
  readonly decode: (domain: string, text: string) => A | null;
}

export const storedPolicy: Stored<CachedPolicy> = stored('policy', Cached);
export const storedFailure: Stored<FetchFailure> = stored('failure', Failure);

function stored<A>(kind: string, value: t.Type<A, unknown>): Stored<A> {
  const File = t.strict({
    format: t.literal(FORMAT),
    version: t.literal(VERSION),
    kind: t.literal(kind),
    domain: t.string,
    value,
  });
  return {
    encode: (domain, of) =>
      `${JSON.stringify({ format: FORMAT, version: VERSION, kind, domain, value: of })}\n`,
    decode: (domain, text) => {
      const file = File.decode(parse(text));
      return isRight(file) && file.right.domain === domain ? file.right.value : null;
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
      return isRight(decoded) && !holds(decoded.right) ? t.failure(input, context) : decoded;
    },
    codec.encode,
  );
}
