/* Messages through random histories of days: answers of all kinds, orders, crashes, clocks that jump, against a naive queue. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { type NaiveMessage, naiveTurn } from '../../spec/reference/queue.js';
import type { QueueAnswered } from '../../src/effects/queue-catalog.js';
import { messageMachine, messageProgram } from '../../src/machine/index.js';
import type { Notify } from '../../src/policy/dsn/request.js';
import { DEFAULT_RETRY, RETRY_PRESETS } from '../../src/policy/queue/settings.js';
import type { LastWord, RecipientEnd, TurnInput } from '../../src/policy/queue/turn.js';
import { aTurnWorld, HOUR_MS, playTurn, START, type TurnWorld } from './turns.js';

/** A row of a queue, as a store keeps it. */
interface KeptMessage {
  input: Omit<TurnInput, 'startedAt' | 'recipients' | 'retry'>;
  recipients: {
    address: string;
    notify: Notify;
    last: LastWord | null;
    end: RecipientEnd | null;
    told: string[];
  }[];
  dueAt: number;
}

type Happening =
  | { readonly kind: 'turn'; readonly world: TurnWorld }
  | { readonly kind: 'crash' }
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'order'; readonly order: 'hold' | 'release' | 'fail' | 'drop' };

const aHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: aTurnWorld.map((world) => ({ kind: 'turn' as const, world })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(-24 * HOUR_MS, HOUR_MS, 30 * 24 * HOUR_MS)
      .map((byMs) => ({ kind: 'clock' as const, byMs })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('hold' as const, 'release' as const, 'fail' as const, 'drop' as const)
      .map((order) => ({ kind: 'order' as const, order })),
  },
);

const aNotify: fc.Arbitrary<Notify> = fc.oneof(
  fc.constant('absent' as const),
  fc.constant('never' as const),
  fc.subarray(['success', 'failure', 'delay'] as const, { minLength: 1 }),
);

const aHistory = fc.record({
  sender: fc.constantFrom('ann@a.example', ''),
  notify: fc.array(aNotify, { minLength: 1, maxLength: 3 }),
  happenings: fc.array(aHappening, { minLength: 1, maxLength: 40 }),
});

const wants = (notify: Notify, word: 'success' | 'failure' | 'delay') =>
  notify === 'absent' ? word !== 'success' : notify !== 'never' && notify.includes(word);

/** Plays a history on both; `each` sees every turn of ours. */
function playHistory(
  {
    sender,
    notify,
    happenings,
  }: { sender: string; notify: readonly Notify[]; happenings: readonly Happening[] },
  each: (moment: {
    kept: KeptMessage;
    naive: NaiveMessage;
    turn: ReturnType<typeof playTurn>;
    now: number;
  }) => void,
): KeptMessage {
  const endsAt = START + DEFAULT_RETRY.lifetimeMs;
  const kept: KeptMessage = {
    input: {
      message: { sender, origin: 'ordinary', lifetimeEndsAt: endsAt },
      attempts: 0,
      granted: 0,
      held: 'no',
      order: { kind: 'none' },
      unsettledClaims: 0,
      delayTold: 'no',
      dialled: {},
    },
    recipients: notify.map((each, at) => ({
      address: `r${at}@b.example`,
      notify: each,
      last: null,
      end: null,
      told: [],
    })),
    dueAt: START,
  };
  const naive: NaiveMessage = {
    ...{ sender, endsAt, attempts: 0, extra: 0, held: false, order: 'none', lost: 0 },
    recipients: notify.map((each, at) => ({
      address: `r${at}@b.example`,
      wants: {
        failure: wants(each, 'failure'),
        delay: wants(each, 'delay'),
        success: wants(each, 'success'),
      },
      end: null,
      told: [],
    })),
  };
  let now = START;
  for (const happening of happenings) {
    if (kept.recipients.every(({ end }) => end !== null)) break;
    switch (happening.kind) {
      case 'clock':
        now += happening.byMs;
        break;
      case 'crash':
        kept.input = { ...kept.input, unsettledClaims: kept.input.unsettledClaims + 1 };
        naive.lost += 1;
        break;
      case 'order': {
        const { order } = happening;
        if (order === 'hold' || order === 'release') {
          kept.input = { ...kept.input, held: order === 'hold' ? 'yes' : 'no', unsettledClaims: 0 };
          naive.held = order === 'hold';
          naive.lost = 0;
        } else {
          kept.input = { ...kept.input, order: { kind: order, text: 'for a reason' } };
          naive.order = order;
        }
        break;
      }
      case 'turn': {
        now = Math.max(now, kept.dueAt);
        const waiting = kept.recipients.filter(({ end }) => end === null);
        const input: TurnInput = { ...kept.input, startedAt: now, recipients: waiting, retry: DEFAULT_RETRY };
        const turn = playTurn(input, happening.world, now);
        if (turn.settled !== 'settled') {
          kept.input = { ...kept.input, unsettledClaims: kept.input.unsettledClaims + 1 };
          naive.lost += 1;
          break;
        }
        settle(kept, turn);
        const { world } = happening;
        const policy = world.policy === 'look-fails' ? 'unseen' : world.policy;
        const answer =
          typeof world.answer === 'string' ? world.answer : world.answer.slice(0, waiting.length);
        const wait = naiveTurn(naive, {
          ...{ now, policy, answer, noticesKept: world.notices === 'kept' },
          schedule: DEFAULT_RETRY.scheduleMs,
        });
        if (!naive.held) naive.lost = 0;
        expect(turn.turn.nextAttemptAt === null).toBe(wait === null);
        if (wait !== null && turn.turn.turn.verdict === 'attempt') {
          const moved = turn.turn.nextAttemptAt! - now;
          expect(Math.abs(moved - wait)).toBeLessThanOrEqual(wait * DEFAULT_RETRY.jitter + 1);
        }
        each({ kept, naive, turn, now });
        break;
      }
    }
  }
  return kept;
}

