import { describe, expect, it } from 'vitest';
import { play } from './play.js';
import { changesOf, type Facts, scenarioOf, USUAL, withChange } from './state.js';
import { compareTold, listTurned, NOTHING_TURNED, sayTurned, type Told } from './turned.js';

function told(facts: Facts): Told {
  return { facts, report: play(scenarioOf(facts)).reports[0]! };
}

const DANE = { ...USUAL, dnssec: 'all', tlsa: 'key' };

describe('what a turned fact changes', () => {
  it('is nothing, where none was turned', () => {
    expect(compareTold(told(DANE), told(DANE))).toEqual(NOTHING_TURNED);
    expect(listTurned(NOTHING_TURNED)).toEqual([]);
  });

  it('is told of the fact, the outcome and each decision, from what to what', () => {
    const now = told({ ...DANE, starttls: 'not-offered' });
    const turned = compareTold(told(DANE), now);
    const rows = [...turned.decisions].map(([decision, was]) => [was?.row ?? null, decision.row]);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['TLS-1', 'TLS-3'],
        [null, 'END-4'],
      ]),
    );
    expect(turned.gone.map(({ row }) => row)).toContain('PEER-3');
    expect(listTurned(turned)).toEqual(
      expect.arrayContaining([
        {
          what: 'STARTTLS',
          before: 'is offered and works',
          now: 'is not offered, or was stripped on the way',
        },
        { what: 'Verdict', before: 'Delivered 2.0.0', now: 'Deferred 4.7.5' },
        { what: 'Decided by', before: 'PEER-3', now: 'TLS-3' },
        { what: 'TLS', before: 'TLSv1.3, TLS_AES_256_GCM_SHA384', now: 'none' },
        { what: 'start-tls, mx.provider.example', before: 'start (TLS-1)', now: 'give-up (TLS-3)' },
        { what: 'peer-authentication, mx.provider.example', before: 'dane (PEER-3)', now: '' },
        { what: 'attempt-conclusion', before: '', now: 'defer 4.7.5 (END-4)' },
      ]),
    );
    const said = sayTurned(turned, now.report);
    expect(said).toMatch(
      /^STARTTLS: from “is offered and works” to “is not offered, or was stripped on the way”\. /,
    );
    for (const sentence of [
      'Verdict: from “Delivered 2.0.0” to “Deferred 4.7.5”.',
      'Authentication: from dane to none.',
      'start-tls: from TLS-1 to TLS-3.',
    ])
      expect(said).toContain(sentence);
  });

  it('says that the outcome stays, and so does every decision', () => {
    const now = told({ ...USUAL, certificate: 'expired' });
    const said = sayTurned(compareTold(told(USUAL), now), now.report);
    expect(said).toContain('Still Delivered 2.0.0. Every decision is as it was.');
  });

  it('marks a decision of the same row that was made on another input', () => {
    const turned = compareTold(told(DANE), told({ ...DANE, keyword: 'offered' }));
    const same = [...turned.decisions].filter(([now, was]) => was?.row === now.row);
    expect(same.length).toBeGreaterThan(0);
    for (const [now, was] of same) expect(now.input).not.toEqual(was!.input);
  });

  it.each([USUAL, DANE])('accounts for every decision of both sides, whichever fact is turned', (facts) => {
    const before = told(facts);
    for (const change of changesOf(facts)) {
      const now = told(withChange(facts, change));
      const { decisions, gone } = compareTold(before, now);
      const places = [...decisions.values()].filter((was) => was !== null);
      const kept = now.report.decisions.filter((decision) => !decisions.has(decision));
      expect([...kept, ...places, ...gone].map(said).sort(), change.says).toEqual(
        before.report.decisions.map(said).sort(),
      );
    }
  });
});

function said({ mx, row, verdict, input }: Told['report']['decisions'][number]): string {
  return JSON.stringify([mx, row, verdict, input]);
}
