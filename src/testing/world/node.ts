/*
 * A process that runs the queue, and can be killed. What is dead asks nothing and hears nothing any more: whatever it waits for never comes. What it
 * had put into the store stays there, as on a disk.
 */
import type { BodyStore, QueueStore } from '../../effects/queue-stores.js';
import type { Engine } from '../../engine/engine.js';
import { createQueue } from '../../services/queue/create-queue.js';
import type { Queue } from '../../services/queue/queue.js';
import type { Dice } from './dice.js';
import { HOME } from './make-domain.js';
import type { VirtualTime } from './virtual-time.js';

export interface NodeOptions {
  readonly time: VirtualTime;
  readonly store: QueueStore;
  readonly bodies: BodyStore;
  readonly engine: Pick<Engine, 'deliver' | 'lastLook'>;
  readonly dice: Dice;
  readonly onFault: (message: string) => void;
}

export class QueueNode {
  readonly queue: Queue;
  #isDead = false;

  constructor({ time, store, bodies, engine, dice, onFault }: NodeOptions) {
    let drawn = 0;
    this.queue = createQueue({
      reportingMta: `mail.${HOME}`,
      postmaster: `postmaster@${HOME}`,
      engine: this.#whileAlive(engine),
      store: this.#whileAlive(store),
      bodies: { ...this.#whileAlive(bodies), read: bodies.read },
      clock: () => time.now,
      platform: {
        elapsed: () => time.now,
        wait: (ms, signal) => (this.#isDead ? never() : time.wait(ms, signal)),
        octets: (count) => Uint8Array.from({ length: count }, () => dice.draw('octet', drawn++) & 255),
      },
      // What has ended is in the ledger.
      keepEndedMs: 6 * 3_600_000,
      onFault,
    });
    void this.queue.run(new AbortController().signal);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  kill(): void {
    this.#isDead = true;
  }

  /** The same methods; of what is dead they are never called, and never answered. */
  #whileAlive<T extends object>(methods: T): T {
    const entries = Object.entries(methods).map(([name, method]) => [
      name,
      (...given: unknown[]) => {
        if (this.#isDead) return never();
        const answer = (method as (...given: unknown[]) => Promise<unknown>)(...given);
        return answer.then(
          (value) => (this.#isDead ? never() : value),
          (cause) => (this.#isDead ? never() : Promise.reject(cause)),
        );
      },
    ]);
    return Object.fromEntries(entries) as T;
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
