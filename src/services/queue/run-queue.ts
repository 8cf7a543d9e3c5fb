/*
 * Taking up what is due, as long as there is room for it. One claim at a time; what is rung in between is heard by the next.
 * A node says every ten seconds that it lives. If it could not say so for too long, others may have taken what it holds, so
 * it breaks off what it has in hand and takes up nothing.
 */
import { errorText } from '../../effects/error-text.js';
import type { ClaimedDelivery, ClaimPlan, QueueStore } from '../../effects/queue-stores.js';
import type { Bell } from './bell.js';
import type { Doorkeeper } from './doorkeeper.js';
import { Peers } from './peers.js';
import type { QueuePlatform } from './platform.js';
import type { QueueLimits } from './queue.js';
import type { Sweep } from './sweep.js';
import { Tidying } from './tidying.js';

export interface Runner {
  readonly store: QueueStore;
  readonly clock: () => number;
  readonly platform: QueuePlatform;
  readonly bell: Bell;
  readonly doorkeeper: Pick<Doorkeeper, 'ring' | 'ringAt' | 'listen'>;
  /** As they are now. */
  readonly limits: () => QueueLimits;
  readonly node: string;
  readonly dueAgainAfterMs: () => number;
  /** As it is now. */
  readonly lookEveryMs: () => number;
  /** How many attempts are under way: a turn that is only to be kept needs no room any more. */
  readonly attempting: () => number;
  /** Never rejects. */
  readonly takeTurn: (claimed: ClaimedDelivery, signal: AbortSignal) => Promise<void>;
  /** The ids of all that is claimed and not known to be settled. */
  readonly inHand: () => readonly string[];
  /** Forgets what is old. May take long where there is much of it, and stops where it is once the signal aborts. */
  readonly tidy: (signal: AbortSignal) => Promise<void>;
  /** Removes the octets of what has ended. */
  readonly clearOut: () => Promise<void>;
  /** Octets that nobody names. */
  readonly sweep: Pick<Sweep, 'step' | 'forget'>;
  readonly onFault: (message: string) => void;
}

const BEAT_MS = 10_000;
/** Behind so much silence a node takes up nothing, breaks off what it has in hand, is given up by the others. */
const SILENT_MS = 30_000;
const LOST_MS = 45_000;
const DEAD_MS = 60_000;
/** Nobody waits longer without looking: clocks are set, and other nodes put something in. */
export const LOOK_MS = 30_000;

/** Runs until the signal aborts, and then until what is in hand has ended, or so many milliseconds longer. Never rejects. */
export async function runQueue(runner: Runner, signal: AbortSignal, graceMs: number): Promise<void> {
  const running = new Running(runner);
  const beats = beatForEver(runner, running, signal);
  const listening = runner.doorkeeper.listen(signal);
  while (!signal.aborted) {
    const waitMs = await takeUp(runner, running).catch((error) => {
      runner.onFault(`the queue cannot be read: ${errorText(error)}`);
      return BEAT_MS;
    });
    await runner.bell.wait(waitMs, signal);
  }
  await running.end(graceMs);
  await Promise.all([beats, listening]);
}

/** Takes up what there is room for. Answers how long there is nothing more to take up, in milliseconds. */
async function takeUp(runner: Runner, running: Running): Promise<number> {
  const { store, clock, node, dueAgainAfterMs, doorkeeper } = runner;
  const lookEveryMs = runner.lookEveryMs();
  const { concurrency, perDomain, perDomainPerMinute } = runner.limits();
  const laneEveryMs = perDomainPerMinute === undefined ? 0 : Math.ceil(60_000 / perDomainPerMinute);
  const room = concurrency - runner.attempting();
  if (running.isSilent()) return lookEveryMs;
  if (room <= 0) {
    doorkeeper.ring();
    return lookEveryMs;
  }
  const now = clock();
  const plan = {
    node,
    now,
    deliveriesMax: room,
    perLaneMax: perDomain,
    laneEveryMs,
    dueAgainAt: now + dueAgainAfterMs(),
  };
  const claimed = await running.claim(plan);
  for (const each of claimed) running.begin(each);
  if (claimed.length === room) {
    doorkeeper.ring();
    return lookEveryMs;
  }
  // What is due and was not claimed waits for one of those that are under way, and they ring.
  const next = await store.nextDue(laneEveryMs);
  if (next !== null) doorkeeper.ringAt(next, clock(), lookEveryMs);
  const isBlocked = next !== null && next <= now && claimed.length === 0;
  return next === null || isBlocked ? lookEveryMs : Math.min(lookEveryMs, Math.max(0, next - clock()));
}

