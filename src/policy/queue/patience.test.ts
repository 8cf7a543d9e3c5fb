/* How long a queue is patient: waits, ends, and ways that are closed, each at its boundary. */
import { describe, expect, it } from 'vitest';
import {
  delayNoticeMs,
  expiredWord,
  judgeBegin,
  judgeDelay,
  judgeLongWait,
  judgeOutcomes,
  judgeWaiting,
  nextTurnAt,
  orderedWord,
  triedUntil,
  wordOfWait,
} from './judge-turn.js';
import { CLOSED_MS_MAX, laneAfter, waitsFor } from './lane-health.table.js';
import type { RetrySettings } from './settings.js';
import type { LastWord, TurnInput } from './turn.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const retry: RetrySettings = {
  scheduleMs: [MINUTE_MS, 10 * MINUTE_MS, 2 * HOUR_MS],
  jitter: 0.1,
  delayNoticeAfter: 3,
  lifetimeMs: 5 * HOUR_MS,
};
const BEGAN = 1_000_000;
const input: TurnInput = {
  startedAt: BEGAN,
  message: { sender: 'ann@a.test', origin: 'ordinary', lifetimeEndsAt: BEGAN + retry.lifetimeMs },
  ...{ attempts: 0, granted: 0, held: 'no', order: { kind: 'none' }, unsettledClaims: 0, delayTold: 'no' },
  dialled: {},
  recipients: [{ address: 'x@b.test', notify: 'absent', last: null }],
  retry,
};
const word: LastWord = {
  ...{ status: '4.3.0', reply: { code: 451, lines: ['later'] }, remote: null, authentication: 'none' },
  ...{ because: null, facts: ['a fact'], ownFacts: ['ours'], change: ['a change'], demands: [], at: 7 },
};

describe('the next turn', () => {
  const waitOf = (
    reasons: Parameters<typeof nextTurnAt>[0],
    attempts: number,
    draw = 2 ** 31,
    own: Partial<RetrySettings> = {},
  ) => nextTurnAt(reasons, { attempts, retry: { ...retry, ...own }, now: BEGAN, draw }) - BEGAN;

  it.each([
    [0, MINUTE_MS],
    [1, MINUTE_MS],
    [2, 10 * MINUTE_MS],
    [3, 2 * HOUR_MS],
    [4, 2 * HOUR_MS],
    [99, 2 * HOUR_MS],
  ])('comes behind attempt %i in %i ms', (attempts, ms) => {
    expect(waitOf(['deferred'], attempts)).toBe(ms);
  });

  it('is moved at random, as far to either side as is told', () => {
    expect([waitOf(['deferred'], 1, 0), waitOf(['deferred'], 1, 2 ** 32 - 1)]).toEqual([54_000, 66_000]);
    expect(waitOf(['deferred'], 1, 2 ** 30)).toBe(57_000);
    expect([waitOf(['deferred'], 1, 0, { jitter: 0 }), waitOf(['deferred'], 1, 0, { jitter: 0.5 })]).toEqual([
      ...[60_000, 30_000],
    ]);
  });

  it('waits as long as the most patient of its reasons', () => {
    expect(waitOf(['fault'], 3)).toBe(MINUTE_MS);
    expect(waitOf(['new-policy'], 3)).toBe(MINUTE_MS);
    expect(waitOf(['policy-unseen'], 3)).toBe(HOUR_MS);
    expect(waitOf(['stopped'], 3)).toBe(0);
    expect(waitOf(['stopped', 'deferred', 'fault'], 2)).toBe(10 * MINUTE_MS);
    expect(waitOf([], 2)).toBe(0);
  });
});

describe('an end', () => {
  const deferred = (counts: 'yes' | 'no') =>
    ({
      kind: 'ran',
      told: [],
      result: {
        recipients: [
          {
            outcome: 'deferred',
            state: { category: counts === 'yes' ? 'rejected' : 'authentication', cause: '' },
            decision: null,
          },
        ],
      },
    }) as unknown as Parameters<typeof judgeOutcomes>[1];
  const verdictOf = (own: Partial<TurnInput>, counts: 'yes' | 'no', now = BEGAN) =>
    judgeOutcomes({ ...input, ...own }, deferred(counts), 'may-bounce', now)[0]!.verdict;

  it('comes behind one attempt more than there are waits, and those that were granted', () => {
    expect([2, 3].map((attempts) => verdictOf({ attempts }, 'yes'))).toEqual(['wait', 'expired']);
    expect([3, 4].map((attempts) => verdictOf({ attempts, granted: 1 }, 'yes'))).toEqual(['wait', 'expired']);
    expect(verdictOf({ attempts: 99 }, 'no')).toBe('wait');
  });

  it('comes with the lifetime, to the millisecond', () => {
    const end = input.message.lifetimeEndsAt;
    expect([end - 1, end].map((now) => verdictOf({}, 'yes', now))).toEqual(['wait', 'expired']);
    expect([end - 1, end].map((now) => verdictOf({}, 'no', now))).toEqual(['wait', 'expired']);
    expect([end - 1, end].map((now) => judgeWaiting(input, now).verdict)).toEqual(['wait', 'expired']);
  });

  it('is foreseen by the waits that are left, and by the lifetime', () => {
    const until = (attempts: number, granted: number, ms: number) =>
      triedUntil({ ...input, granted }, attempts, BEGAN + ms) - BEGAN;
    expect(until(1, 0, 5)).toBe(5 + 10 * MINUTE_MS + 2 * HOUR_MS);
    expect(until(1, 1, 5)).toBe(5 + 2 * HOUR_MS);
    expect(until(3, 0, 5)).toBe(5);
    expect(until(2, 0, 4 * HOUR_MS)).toBe(5 * HOUR_MS);
  });
});

