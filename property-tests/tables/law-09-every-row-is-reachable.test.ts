import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import type { Programs } from '../../src/effects/simulate.js';
import { programs } from '../../src/machine/programs.js';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { chooseRoute } from '../../src/policy/relay/index.js';
import { attemptTables } from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { anAttemptInput, aPolicyInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aWorld, type World } from '../arbitraries/worlds.js';
import { GUARDS } from './guards.js';
import { watchRows } from './instruments.js';

const read = watchRows();

/** Two of three as drawn; every third is a message under REQUIRETLS, of which there are most rows, and a policy under test that may name its hosts. */
const aStory = fc
  .tuple(aWorld, anAttemptInput, fc.nat(5))
  .map(([world, input, sixth]): [World, AttemptInput] => {
    if (sixth > 1) return [world, input];
    const message = { ...input.message, sender: 's@b.example', requireTls: 'yes' } as const;
    if (sixth > 0) return [world, { ...input, message }];
    const policy = { mode: 'testing', mx: ['*.a.example'], maxAgeSeconds: 86_400, lines: [] } as const;
    const cache = {
      kind: 'read',
      cached: { id: 'id1', policy, fetchedAt: input.startedAt - 1000 },
      failure: null,
    } as const;
    const settings = {
      ...input.settings,
      requireTlsTestingPolicy: 'accept',
      whenDanePasses: 'skip-pkix',
    } as const;
    return [
      { ...world, cache },
      { ...input, message, settings },
    ];
  });

/** Of our faults none is part of a world. */
const faulty: Programs = {
  ...programs,
  host: { ...programs.host, start: () => ({ kind: 'fault', cause: 'a defect' }) },
};
const relay = { kind: 'relay', host: 'relay.example', port: 587, tls: 'starttls', verify: 'pkix' } as const;
/** Where and when somebody is stopped; the numbers of both are drawn for. */
const aStop = fc.record({ turn: fc.nat(30), repliesHeard: fc.nat(6) });

/** Plays of what is part of no world, or seldom drawn. */
const ODD: readonly ((seed: number) => void)[] = [
  (seed) => {
    for (const [world, input] of fc.sample(aStory, { numRuns: 5, seed }))
      play(world, input, { programs: faulty });
  },
  (seed) => {
    for (const [[world, input], stop] of fc.sample(fc.tuple(aStory, aStop), { numRuns: 100, seed })) {
      play(world, input, { stop });
      play(world, { ...input, deadlineAt: input.startedAt + stop.turn * 60 });
    }
  },
  // What an engine remembers of a relay.
  (seed) => {
    for (const [world, input] of fc.sample(aStory, { numRuns: 1, seed })) {
      const { destination } = input;
      const mail = { destination, from: '', account: null, attempt: 1, transport: 'smart' };
      play(world, { ...input, transport: { ...chooseRoute(mail, [], { smart: relay }), parked: 'yes' } });
    }
  },
  // Stopped while a transaction is under way.
  (seed) => {
    for (const [world, input] of fc.sample(aStory, { numRuns: 20, seed })) {
      const asks = play(world, input).journal.entries.flatMap((entry) =>
        entry.kind === 'ask' ? [entry.ask.type] : [],
      );
      const turn = asks.indexOf('smtp.send');
      if (turn >= 0) play(world, input, { stop: { turn, repliesHeard: input.recipients.length + 2 } });
    }
  },
  // Some rows are for who only asks for a policy.
  (seed) => {
    for (const [world, input] of fc.sample(fc.tuple(aWorld, aPolicyInput), { numRuns: 120, seed }))
      play(world, input);
  },
];

describe('law 9', () => {
  it('every decision names exactly one row, and every row is reached in some world', () => {
    const known = new Map(
      attemptTables.flatMap(({ name, rows }) => rows.map(({ id, then }) => [id, `${name} ${then}`] as const)),
    );
    for (const { scenarios } of scenarioGroups) for (const scenario of scenarios) simulateScenario(scenario);
    const unread = () => [...known.keys()].filter((row) => !read.has(row) && !(row in GUARDS));
    // Drawn worlds, and what is part of no world, are added until none is missing.
    for (let seed = 0; seed < 40 && (seed < 2 || unread().length > 0); seed++) {
      for (const [world, input] of fc.sample(aStory, { numRuns: 120, seed })) {
        for (const { row, table, verdict } of play(world, input).result.decisions)
          expect(known.get(row)).toBe(`${table} ${verdict}`);
      }
      for (const playOdd of ODD) playOdd(seed);
    }
    expect(unread()).toEqual([]);
    // A row that is reached after all needs no excuse.
    expect(Object.keys(GUARDS).filter((row) => read.has(row))).toEqual([]);
  });
});
