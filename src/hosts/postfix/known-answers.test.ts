import { describe, expect, it } from 'vitest';
import { KnownAnswers, type KnownAnswersOptions, type Learned } from './known-answers.js';

/** A world that answers when it is told to, and a clock that stands still otherwise. */
function worldOf(own: Partial<KnownAnswersOptions> = {}) {
  const asked: string[] = [];
  let now = 1_000_000;
  let next: (key: string) => Learned | Promise<Learned> = (key) => ({
    reply: `of ${key}`,
    lifeMs: 60_000,
    isKnown: true,
  });
  const answers = new KnownAnswers({
    learn: async (key) => {
      asked.push(key);
      return next(key);
    },
    clock: () => now,
    entriesMax: 1_000,
    charactersMax: 1_000_000,
    lookupsMax: 10,
    tooMany: 'too many',
    ...own,
  });
  return {
    asked,
    answers,
    pass: (ms: number) => {
      now += ms;
    },
    say: (how: typeof next) => {
      next = how;
    },
  };
}

describe('known answers', () => {
  it('are given again without asking, as long as they live', async () => {
    const { asked, answers, pass } = worldOf();
    expect(answers.recall('a')).toBeNull();
    expect(await answers.ask('a')).toBe('of a');
    pass(59_999);
    expect(answers.recall('a')).toBe('of a');
    expect(await answers.ask('a')).toBe('of a');
    expect(asked).toEqual(['a']);
    pass(1);
    expect(answers.recall('a')).toBeNull();
    await answers.ask('a');
    expect(asked).toEqual(['a', 'a']);
  });

  it('do not outlive a clock that is set back', async () => {
    const { asked, answers, pass } = worldOf();
    pass(9e9);
    await answers.ask('a');
    await answers.renew();
    pass(-30_000);
    await answers.renew();
    expect(answers.recall('a')).toBe('of a');
    pass(-9e9);
    await answers.renew();
    expect([answers.recall('a'), answers.size]).toEqual([null, 0]);
    await answers.ask('a');
    expect(asked).toEqual(['a', 'a']);
  });

  it('are learned once for all who ask at the same time', async () => {
    const { asked, answers, say } = worldOf();
    let answer = (_: Learned): void => undefined;
    say(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const both = Promise.all([answers.ask('a'), answers.ask('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    answer({ reply: 'one', lifeMs: 1, isKnown: true });
    expect(await both).toEqual(['one', 'one']);
    expect(asked).toEqual(['a']);
  });

  it('are learned anew before they end, so that nobody waits', async () => {
    const { asked, answers, pass, say } = worldOf();
    await answers.ask('a');
    pass(40_000);
    await answers.renew();
    expect(asked).toEqual(['a']);
    pass(10_000);
    say(() => ({ reply: 'new', lifeMs: 60_000, isKnown: true }));
    await answers.renew();
    expect(asked).toEqual(['a', 'a']);
    pass(20_000);
    expect(answers.recall('a')).toBe('new');
  });

  it('stay while nothing better is learned, and are tried again', async () => {
    const { asked, answers, pass, say } = worldOf();
    await answers.ask('a');
    say(() => ({ reply: 'unknown', lifeMs: 5_000, isKnown: false }));
    pass(47_000);
    await answers.renew();
    expect(answers.recall('a')).toBe('of a');
    pass(7_000);
    await answers.renew();
    expect(asked).toEqual(['a', 'a', 'a']);
    pass(6_000);
    expect(answers.recall('a')).toBeNull();
    expect(await answers.ask('a')).toBe('unknown');
    expect(answers.recall('a')).toBe('unknown');
  });

  it('are let go where nobody asks for them any more', async () => {
    const { asked, answers, pass } = worldOf();
    await answers.ask('a');
    for (let minute = 0; minute < 90; minute++) {
      pass(60_000);
      await answers.renew();
    }
    expect(answers.size).toBe(0);
    expect(asked.length).toBeLessThan(70);
  });

  it('are bounded in number and in characters, and those that are not asked for go first', async () => {
    const { answers } = worldOf({ entriesMax: 10 });
    for (let at = 0; at < 100; at++) await answers.ask(`key ${at}`);
    expect(answers.size).toBe(10);
    expect(answers.recall('key 99')).not.toBeNull();
    const large = worldOf({ charactersMax: 1_000 });
    large.say(() => ({ reply: 'x'.repeat(90), lifeMs: 60_000, isKnown: true }));
    for (let at = 0; at < 100; at++) await large.answers.ask(`key ${at}`);
    expect(large.answers.size).toBe(10);
  });

  it('say so where too much is under way, and when they are closed', async () => {
    const { answers, say } = worldOf({ lookupsMax: 1 });
    say(() => new Promise(() => undefined));
    void answers.ask('first');
    const waiting = Array.from({ length: 9_999 }, (_, at) => answers.ask(`key ${at}`));
    expect(await answers.ask('one more')).toBe('too many');
    answers.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['too many']));
  });

  it('are forgotten when they are told to be', async () => {
    const { asked, answers } = worldOf();
    await answers.ask('a');
    answers.forget();
    await answers.ask('a');
    expect(asked).toEqual(['a', 'a']);
  });
});
