/* Servers that have all sessions open that they may: each attempt that went back is counted, and the operator hears of a server once a minute. */
import { keepNewest } from '../effects/keep-newest.js';
import type { Crowd } from '../policy/queue/crowd.js';
import type { Logger } from './log.js';

const TOLD_EVERY_MS = 60_000;
/** Servers that were told of lately, at most. */
const SERVERS_MAX = 1_000;

export class Crowds {
  readonly #elapsed: () => number;
  readonly #count: (row: string) => void;
  readonly #log: Logger;
  /** When each was told of last, the one longest ago first. */
  readonly #toldAt = new Map<string, number>();

  constructor(options: {
    readonly elapsed: () => number;
    readonly count: (row: string) => void;
    readonly log: Logger;
  }) {
    this.#elapsed = options.elapsed;
    this.#count = options.count;
    this.#log = options.log;
  }

  readonly tell = ({
    server,
    sessionsOpen,
    waiting,
    againInMs,
    decision: { row, table, why },
  }: Crowd): void => {
    this.#count(row);
    const now = this.#elapsed();
    if (now - (this.#toldAt.get(server) ?? Number.NEGATIVE_INFINITY) < TOLD_EVERY_MS) return;
    keepNewest(this.#toldAt, server, now, SERVERS_MAX);
    const [ip, port] = server.split(' ');
    this.#log(
      'info',
      'crowded',
      `[${ip}] port ${port} has all ${sessionsOpen} sessions open that it may, and ${waiting} wait in line: mail for it is put off, for ${Math.ceil(againInMs / 1000)} s now (${row})`,
      { ip, port: Number(port), sessionsOpen, waiting, againInMs, table, row, why },
    );
  };
}
