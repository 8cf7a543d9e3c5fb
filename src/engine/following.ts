/*
 * A signal that aborts as soon as one of others does. Node has AbortSignal.any for it; but up to Node 22 something of each signal that it made
 * stays with the others, as long as they live, and that of a process that is to stop lives as long as the process. And whoever
 * listens himself, beside many others, has to pass them all when he leaves.
 */

export interface Following {
  readonly signal: AbortSignal;
  /** Aborts it, and none of the others. */
  readonly stop: () => void;
  /** Nobody waits for it any more: nothing is left on the others. */
  readonly end: () => void;
}

/** Those who follow a signal. There is one listener on it, as long as there are some. */
class Followers {
  readonly #all = new Set<AbortController>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#stop, { once: true });
  }

  add(own: AbortController): () => void {
    this.#all.add(own);
    return () => {
      if (!this.#all.delete(own) || this.#all.size > 0) return;
      this.#signal.removeEventListener('abort', this.#stop);
      followers.delete(this.#signal);
    };
  }

  readonly #stop = (): void => {
    for (const own of this.#all) own.abort(this.#signal.reason);
  };
}

const followers = new WeakMap<AbortSignal, Followers>();

/** To be ended in any case. */
export function following(...signals: readonly AbortSignal[]): Following {
  const own = new AbortController();
  const ends = signals.map((signal) => follow(signal, own));
  return {
    signal: own.signal,
    stop: () => own.abort('stopped'),
    end: () => {
      for (const end of ends) end();
    },
  };
}

function follow(signal: AbortSignal, own: AbortController): () => void {
  if (signal.aborted) {
    own.abort(signal.reason);
    return () => undefined;
  }
  const all = followers.get(signal) ?? new Followers(signal);
  followers.set(signal, all);
  return all.add(own);
}
