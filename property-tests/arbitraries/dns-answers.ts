import fc from 'fast-check';
import type {
  AddressesAnswer,
  CnameAnswer,
  DnsAnswer,
  DnsFailure,
  DnsResult,
  MxAnswer,
  MxRecord,
} from '../../src/policy/dns/answer.js';
import {
  anUnwelcomeAddress,
  aPublicIpv4,
  aPublicIpv6,
  EXPANDED,
  EXPANDED_DOMAIN,
  MX_NAMES,
  mostly,
  ODD_MX_NAMES,
  weighted,
} from './universe.js';

export const aSecurity = weighted([3, 'secure'], [2, 'insecure']);

export const aDnsFailure: fc.Arbitrary<DnsFailure> = fc.record({
  kind: fc.constant('failed'),
  cause: fc.constantFrom('bogus', 'servfail', 'refused', 'timeout', 'malformed', 'unreachable'),
  extendedError: fc.option(fc.constantFrom(0, 6, 9, 22)),
});

/** An answer that holds these records; none of them is a denial. */
export function found<R>(
  records: fc.Arbitrary<readonly R[]>,
  aliases: fc.Arbitrary<readonly string[]> = fc.constant([]),
  security: fc.Arbitrary<'secure' | 'insecure'> = aSecurity,
): fc.Arbitrary<DnsResult<R>> {
  return fc
    .record({
      kind: security,
      records,
      denied: fc.constantFrom('nodata', 'nxdomain'),
      aliases,
      ttlSeconds: fc.constantFrom(0, 300),
    })
    .map(({ denied, ...answer }) => ({ ...answer, denial: answer.records.length === 0 ? denied : null }));
}

export function denied<R>(
  security: fc.Arbitrary<'secure' | 'insecure'> = aSecurity,
): fc.Arbitrary<DnsResult<R>> {
  return found<R>(fc.constant([]), fc.constant([]), security);
}

/** Every kind of answer, mostly records. */
export function anAnswerOf<R>(
  record: fc.Arbitrary<R>,
  aliases?: fc.Arbitrary<readonly string[]>,
): fc.Arbitrary<DnsAnswer<R>> {
  return fc.oneof(
    { weight: 7, arbitrary: found(fc.array(record, { minLength: 1, maxLength: 3 }), aliases) },
    { weight: 2, arbitrary: denied<R>() },
    { weight: 1, arbitrary: aDnsFailure },
  );
}

const anExchange = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...MX_NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_MX_NAMES) },
  { weight: 2, arbitrary: fc.constantFrom('', '192.0.2.1', 'not a name', 'a..b', '-x.example') },
);

export const anMxRecord: fc.Arbitrary<MxRecord> = fc.record({
  preference: fc.constantFrom(0, 10, 10, 20),
  exchange: anExchange,
});

export const anMxAnswer: fc.Arbitrary<MxAnswer> = fc.oneof(
  {
    weight: 40,
    arbitrary: found(
      fc.array(anMxRecord, { minLength: 1, maxLength: 4 }),
      mostly(fc.constant([]), fc.constant([EXPANDED_DOMAIN]), 4),
    ),
  },
  { weight: 4, arbitrary: denied<MxRecord>() },
  { weight: 1, arbitrary: found(fc.constant([{ preference: 0, exchange: '' }])) },
  { weight: 1, arbitrary: aDnsFailure },
);

interface AddressDraft {
  readonly security: 'secure' | 'insecure';
  readonly aliases: readonly string[];
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly shape: 'a' | 'both' | 'aaaa' | 'a-and-failure' | 'none' | 'failed' | 'at-odds';
  readonly failure: DnsFailure;
  readonly other: DnsAnswer<string>;
}

/** Both families of one host, mostly consistent with each other. */
export const anAddressesAnswer: fc.Arbitrary<AddressesAnswer> = fc
  .record({
    security: weighted([3, 'secure'], [1, 'insecure']),
    aliases: mostly(fc.constant([]), fc.constant([EXPANDED]), 4),
    a: fc.array(mostly(aPublicIpv4, anUnwelcomeAddress, 60), { minLength: 1, maxLength: 2 }),
    aaaa: fc.array(mostly(aPublicIpv6, anUnwelcomeAddress, 60), { minLength: 1, maxLength: 2 }),
    shape: weighted(
      [20, 'a'],
      [6, 'both'],
      [4, 'aaaa'],
      [1, 'a-and-failure'],
      [1, 'none'],
      [1, 'failed'],
      [1, 'at-odds'],
    ),
    failure: aDnsFailure,
    other: anAnswerOf<string>(aPublicIpv4),
  })
  .map(shaped);

function shaped({ security, aliases, a, aaaa, shape, failure, other }: AddressDraft): AddressesAnswer {
  const known = { kind: security, aliases, ttlSeconds: 300 } as const;
  const holding = (records: readonly string[]): DnsAnswer<string> => ({ ...known, records, denial: null });
  const nothing: DnsAnswer<string> = { ...known, records: [], denial: 'nodata' };
  switch (shape) {
    case 'a':
      return { a: holding(a), aaaa: nothing };
    case 'both':
      return { a: holding(a), aaaa: holding(aaaa) };
    case 'aaaa':
      return { a: nothing, aaaa: holding(aaaa) };
    case 'a-and-failure':
      return { a: holding(a), aaaa: failure };
    case 'none':
      return { a: nothing, aaaa: nothing };
    case 'failed':
      return { a: failure, aaaa: failure };
    case 'at-odds':
      return { a: other, aaaa: holding(aaaa) };
  }
}

export const anAliasAnswer: fc.Arbitrary<CnameAnswer> = anAnswerOf(fc.constant(EXPANDED));
