const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals that end a delivery in order; a second one ends the process as usual. */
export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/** From now on the first signal aborts instead of killing. `onSignal` is told its name. */
export function listenForSignals(onSignal: (name: string) => void): Interruption {
  const controller = new AbortController();
  const stop = (name: string) => {
    release();
    onSignal(name);
    controller.abort();
  };
  const release = () => {
    for (const name of SIGNALS) process.removeListener(name, stop);
  };
  for (const name of SIGNALS) process.on(name, stop);
  return { signal: controller.signal, release };
}
