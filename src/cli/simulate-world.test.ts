import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnyProgram } from '../effects/program.js';
import { programs } from '../machine/programs.js';
import { runWorld } from '../testing/world/run-world.js';
import { inTurn } from './command.fixture.js';

const OPTIONS = ['--world', '5', '--domains', '30', '--messages', '60', '--days', '2'];

describe('waxseal simulate --world', () => {
  it('tells what became of everybody, and comes to the digest that one thread comes to', async () => {
    const { exit, stdout } = await inTurn([
      'simulate',
      ...OPTIONS,
      '--faults',
      '.05',
      '--attacker',
      'active',
      '--json',
    ]);
    expect(exit).toBe(0);
    const { seconds, ...run } = JSON.parse(stdout) as { seconds: number };
    expect(seconds).toBeGreaterThan(0);
    expect(run).toEqual(
      await runWorld({ seed: 5, domains: 30, messages: 60, days: 2, faults: 0.05, attacker: 'active' }),
    );
    expect(run).toMatchObject({
      seed: 5,
      laws: { held: 13, broken: [] },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('says in words that the laws were held', async () => {
    const { exit, stdout } = await inTurn(['simulate', ...OPTIONS]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^\d+ delivered, \d+ bounced, \d+ expired, \d+ waiting, by \d+ attempts in/);
    expect(stdout).toContain('all 13 laws were held');
  });

  it('plays the plan of a law that broke: the sender as it is keeps to it, one that sees no TLSA record does not', async () => {
    const NOTHING = { kind: 'secure', records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 };
    const blind = <I, O>(program: AnyProgram<I, O>): AnyProgram<I, O> => ({
      start: program.start,
      step: (state, event, told) =>
        program.step(
          state,
          event.type === 'dns.tlsa.answered' ? ({ ...event, answer: NOTHING } as never) : event,
          told,
        ),
    });
    const own = { attempt: blind(programs.attempt), host: blind(programs.host) };
    const { plan } = await runWorld({ seed: 7, domains: 60, messages: 120, days: 2 }, { programs: own });
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-plan-'));
    try {
      const path = join(folder, 'plan.json');
      await writeFile(path, JSON.stringify(plan));
      const { exit, stdout } = await inTurn(['simulate', path, '--json']);
      expect(exit).toBe(0);
      const { steps } = JSON.parse(stdout) as { steps: { results: { outcome: string }[] }[] };
      expect(steps.at(-1)!.results.map(({ outcome }) => outcome)).toEqual(['deferred']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [['--world', 'x'], '--world "x" is not a whole number'],
    [['--world', '1', '--faults', '2'], '--faults "2" is not a number from 0 to 1'],
    [['--world', '1', '--attacker', 'some'], 'neither none nor active'],
    [['--world', '1', 'story.json'], 'leave the scenario out'],
    [['story.json', '--days', '3'], '--days goes with --world'],
  ])('takes no nonsense: %j', async (args, says) => {
    const { exit, stderr } = await inTurn(['simulate', ...args]);
    expect(exit).toBe(64);
    expect(stderr).toContain(says);
  });
});
