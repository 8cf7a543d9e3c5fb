import type { NodeEngine } from '../node.js';

/**
 * The engine that is in use, and those that were and still have attempts under way: settings that are read again make a new one,
 * and nothing is broken off by it.
 */
export class Engines {
  #current: InUse;
  readonly #closing = new Set<Promise<void>>();
  /** Asks whichever is in use at that moment. */
  readonly latest: Pick<NodeEngine, 'deliver' | 'lastLook' | 'policy' | 'ready'> = {
    deliver: (...asked) => this.use((engine) => engine.deliver(...asked)),
    lastLook: (...asked) => this.use((engine) => engine.lastLook(...asked)),
    policy: (...asked) => this.use((engine) => engine.policy(...asked)),
    ready: () => this.use((engine) => engine.ready()),
  };

  constructor(engine: NodeEngine) {
    this.#current = new InUse(engine);
  }

  get current(): NodeEngine {
    return this.#current.engine;
  }

  /** From now on that one is used; the one before is closed once nothing of it is under way. */
  replace(engine: NodeEngine): void {
    const before = this.#current;
    this.#current = new InUse(engine);
    const closed = before.retire().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  use<T>(work: (engine: NodeEngine) => Promise<T>): Promise<T> {
    return this.#current.use(work);
  }

  /** To be called when nothing is under way. */
  async close(): Promise<void> {
    await Promise.all([this.#current.retire(), ...this.#closing]);
  }
}

class InUse {
  readonly engine: NodeEngine;
  #count = 0;
  #idle: () => void = () => undefined;

  constructor(engine: NodeEngine) {
    this.engine = engine;
  }

  async use<T>(work: (engine: NodeEngine) => Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await work(this.engine);
    } finally {
      this.#count -= 1;
      if (this.#count === 0) this.#idle();
    }
  }

  async retire(): Promise<void> {
    if (this.#count > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    await this.engine.close();
  }
}
