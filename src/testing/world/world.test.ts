import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Answered } from '../../effects/catalog.js';
import type { AnyProgram } from '../../effects/program.js';
import type { Programs } from '../../effects/simulate.js';
import { programs } from '../../machine/programs.js';
import type { AttemptInput, AttemptResult } from '../../policy/attempt/types.js';
import { simulateScenario } from '../scenarios.js';
import { diceOf } from './dice.js';
import { planOf } from './make-plan.js';
import { breachesIn } from './plan-scenario.js';
import { runWorld } from './run-world.js';

const SMALL = { seed: 7, domains: 60, messages: 400, days: 3, faults: 0.05, attacker: 'active' } as const;
const SMALLER = { ...SMALL, messages: 160 } as const;

/** A sender that takes something else for the answer to a question: an engine with a defect. */
function misled(distort: (event: Answered) => unknown): Programs {
  const wrap = <I, O>(program: AnyProgram<I, O>): AnyProgram<I, O> => ({
    start: program.start,
    step: (state, event, told) => {
      const answer = event.type === 'aborted' ? undefined : distort(event);
      return program.step(state, answer === undefined ? event : ({ ...event, answer } as Answered), told);
    },
  });
  return { attempt: wrap(programs.attempt), host: wrap(programs.host) };
}

const NOTHING = { kind: 'secure', records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 } as const;

describe('a simulated internet', () => {
  it('draws the same numbers on every machine', () => {
    const { draw, below, within } = diceOf(42);
    expect([draw('a'), draw('a', 1), draw(1, 'a'), below(1000, 'x'), within('a').draw(1)]).toEqual([
      draw('a'),
      within('a').draw(1),
      within(1).draw('a'),
      draw('x') % 1000,
      draw('a', 1),
    ]);
    const drawn = Array.from({ length: 1000 }, (_, at) => diceOf(at).draw('n', at));
    expect(createHash('sha256').update(drawn.join()).digest('hex')).toMatchInlineSnapshot(
      `"ce252c87a4363c103c81486aa9aeb3d1bb28925ad8ab5332d606eaf86c9790a3"`,
    );
  });

  it('makes the same plan of the same seed, and a message less moves nobody else', () => {
    const plan = planOf(SMALL, 1);
    const text = JSON.stringify([[...plan.domains], plan.messages]);
    expect(createHash('sha256').update(text).digest('hex')).toMatchInlineSnapshot(
      `"84a5377ff90ce8df4523f74c4ad9de8bcd39ffe5bd3b7149881496fac7f6c9fc"`,
    );
    const fewer = planOf({ ...SMALL, messages: SMALL.messages - 4 }, 1);
    expect(plan.messages.filter(({ number }) => number < SMALL.messages - 4)).toEqual(fewer.messages);
  });

  it('holds every law over days of faults, crashes and attacks', async () => {
    const run = await runWorld(SMALL);
    expect(run.laws).toEqual({ held: 13, broken: [] });
    const { delivered, bounced, expired, waiting } = run;
    const recipients = [0, 1, 2, 3].flatMap((shard) => planOf(SMALL, shard).messages.flatMap(({ to }) => to));
    expect(delivered + bounced + expired + waiting).toBe(recipients.length);
    expect(delivered).toBeGreaterThan(recipients.length / 2);
    for (const count of Object.values(run.checked)) expect(count).toBeGreaterThan(0);
  });

  it('comes to the same again, and to something else with another seed', async () => {
    const few = { ...SMALL, messages: 60 };
    const { digest, rows } = await runWorld(few);
    expect(await runWorld(few)).toMatchObject({ digest, rows });
    expect((await runWorld({ ...few, seed: 8 })).digest).not.toBe(digest);
  });

  it.each([
    [
      'forgets policies that it keeps',
      2,
      (event: Answered) => {
        if (event.type === 'policy-cache.read.answered') return { kind: 'read', cached: null, failure: null };
        const isUnknown = event.type === 'dns.txt.answered' && event.answer.kind === 'failed';
        return isUnknown ? { ...NOTHING, kind: 'insecure' } : undefined;
      },
    ],
    [
      'takes a failed TLSA lookup for none',
      3,
      (event: Answered) =>
        event.type === 'dns.tlsa.answered' && event.answer.kind === 'failed' ? NOTHING : undefined,
    ],
    [
      'never sees a TLSA record',
      1,
      ({ type }: Answered) => (type === 'dns.tlsa.answered' ? NOTHING : undefined),
    ],
    [
      'believes whoever answers',
      1,
      (event: Answered) =>
        event.type === 'peer.inspect.answered' && event.answer.kind === 'presented'
          ? {
              ...event.answer,
              path: { kind: 'trusted' },
              chain: event.answer.chain.map((each) => ({
                ...each,
                dnsNames: ['*.d0.example', ...Array.from({ length: 60 }, (_, at) => `*.d${at}.example`)],
              })),
            }
          : undefined,
    ],
  ] as const)(
    'sees that a law breaks in a sender that %s, and tells it as a small scenario',
    async (_, law, distort) => {
      const own = misled(distort as (event: Answered) => unknown);
      const { laws, plan } = await runWorld(SMALLER, { programs: own });
      expect(laws.broken.map((broken) => broken.law)).toContain(law);
      expect(plan).toBeDefined();
      expect(plan!.steps.length).toBeLessThan(4);
      expect(breachesIn(plan!, own).length).toBeGreaterThan(0);
      expect(breachesIn(plan!, programs)).toEqual([]);
      // As a scenario it says of the sender as it is that all is as expected.
      expect(simulateScenario(plan!).steps.flatMap(({ differences }) => differences)).toEqual([]);
    },
  );

  it('sees a sender that calls delivered what nobody took, and one that tells of a fault', async () => {
    const lying: AnyProgram<AttemptInput, AttemptResult> = {
      start: programs.attempt.start,
      step: (state, event, told) => {
        const step = programs.attempt.step(state, event, told);
        if (step.kind !== 'finished') return step;
        const recipients = step.output.recipients.map((each) => ({ ...each, outcome: 'delivered' as const }));
        return { ...step, output: { ...step.output, recipients } };
      },
    };
    const { laws } = await runWorld(
      { ...SMALL, messages: 200 },
      { programs: { ...programs, attempt: lying } },
    );
    expect(laws.broken.map(({ law }) => law)).toContain(17);
    expect(laws.held).toBeLessThan(13);
  });
});
