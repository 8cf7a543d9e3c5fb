import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../kernel/table.js';
import type { ChosenTransport } from '../relay/route.js';
import { type DestinationRule, judgeNextHop, ruleFor, stricterDemand } from './destination.js';

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

  const submission = { kind: 'relay', host: 'submit.test', port: 587 } as const;
  it.each([
    ['nobody chose', null, 'mx'],
    ['the hosts of the MX records are', { transport: { kind: 'direct' } }, 'mx'],
    ['a relay is', { transport: submission }, 'submit'],
    ['a relay is that does not know us', { transport: submission, parked: 'yes' }, 'wait-for-relay'],
    ['nothing is, for now', { transport: { kind: 'fail', status: '4.7.1' } }, 'fail-for-now'],
    ['nothing is, for good', { transport: { kind: 'fail', status: '5.7.1' } }, 'fail'],
    ['something is that nobody knows', { transport: null }, 'wait-for-transport'],
  ] as const)('is what is chosen for the mail: %s', (_, choice, verdict) => {
    const chosen = choice === null ? undefined : { name: 'of a test', decision: {} as Decision, ...choice };
    expect(judgeNextHop(A, [], 0, chosen as ChosenTransport)).toMatchObject({
      decision: { verdict },
      relay: verdict === 'submit' ? submission : null,
    });
  });

  it.each<[string, readonly Partial<DestinationRule>[], string | null]>([
    [
      'the name before what is above it, and that before all',
      [{ destination: '*' }, { destination: '.example' }, {}],
      'a.example',
    ],
    ['what is nearer above it', [{ destination: '.example' }, { destination: '.a.example' }], '.a.example'],
    ['what is above it before all', [{ destination: '*' }, { destination: '.example' }], '.example'],
    ['a suffix that is the name itself', [{ destination: '.a.example' }], '.a.example'],
    ['no name that only ends so', [{ destination: 'example' }, { destination: '.ample' }], null],
    ['no rule that has expired', [{ expiresAt: 5 }, { destination: '*', expiresAt: 6 }], '*'],
    ['nothing where there is nothing', [], null],
  ])('is under the rule of %s', (_, rules, destination) => {
    expect(ruleFor(A, rules.map(rule), 5)?.destination ?? null).toBe(destination);
  });

  it('is under the strictest of rules that are as specific', () => {
    const demands = ['encrypt', 'dane', 'none', 'verify'] as const;
    expect(
      ruleFor(
        A,
        demands.map((demand) => rule({ demand })),
        0,
      )?.demand,
    ).toBe('dane');
    const literal = { kind: 'literal', address: '192.0.2.1' } as const;
    expect(ruleFor(literal, [rule({ destination: '.1' }), rule({ destination: '192.0.2.1' })], 0)).toBeNull();
    const order = ['none', 'encrypt', 'verify', 'pkix', 'dane'] as const;
    for (const [at, one] of order.entries())
      for (const [other, two] of order.entries())
        expect(stricterDemand(one, two)).toBe(order[Math.max(at, other)]);
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
