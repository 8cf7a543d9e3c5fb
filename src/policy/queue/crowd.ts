/* A server that has as many sessions open with us as it may, and what becomes of who needs another. */
import { type Decision, decide } from '../kernel/table.js';
import { hostRoom } from './host-room.table.js';

/** Why an attempt was sent back. It says nothing about the server. */
export interface Crowd {
  /** Address and port. */
  readonly server: string;
  readonly sessionsOpen: number;
  /** In line for one of them. */
  readonly waiting: number;
  /** In how many milliseconds it is worth another try. */
  readonly againInMs: number;
  readonly decision: Decision<'wait' | 'go-back'>;
}

/** What of an attempt has to do with the line. */
export type DialledWord = (typeof hostRoom.inputs.dialled)[number];

/** Somebody in line, or who would be. */
export interface InLine {
  /** His place, from 1. */
  readonly place: number;
  /** How many may wait at that server, however slow it is. */
  readonly room: number;
  /** How long it takes until the next session may begin, in milliseconds. */
  readonly gapMs: number;
  readonly dialled: DialledWord;
  /** Attempts that wait in any line, of so many that may be under way. */
  readonly waiting: number;
  readonly placesMax: number;
}

/** In milliseconds. */
const QUICK_MS = 2_000;

export function judgeRoom({ place, room, gapMs, dialled, waiting, placesMax }: InLine) {
  return decide(hostRoom, {
    line: place * gapMs <= QUICK_MS ? 'quick' : place <= room ? 'short' : 'long',
    dialled,
    places: waiting * 4 < placesMax ? 'few' : waiting * 2 < placesMax ? 'many' : 'most',
  });
}

const SOONEST_MS = 1_000;
const APART_MS_MAX = 2_000;
const LATEST_MS = 600_000;
const DRAWS = 0x1_0000_0000;

/**
 * When who is sent back comes again: one behind the other, and at least twice as fast as they can be served, so that somebody is always there; at most
 * ten minutes from now, and where so many come that all would come then, at random. `lastAt`: when the one before comes; `draw`: 0 to 2^32 - 1.
 */
export function comesBackAt({
  lastAt,
  gapMs,
  now,
  draw,
}: {
  readonly lastAt: number;
  readonly gapMs: number;
  readonly now: number;
  readonly draw: number;
}): number {
  const inTurn = Math.max(now + SOONEST_MS, lastAt + Math.min(APART_MS_MAX, gapMs / 2));
  const latest = now + LATEST_MS;
  return inTurn <= latest ? inTurn : latest - (LATEST_MS / 2) * (draw / DRAWS);
}
