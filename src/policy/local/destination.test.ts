import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DestinationRule, judgeNextHop, ruleFor } from './destination.js';

const rule = (own: Partial<DestinationRule>): DestinationRule => ({
  destination: 'a.example',
  demand: 'none',
  owner: 'postmaster',
  reason: 'a test',
  expiresAt: null,
  ...own,
});
const A = { kind: 'domain', name: 'a.example' } as const;
const relay = (host: string, port = 25) => ({ relay: { host, port } });

describe('the way to a destination', () => {
  it('begins at the relay of the rule in force, whatever other rules name (DANE-2.2.2-8)', () => {
    const rules = [rule({ destination: '*', ...relay('all.test') }), rule(relay('own.test', 587))];
    expect(judgeNextHop(A, rules, 0)).toMatchObject({
      relay: { host: 'own.test', port: 587 },
      decision: { verdict: 'relay', row: 'HOP-1' },
    });
    const literal = { kind: 'literal', address: '192.0.2.1' } as const;
    expect(judgeNextHop(literal, rules, 0).relay).toEqual({ host: 'all.test', port: 25 });
    expect(judgeNextHop(literal, [], 0).decision.verdict).toBe('literal');
    // A more specific rule without a relay takes the domain out of the rule for all.
    expect(judgeNextHop(A, [rules[0]!, rule({})], 0)).toMatchObject({
      relay: null,
      decision: { verdict: 'mx' },
    });
    expect(judgeNextHop(A, [rule({ ...relay('own.test'), expiresAt: 5 })], 5).relay).toBeNull();
  });

  it('does not depend on the order of rules', () => {
    const some = fc.array(
      fc
        .record({
          destination: fc.constantFrom('a.example', '.example', '*'),
          demand: fc.constantFrom('none', 'encrypt', 'verify', 'dane'),
          relay: fc.option(
            fc.record({ host: fc.constantFrom('one.test', 'two.test'), port: fc.constantFrom(25, 587) }),
          ),
        })
        .map(({ relay: own, ...rest }) => rule(own === null ? rest : { ...rest, relay: own })),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(some, (rules) => {
        expect(ruleFor(A, [...rules].reverse(), 0)).toEqual(ruleFor(A, rules, 0));
      }),
    );
  });
});
