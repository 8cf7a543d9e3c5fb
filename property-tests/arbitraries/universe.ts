/* The names, addresses and times of which all drawn worlds are made: few, so that unrelated answers often speak of the same thing. */
import fc from 'fast-check';

/** Noon of 1 January 2026. */
export const NOW = 1_767_268_800_000;
export const HOUR = 3_600_000;

export const DOMAIN = 'a.example';
/** MX targets. The last two are names of properties that every object has. */
export const MX_NAMES = ['mx1.a.example', 'mx2.a.example', 'mail.b.example', 'mx_4.a.example'] as const;
export const ODD_MX_NAMES = ['__proto__', 'constructor'] as const;
/** Where an alias of a host may lead. */
export const EXPANDED = 'real.c.example';
/** Where an alias of the domain may lead. */
export const EXPANDED_DOMAIN = 'other-name.example';
/** Whom the operator may name instead of the hosts of the domain. */
export const RELAY = 'relay.a.example';
export const LITERAL = '198.41.0.4';

export const aPublicIpv4 = fc.constantFrom('198.41.0.10', '198.41.0.11', '192.33.4.12');
export const aPublicIpv6 = fc.constantFrom('2001:500:2::c', '2001:7fd::1');
export const anUnwelcomeAddress = fc.constantFrom(
  '127.0.0.1',
  '10.1.2.3',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  'fe80::1',
  '::ffff:10.0.0.1',
  'junk',
);

/** Words with a weight each: how often a world should hold them. */
export function weighted<const T>(
  ...choices: readonly (readonly [weight: number, value: T])[]
): fc.Arbitrary<T> {
  // One drawn number is much cheaper than a choice between constants, and worlds are made of hundreds of these.
  return fc.constantFrom(...choices.flatMap(([weight, value]) => new Array<T>(weight).fill(value)));
}

/** Mostly the first, sometimes the second. */
export function mostly<A, B>(usual: fc.Arbitrary<A>, rare: fc.Arbitrary<B>, weight = 8): fc.Arbitrary<A | B> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
}
