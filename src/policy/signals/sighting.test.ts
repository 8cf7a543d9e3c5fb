import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptResult, PlacedDecision } from '../attempt/types.js';
import { type DomainSignals, mergeSighting } from './domain-signals.js';
import { SIGNALS, type Sighting, sightingOf } from './sighting.js';

const decision = (table: string, verdict: string, input: Readonly<Record<string, string>> = {}) =>
  ({ mx: 'mx.a.example', table, verdict, input, row: '', why: '', refs: [] }) as PlacedDecision;
const attempt = (...decisions: readonly PlacedDecision[]): AttemptResult => ({
  destination: { kind: 'domain', name: 'a.example' },
  ...{ recipients: [], reports: [], dialled: {}, policy: null },
  ...{ mxSecurity: 'secure', requireTls: 'no', decisions },
});
const offered = (keyword: string, tls = 'yes') =>
  decision('requiretls-keyword', 'send-without', { keyword, tls });

describe('what an attempt saw of a domain', () => {
  it('is nothing where it learned nothing', () => {
    expect(sightingOf(attempt())).toEqual({});
    expect(sightingOf(attempt(decision('mx-discovery', 'unknown')))).toEqual({});
    expect(sightingOf(attempt(decision('dane-demand', 'unreachable')))).toEqual({});
  });

  it('is what the weakest host shows', () => {
    expect(sightingOf(attempt(offered('offered'), offered('missing')))).toEqual({ requireTls: 'no' });
    expect(
      sightingOf(attempt(decision('dane-demand', 'authenticate'), decision('dane-demand', 'encrypt'))),
    ).toEqual({ dane: 'no' });
  });

  it('counts no keyword that was offered in clear (RTLS-4.2.1-4)', () => {
    expect(sightingOf(attempt(offered('offered', 'no')))).toEqual({ requireTls: 'no' });
  });
});

describe('merging sightings', () => {
  const sighting = fc.record(
    Object.fromEntries(SIGNALS.map((signal) => [signal, fc.constantFrom('yes', 'no')])),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Sighting>;
  const timed = fc.uniqueArray(fc.record({ sighting, at: fc.nat(9) }), { selector: ({ at }) => at });

  it('comes to the same in every order', () => {
    fc.assert(
      fc.property(timed, (all) => {
        const merged = (list: typeof all) =>
          list.reduce<DomainSignals>((kept, each) => mergeSighting(kept, each.sighting, each.at), {});
        const inTime = [...all].sort((a, b) => a.at - b.at);
        expect(merged(all)).toEqual(merged(inTime));
        for (const signal of SIGNALS) {
          const last = inTime.findLast((each) => each.sighting[signal] !== undefined);
          expect(merged(all)[signal]?.value).toBe(last?.sighting[signal]);
        }
      }),
    );
  });
});
