import { describe, expect, it } from 'vitest';
import { comesBackAt, judgeRoom } from './crowd.js';

const inLine = {
  ...{ place: 1, room: 3, gapMs: 60_000, waiting: 0, placesMax: 20 },
  dialled: 'nothing' as const,
};
const rowOf = (own: Partial<Parameters<typeof judgeRoom>[0]>) => judgeRoom({ ...inLine, ...own }).row;

describe('the line in front of a server', () => {
  it('has room for as many as may have sessions, and for all whose turn is soon (SMTP-4.5.4.1-8)', () => {
    expect([3, 4].map((place) => rowOf({ place }))).toEqual(['CROWD-2', 'CROWD-4']);
    expect([20, 21].map((place) => rowOf({ place, gapMs: 100 }))).toEqual(['CROWD-1', 'CROWD-4']);
    expect(rowOf({ place: 500, gapMs: 0, waiting: 499, placesMax: 20 })).toBe('CROWD-1');
  });

  it('takes a quarter of all places with the others, and half with those who have dialled before', () => {
    expect([4, 5, 9, 10].map((waiting) => rowOf({ waiting }))).toEqual([
      ...['CROWD-2', 'CROWD-5', 'CROWD-5', 'CROWD-5'],
    ]);
    const tried = { dialled: 'something', place: 9 } as const;
    expect([4, 5, 9, 10].map((waiting) => rowOf({ ...tried, waiting }))).toEqual([
      ...['CROWD-3', 'CROWD-3', 'CROWD-3', 'CROWD-6'],
    ]);
    expect(rowOf({ ...tried, waiting: 999, placesMax: Number.POSITIVE_INFINITY })).toBe('CROWD-3');
  });
});

describe('who is sent back', () => {
  const NOW = 1_000_000;
  const inMs = (lastAt: number, gapMs: number, draw = 0) =>
    comesBackAt({ lastAt, gapMs, now: NOW, draw }) - NOW;

  it('comes behind the one before him, twice as fast as they are served', () => {
    expect(inMs(Number.NEGATIVE_INFINITY, 60_000)).toBe(1_000);
    expect(inMs(NOW + 5_000, 300)).toBe(5_150);
    expect(inMs(NOW + 5_000, 60_000)).toBe(7_000);
    expect(inMs(NOW - 5_000, 300)).toBe(1_000);
  });

  it('comes within ten minutes, and at random where all would come at once', () => {
    expect(inMs(NOW + 599_900, 200)).toBe(600_000);
    expect([0, 2 ** 31, 2 ** 32 - 1].map((draw) => Math.round(inMs(NOW + 600_000, 200, draw)))).toEqual([
      ...[600_000, 450_000, 300_000],
    ]);
  });
});
