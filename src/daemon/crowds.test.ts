import { expect, it } from 'vitest';
import { decide } from '../policy/kernel/table.js';
import type { Crowd } from '../policy/queue/crowd.js';
import { hostRoom } from '../policy/queue/host-room.table.js';
import { Crowds } from './crowds.js';

const crowdAt = (server: string): Crowd => ({
  ...{ server, sessionsOpen: 5, waiting: 4, againInMs: 1_500 },
  decision: decide(hostRoom, { line: 'long', dialled: 'nothing', places: 'few' }),
});

it('tells of each server once a minute, and counts every attempt that went back', () => {
  let now = 0;
  const counted: string[] = [];
  const lines: unknown[][] = [];
  const crowds = new Crowds({
    elapsed: () => now,
    count: (row) => counted.push(row),
    log: (...line) => void lines.push(line),
  });
  for (const [at, server] of [
    [0, '192.0.2.1 25'],
    [59_999, '192.0.2.1 25'],
    [59_999, '2001:db8::1 25'],
    [60_000, '192.0.2.1 25'],
  ] as const) {
    now = at;
    crowds.tell(crowdAt(server));
  }
  expect(counted).toEqual(['CROWD-4', 'CROWD-4', 'CROWD-4', 'CROWD-4']);
  expect(lines.map(([level, event, , fields]) => [level, event, (fields as { ip: string }).ip])).toEqual([
    ['info', 'crowded', '192.0.2.1'],
    ['info', 'crowded', '2001:db8::1'],
    ['info', 'crowded', '192.0.2.1'],
  ]);
  expect(lines[0]![2]).toBe(
    '[192.0.2.1] port 25 has all 5 sessions open that it may, and 4 wait in line: mail for it is put off, for 2 s now (CROWD-4)',
  );
});