/** The turns in hand, each with what breaks it off. */
class Running {
  readonly #runner: Runner;
  readonly #turns = new Map<Promise<void>, AbortController>();
  /** Before it has said once that it lives, what it claims would be given back by others. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** `lost`: it may have been carried out all the same. */
  #lastClaim: 'answered' | 'lost' = 'answered';

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** One at a time. What a claim has taken whose answer was lost belongs to a node that lives, so that nobody else gives it back. */
  async claim(plan: ClaimPlan): Promise<readonly ClaimedDelivery[]> {
    const { store, node, inHand } = this.#runner;
    if (this.#lastClaim === 'lost') await store.giveBack(node, inHand());
    this.#lastClaim = 'lost';
    const claimed = await store.claim(plan);
    this.#lastClaim = 'answered';
    return claimed;
  }

  begin(claimed: ClaimedDelivery): void {
    const stop = new AbortController();
    const turn = this.#runner.takeTurn(claimed, stop.signal).finally(() => {
      this.#turns.delete(turn);
      this.#runner.bell.ring();
    });
    this.#turns.set(turn, stop);
  }

  /** Who could not say so for too long has lost what he holds, also where he slept and says so again at once; `unknown`: others have given him up. */
  heard(as: 'known' | 'unknown'): void {
    if (as === 'unknown') this.#breakOff();
    else this.breakOffIfLost();
    this.#heardAt = this.#runner.platform.elapsed();
  }

  isSilent(): boolean {
    return this.#silentMs() > SILENT_MS;
  }

  breakOffIfLost(): void {
    if (this.#silentMs() > LOST_MS) this.#breakOff();
  }

  #silentMs(): number {
    return this.#runner.platform.elapsed() - this.#heardAt;
  }

  #breakOff(): void {
    for (const stop of this.#turns.values()) stop.abort();
  }

  /** Nothing begins any more, so that those in hand are all. */
  async end(graceMs: number): Promise<void> {
    const ended = new AbortController();
    const patience = this.#runner.platform.wait(graceMs, ended.signal).then(() => this.#breakOff());
    await Promise.all(this.#turns.keys());
    ended.abort('ended');
    await patience;
  }
}

async function beatForEver(runner: Runner, running: Running, signal: AbortSignal): Promise<void> {
  const { store, node, clock, platform, onFault, bell, sweep } = runner;
  const peers = new Peers(platform.elapsed, DEAD_MS);
  let heardAt = platform.elapsed();
  const tidying = new Tidying({ tidy: runner.tidy, elapsed: platform.elapsed, onFault });
  let ahead = clock() - platform.elapsed();
  let beat = 0;
  while (!signal.aborted) {
    running.breakOffIfLost();
    try {
      // Another one each time, also where the clock was set back.
      beat = Math.max(clock(), beat + 1);
      const as = await store.beat(node, beat);
      if (running.isSilent()) bell.ring();
      running.heard(as);
      if (platform.elapsed() - heardAt > SILENT_MS) {
        sweep.forget();
        peers.forget();
      }
      heardAt = platform.elapsed();
      if ((await store.recover(peers.silentAmong(await store.beats()))) > 0) bell.ring();
      const before = ahead;
      ahead = clock() - platform.elapsed();
      tidying.look(before - ahead > LOOK_MS ? 'at-once' : 'each-hour', signal);
      await runner.clearOut();
      await sweep.step();
    } catch (error) {
      sweep.forget();
      peers.forget();
      onFault(`the store of the queue cannot be reached: ${errorText(error)}`);
      running.breakOffIfLost();
    }
    await platform.wait(BEAT_MS, signal);
  }
  await tidying.end();
}
