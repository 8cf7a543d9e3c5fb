import fc from 'fast-check';
import type { DestinationRule } from '../../src/policy/local/destination.js';
import { DEFAULT_SETTINGS, type Settings } from '../../src/policy/settings.js';
import { DOMAIN, HOUR, NOW, RELAY, weighted } from './universe.js';

const aRelay = weighted<DestinationRule['relay'] | null>(
  [9, null],
  [1, { host: RELAY, port: 587 }],
  [1, { host: RELAY, port: 2525 }],
);

export const aDestinationRule: fc.Arbitrary<DestinationRule> = fc
  .record({
    destination: fc.constantFrom(DOMAIN, '.example', '*', 'elsewhere.example'),
    demand: weighted([1, 'none'], [2, 'encrypt'], [3, 'verify'], [2, 'dane']),
    owner: fc.constant('postmaster'),
    reason: fc.constant('contract'),
    expiresAt: weighted<number | null>([4, null], [1, NOW - HOUR], [1, NOW + 24 * HOUR]),
    relay: aRelay,
  })
  .map(({ relay, ...rule }) => (relay ? { ...rule, relay } : rule));

/** Every word of every setting, mostly the default. */
export const someSettings: fc.Arbitrary<Settings> = fc
  .record({
    whenDanePasses: weighted([3, 'require-sts'], [1, 'skip-pkix']),
    halfDane: weighted([3, 'use'], [1, 'ignore']),
    stsLookupFailure: weighted([3, 'defer'], [1, 'proceed']),
    cleartextRetry: weighted([3, 'at-once'], [1, 'after'], [1, 'never']),
    tlsRequiredNo: weighted([4, 'honour'], [1, 'ignore']),
    requireTlsTestingPolicy: weighted([2, 'refuse'], [1, 'accept']),
    requireTlsSecureMx: weighted([2, 'accept'], [1, 'refuse']),
    withoutEightBitMime: weighted([2, 'return'], [1, 'send']),
    privateAddresses: weighted([4, 'refuse'], [1, 'allow']),
    destinations: weighted([7, 0], [2, 1], [1, 2]).chain((length) =>
      fc.array(aDestinationRule, { minLength: length, maxLength: length }),
    ),
    candidatesMax: weighted([5, 50], [1, 1], [1, 2]),
    addressesMax: weighted([5, 10], [1, 1]),
    addressRacing: weighted([3, 'off'], [1, 'on']),
    port: weighted([5, 25], [1, 2525]),
  })
  .map((drawn) => ({ ...DEFAULT_SETTINGS, ...drawn }));
