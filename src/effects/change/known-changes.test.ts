import { describe, expect, it } from 'vitest';
import type { World } from '../../adapters/scripted/world.js';
import { programs } from '../../machine/programs.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import { stsDomain } from '../../testing/worlds.js';
import type { AttemptJournal } from '../journal.js';
import type { Programs } from '../simulate.js';
import { KnownChanges } from './known-changes.js';
import { smallestChanges } from './smallest-changes.js';

function played(world: World, to: readonly [string, ...string[]] = ['user@a.example']): AttemptJournal {
  return simulateScenario({ name: 'x', world, steps: [{ message: { to }, expect: [] }] }).steps[0]!.journal
    .attempts[0]!;
}

/** The same attempt for somebody else, at another time. */
function later(journal: AttemptJournal): AttemptJournal {
  const text = JSON.stringify(journal).replaceAll('user@', 'other@');
  const read = JSON.parse(text) as AttemptJournal;
  return {
    ...read,
    input: { ...read.input, startedAt: read.input.startedAt + 1000, attempt: read.input.attempt },
  };
}

/** How many attempts are played while it runs. */
function counting() {
  const seen = { plays: 0 };
  const counted: Programs = {
    ...programs,
    attempt: {
      ...programs.attempt,
      start: (input, told) => {
        seen.plays++;
        return programs.attempt.start(input, told);
      },
    },
  };
  return { seen, counted };
}

const refusing = (name: string): World => ({
  dns: { 'MX a.example': [`10 ${name}`], [`A ${name}`]: [`@${name}`] },
  mail: { [name]: { replies: { rcpt: { 'user@a.example': '550 5.1.1 nobody' } } } },
});
const down = (name: string): World => ({
  dns: { 'MX a.example': [`10 ${name}`], [`A ${name}`]: [`@${name}`] },
  mail: { [name]: { connect: 'refuse' } },
});

describe('what was found once', () => {
  it('is told to the next one who heard the same, without a search, and is what a search would have found', () => {
    const { seen, counted } = counting();
    const known = new KnownChanges();
    const first = played(down('mx.a.example'));
    known.changesFor(first, 0, counted);
    const { plays } = seen;
    expect(plays).toBeGreaterThan(1);
    expect(known.changesFor(later(first), 0, counted)).toEqual(
      smallestChanges(later(first), 0, programs).changes,
    );
    expect(seen.plays).toBe(plays);
  });

  it.each([
    ['at another host', down('mx2.a.example')],
    ['that was another refusal', refusing('mx.a.example')],
    ['with other records', { ...down('mx.a.example'), signedZones: ['a.example'] }],
  ])('is not told of a failure %s', (_, world) => {
    const known = new KnownChanges();
    known.changesFor(played(down('mx.a.example')), 0, programs);
    const other = played(world);
    expect(known.changesFor(other, 0, programs)).toEqual(smallestChanges(other, 0, programs).changes);
  });

  it('is told whenever the same policy was fetched, as long as it is in force', () => {
    const world = stsDomain('enforce', { connect: 'refuse' });
    const step = { message: { to: ['user@a.example'] as const }, expect: [] };
    const [, second] = simulateScenario({ name: 'x', world, steps: [step, { ...step, after: 60 }] }).steps;
    const fetchedEarlier = (seconds: number): AttemptJournal => {
      const text = JSON.stringify(second!.journal.attempts[0]!);
      const moved = text.replaceAll(
        /"fetchedAt":(\d+)/g,
        (_, at) => `"fetchedAt":${Number(at) - seconds * 1000}`,
      );
      expect(moved).not.toBe(text);
      return JSON.parse(moved) as AttemptJournal;
    };
    const { seen, counted } = counting();
    const known = new KnownChanges();
    const searches = (journal: AttemptJournal) => {
      const before = seen.plays;
      known.changesFor(journal, 0, counted);
      return seen.plays > before;
    };
    expect([3600, 7200, 604_800].map((seconds) => searches(fetchedEarlier(seconds)))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is told to all recipients of one attempt, however much was heard in it', () => {
    const { seen, counted } = counting();
    const users = Array.from({ length: 12 }, (_, at) => `u${at}@a.example`) as [string, ...string[]];
    const reply = `550 5.1.1 ${'x'.repeat(500_000)}`;
    const world: World = {
      ...refusing('mx.a.example'),
      mail: { 'mx.a.example': { replies: { rcpt: { '*': reply } } } },
    };
    const journal = played(world, users);
    const known = new KnownChanges();
    const [first, ...others] = users.map((_, place) => {
      const before = seen.plays;
      return { changes: known.changesFor(journal, place, counted), plays: seen.plays - before };
    });
    expect(first!.plays).toBeGreaterThan(0);
    expect(first!.changes.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual({ changes: first!.changes, plays: 0 });
  });

  it('is looked for in no more than eight kinds of ends of one attempt', () => {
    const { seen, counted } = counting();
    const users = Array.from({ length: 20 }, (_, at) => `u${at}@a.example`) as [string, ...string[]];
    const world: World = {
      ...refusing('mx.a.example'),
      mail: {
        'mx.a.example': {
          replies: { rcpt: Object.fromEntries(users.map((user, at) => [user, `550 5.1.${at} nobody`])) },
        },
      },
    };
    const journal = played(world, users);
    const known = new KnownChanges();
    const found = users.map((_, place) => {
      const before = seen.plays;
      known.changesFor(journal, place, counted);
      return seen.plays > before;
    });
    expect(found.filter((wasSearched) => wasSearched)).toHaveLength(8);
  });
});