describe('what is told of a delay', () => {
  const far = BEGAN + 9 * HOUR_MS;

  it('comes behind as many attempts as is told, once, and not within an hour of the end', () => {
    const tells = (attempts: number, own: Partial<TurnInput> = {}, until = far) =>
      judgeDelay({ ...input, ...own }, attempts, BEGAN, until).verdict === 'tell';
    expect([2, 3, 4].map((attempts) => tells(attempts))).toEqual([false, true, true]);
    expect(tells(3, { delayTold: 'yes' })).toBe(false);
    expect([HOUR_MS, HOUR_MS + 1].map((ms) => tells(3, {}, BEGAN + ms))).toEqual([false, true]);
  });

  it('comes to who waits behind others when those attempts would have been made', () => {
    expect(delayNoticeMs(retry)).toBe(11 * MINUTE_MS);
    expect(delayNoticeMs({ ...retry, delayNoticeAfter: 1 })).toBe(0);
    const tells = (ms: number, own: Partial<TurnInput> = {}) =>
      judgeLongWait({ ...input, ...own }, BEGAN + ms, far).verdict === 'tell';
    expect([11 * MINUTE_MS - 1, 11 * MINUTE_MS].map((ms) => tells(ms))).toEqual([false, true]);
    expect([tells(0, { attempts: 3 }), tells(0, { attempts: 2 })]).toEqual([true, false]);
    expect(tells(11 * MINUTE_MS, { delayTold: 'yes' })).toBe(false);
  });
});

it.each([
  [2, 'attempt'],
  [3, 'park'],
])('a message that was taken up %i times and not settled: %s', (unsettledClaims, verdict) => {
  expect(judgeBegin({ ...input, unsettledClaims }).verdict).toBe(verdict);
});

describe('the last word', () => {
  it('of who is given up keeps a status of its class alone', () => {
    expect(expiredWord(word, 9)).toBe(word);
    expect(expiredWord({ ...word, status: '5.7.1' }, 9)).toEqual({ ...word, status: '4.4.7' });
    expect(expiredWord(null, 9)).toMatchObject({ status: '4.4.7', reply: null, facts: [], at: 9 });
  });

  it('of who is ended by order is what the operator says, and when something was heard last', () => {
    const said = orderedWord(word, 'enough', 9);
    expect(said).toEqual({
      ...{ status: '5.0.0', reply: null, remote: null, authentication: 'none', because: null },
      ...{ facts: ['enough'], change: [], demands: [], at: 7 },
    });
    expect(orderedWord(null, ' ', 9)).toMatchObject({
      ...{ status: '5.0.0', facts: ['The operator of this mail system gave it up.'], at: 9 },
    });
  });

  it('of who waits behind others is what was heard of him, or that nobody could be reached', () => {
    const recipient = { address: 'x@b.test', notify: 'absent', last: null } as const;
    expect(wordOfWait({ ...recipient, last: word }, 9)).toBe(word);
    expect(wordOfWait(recipient, 9)).toMatchObject({
      ...{ status: '4.4.1', reply: null, at: 9 },
      facts: ['No server that takes mail for b.test could be reached.'],
    });
  });
});

it('a way is closed behind the third failure in a row, for a minute that doubles, an hour at most', () => {
  let lane = { failures: 0, closedUntil: 0 };
  const minutes: number[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const { decision: _, ...after } = laneAfter(lane, 'unreachable', BEGAN);
    lane = after;
    minutes.push(lane.closedUntil === 0 ? 0 : (lane.closedUntil - BEGAN) / MINUTE_MS);
  }
  expect([minutes, CLOSED_MS_MAX]).toEqual([[0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60], HOUR_MS]);
  expect(laneAfter({ failures: 5_000, closedUntil: 0 }, 'unreachable', 0).closedUntil).toBe(HOUR_MS);
  expect(laneAfter(lane, 'other', BEGAN)).toMatchObject(lane);
  expect(laneAfter(lane, 'answered', BEGAN)).toMatchObject({ failures: 0, closedUntil: 0 });
});

describe('a way that is put off', () => {
  const UNTIL = BEGAN + 5_000;
  const well = { failures: 0, closedUntil: 0 };
  const putOff = { failures: 0, closedUntil: UNTIL };
  const behind = (lane: typeof well, turn: Parameters<typeof laneAfter>[1], now = BEGAN, until = UNTIL) => {
    const { decision: _, ...next } = laneAfter(lane, turn, now, until);
    return next;
  };

  it('is so until the time that it was told first, whatever else is heard of it (SMTP-4.5.4.1-8)', () => {
    expect(behind(well, 'crowded')).toEqual(putOff);
    expect(behind(putOff, 'crowded', BEGAN, UNTIL + 9_000)).toEqual(putOff);
    expect(behind(putOff, 'answered')).toEqual(putOff);
    expect(behind(putOff, 'other')).toEqual(putOff);
    expect(behind(putOff, 'unreachable')).toEqual({ failures: 1, closedUntil: UNTIL });
    expect(behind({ failures: 2, closedUntil: UNTIL }, 'unreachable')).toEqual({
      ...{ failures: 3, closedUntil: BEGAN + MINUTE_MS },
    });
    expect(behind(putOff, 'answered', UNTIL)).toEqual(well);
    expect(behind(putOff, 'crowded', UNTIL, UNTIL + 9_000)).toEqual({ ...well, closedUntil: UNTIL + 9_000 });
  });

  it('does not count as one that fails, and is closed by one more failure if it did', () => {
    expect(behind({ failures: 9, closedUntil: BEGAN }, 'crowded')).toEqual({
      failures: 2,
      closedUntil: UNTIL,
    });
    expect([0, 2, 3, 9].map(waitsFor)).toEqual(['room', 'room', 'way', 'way']);
  });
});