/** As a store settles a turn. */
function settle(kept: KeptMessage, { turn }: ReturnType<typeof playTurn>): void {
  kept.input = {
    ...kept.input,
    attempts: turn.attempts,
    granted: turn.granted,
    delayTold: turn.delayTold,
    dialled: turn.dialled,
    held: turn.hold === 'park' ? 'yes' : kept.input.held,
    unsettledClaims: turn.hold === 'park' ? kept.input.unsettledClaims : 0,
  };
  const waiting = kept.recipients.filter(({ end }) => end === null);
  turn.recipients.forEach(({ end, word }, at) => {
    waiting[at]!.end = end;
    waiting[at]!.last = word;
  });
  for (const { action, recipients } of turn.notices)
    for (const at of recipients) waiting[at]!.told.push(action);
  kept.dueAt = turn.nextAttemptAt ?? kept.dueAt;
}

describe('a queued message, whatever happens', () => {
  it('ends as in a naive queue, and its sender is told the same (SMTP-4.5.4.1-1, SMTP-3.6.3-1, STS-5-5)', () => {
    fc.assert(
      fc.property(aHistory, (history) => {
        playHistory(history, ({ kept, naive }) => {
          expect(kept.recipients.map(({ end }) => end)).toEqual(naive.recipients.map(({ end }) => end));
          expect(kept.recipients.map(({ told }) => told.filter((each) => each !== 'delayed'))).toEqual(
            naive.recipients.map(({ told }) => told),
          );
          expect([kept.input.attempts, kept.input.granted, kept.input.held === 'yes']).toEqual([
            naive.attempts,
            naive.extra,
            naive.held,
          ]);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('never ends without its notice, hears of a delay once, and a notice of a notice there is none (SMTP-3.6.3-2, DSN-3464-3-1)', () => {
    fc.assert(
      fc.property(aHistory, (history) => {
        const { recipients } = playHistory(history, () => {});
        for (const { end, notify, told } of recipients) {
          const failed = told.filter((each) => each === 'failed').length;
          const isFailure = end === 'bounced' || end === 'expired';
          expect(failed).toBe(isFailure && history.sender !== '' && wants(notify, 'failure') ? 1 : 0);
          expect(told.filter((each) => each === 'delayed').length).toBeLessThan(2);
          if (history.sender === '') expect(told).toEqual([]);
          if (end === null) expect(told.filter((each) => each !== 'delayed')).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is not attempted while it is held, and never given up without an attempt (SMTP-4.5.4.1-1)', () => {
    fc.assert(
      fc.property(aHistory, (history) => {
        playHistory(history, ({ turn }) => {
          const attempts = turn.asked.filter(({ type }) => type === 'attempt.run').length;
          expect(attempts).toBe(turn.turn.turn.verdict === 'attempt' ? 1 : 0);
          if (turn.turn.recipients.some(({ end }) => end === 'expired' || end === 'delivered'))
            expect(attempts).toBe(1);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is not given up where a policy stopped it before the policy was looked for again (STS-5-4, STS-5.1-3)', () => {
    fc.assert(
      fc.property(aHistory, (history) => {
        playHistory(history, ({ turn }) => {
          const expired = turn.turn.recipients.filter(
            ({ end, word }) => end === 'expired' && word?.status === '4.7.5',
          );
          if (expired.length > 0 && turn.turn.attempt === 'counted')
            expect(turn.asked.map(({ type }) => type)).toContain('policy.look');
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('the machine of a message', () => {
  const input: TurnInput = {
    startedAt: START,
    message: {
      sender: 'ann@a.example',
      origin: 'ordinary',
      lifetimeEndsAt: START + DEFAULT_RETRY.lifetimeMs,
    },
    attempts: 0,
    granted: 0,
    held: 'no',
    order: { kind: 'none' },
    unsettledClaims: 0,
    delayTold: 'no',
    dialled: {},
    recipients: [{ address: 'r0@b.example', notify: 'absent', last: null }],
    retry: DEFAULT_RETRY,
  };
  const world: TurnWorld = {
    answer: ['deferred', 'deferred', 'deferred'],
    policy: 'had-no-part',
    draw: 0x8000_0000,
    notices: 'kept',
    settles: 'settled',
  };
  const waitAfter = (attempts: number, own: Partial<TurnWorld> = {}) =>
    playTurn({ ...input, attempts }, { ...world, ...own }, START).turn.nextAttemptAt! - START;

  it('waits longer each time, moved at random by a tenth (SMTP-4.5.4.1-2)', () => {
    const waits = DEFAULT_RETRY.scheduleMs.map((_, at) => waitAfter(at));
    expect(waits.map((ms) => ms / 60_000)).toEqual([7.5, 15, 30, 60, 120, 240, 480]);
    expect(waitAfter(0, { draw: 0 })).toBe(405_000);
    expect(waitAfter(0, { draw: 0xffff_ffff })).toBe(495_000);
    expect(waitAfter(3, { answer: 'stopped' })).toBe(0);
    expect(waitAfter(3, { answer: 'fault' })).toBe(450_000);
  });

  it('has the five days of RFC 5321 as a preset, and takes any schedule (SMTP-4.5.4.1-4)', () => {
    const { scheduleMs } = RETRY_PRESETS.rfc5321;
    expect(scheduleMs.reduce((sum, each) => sum + each, 0)).toBe(120 * HOUR_MS);
    expect(Math.min(...scheduleMs)).toBe(HOUR_MS / 2);
    const own = { ...DEFAULT_RETRY, scheduleMs: [1000], jitter: 0 };
    expect(playTurn({ ...input, retry: own }, world, START).turn.nextAttemptAt).toBe(START + 1000);
    expect(playTurn({ ...input, retry: own, attempts: 1 }, world, START).turn.recipients).toMatchObject([
      { end: 'expired', word: { status: '4.4.1' } },
    ]);
  });

  it('tells of a delay behind the fifth attempt, with the time that is left (DSN-3461-5.2.5-1)', () => {
    const tells = (attempts: number, own: Partial<TurnInput> = {}) =>
      playTurn({ ...input, attempts, ...own }, world, START).turn.notices.map(({ action }) => action);
    expect([0, 3, 4, 5].map((attempts) => tells(attempts))).toEqual([[], [], ['delayed'], ['delayed']]);
    expect(tells(4, { delayTold: 'yes' })).toEqual([]);
    const near = { ...input.message, lifetimeEndsAt: START + HOUR_MS };
    expect(tells(4, { message: near })).toEqual([]);
    expect(tells(4, { message: { ...input.message, sender: '' } })).toEqual([]);
  });

  it('keeps the last status of its class when it gives up, else says that it expired (DSN-3464-2.3.4-1)', () => {
    const late = { ...input, message: { ...input.message, lifetimeEndsAt: START }, attempts: 3 };
    const statusAfter = (own: Partial<TurnWorld>) =>
      playTurn(late, { ...world, ...own }, START).turn.recipients[0]!.word!.status;
    expect(statusAfter({})).toBe('4.4.1');
    expect(statusAfter({ policy: 'same' })).toBe('4.7.5');
    expect(statusAfter({ answer: 'fault' })).toBe('4.4.7');
  });

  it('ends as the operator orders, aloud or in silence', () => {
    const end = (kind: 'fail' | 'drop') =>
      playTurn({ ...input, order: { kind, text: 'not today' } }, world, START).turn;
    expect(end('fail')).toMatchObject({
      recipients: [{ end: 'bounced', word: { status: '5.0.0', facts: ['not today'] } }],
      notices: [{ action: 'failed', recipients: [0] }],
      nextAttemptAt: null,
    });
    expect(end('drop')).toMatchObject({ recipients: [{ end: 'dropped' }], notices: [], nextAttemptAt: null });
  });

  it('ends, or has its sender hear, where others were tried on its way and it was not (SMTP-4.5.4.1-5, DSN-3461-5.2.5-1)', () => {
    const review = (waitedMs: number, own: Partial<TurnInput> = {}) =>
      playTurn(
        {
          ...input,
          order: { kind: 'review', due: START + 9 },
          message: { ...input.message, lifetimeEndsAt: START + DEFAULT_RETRY.lifetimeMs - waitedMs },
          way: 'other',
          ...own,
        },
        world,
        START,
      );
    // Four waits lie before the fifth attempt.
    const LATE = 112.5 * 60_000;
    expect(review(LATE - 1).turn).toMatchObject({ notices: [], delayTold: 'no', nextAttemptAt: START + 9 });
    const told = review(LATE);
    expect(told.asked.map(({ type }) => type)).toEqual(['notice.store', 'turn.settle']);
    expect(told.turn).toMatchObject({
      turn: { verdict: 'review' },
      recipients: [
        {
          end: null,
          word: { status: '4.4.1', facts: ['No server that takes mail for b.example could be reached.'] },
        },
      ],
      ...{ notices: [{ action: 'delayed', recipients: [0] }], delayTold: 'yes', attempts: 0, attempt: null },
    });
    expect(review(LATE, { delayTold: 'yes' }).turn.notices).toEqual([]);
    expect(review(LATE, { held: 'yes' }).turn).toMatchObject({ turn: { verdict: 'put-back' }, notices: [] });
    expect(review(LATE, { unsettledClaims: 3 }).turn).toMatchObject({ hold: 'park' });
    const last = { status: '4.3.2', facts: ['a fact'] } as unknown as LastWord;
    const known = { ...input.recipients[0]!, last };
    for (const [recipients, status] of [
      [input.recipients, '4.4.7'],
      [[known], '4.3.2'],
    ] as const)
      expect(review(DEFAULT_RETRY.lifetimeMs, { recipients }).turn).toMatchObject({
        recipients: [{ end: 'expired', word: { status } }],
        ...{ notices: [{ action: 'failed', recipients: [0] }], nextAttemptAt: null },
      });
  });

  it('comes through every state, and is to XState what it is to us', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(aTurnWorld, fc.integer({ min: 0, max: 9 }), (own, attempts) => {
        let theirs: AnyMachineSnapshot | null = null;
        const compare = (
          step: ReturnType<typeof messageProgram.start>,
          next: readonly [unknown, readonly unknown[]],
        ) => {
          theirs = next[0] as AnyMachineSnapshot;
          seen.add(String(theirs.value));
          if (step.kind === 'finished') expect(theirs.output).toEqual(step.output);
          else if (step.kind === 'waiting') expect(theirs.context).toEqual(step.state.context);
          else throw new Error(step.kind);
          return step;
        };
        playTurn({ ...input, attempts }, own, START, {
          start: (turn) =>
            compare(messageProgram.start(turn), initialTransition(messageMachine, turn) as never),
          step: (state, event: QueueAnswered) =>
            compare(
              messageProgram.step(state, event),
              transition(messageMachine, theirs as never, event) as never,
            ),
        });
      }),
      { numRuns: 300, seed: 1 },
    );
    const waiting = Object.keys(messageMachine.states).filter((name) => !name.startsWith('judging'));
    expect([...seen].sort()).toEqual(waiting.sort());
  });

  it('is loud about an answer that nobody asked for', () => {
    const step = messageProgram.start(input);
    if (step.kind !== 'waiting') throw new Error(step.kind);
    const event = { type: 'wait.draw.answered', id: 1, at: START, answer: { value: 1 } } as const;
    expect(messageProgram.step(step.state, event)).toEqual({ kind: 'illegal', event: 'wait.draw.answered' });
  });
});
