/*
 * Equal questions that are under way at the same time share one lookup. Whoever gives up does so alone; the lookup ends
 * early only when nobody waits for it any more.
 */

interface Flight<A> {
  readonly answer: Promise<A>;
  readonly stop: AbortController;
  waiting: number;
}

export class SharedFlights<A> {
  readonly #flights = new Map<string, Flight<A>>();
  /** What somebody is told who gives up. */
  readonly #gaveUp: A;

  constructor(gaveUp: A) {
    this.#gaveUp = gaveUp;
  }

  /** Joins the flight of that key, or starts it. `land` is told what came of it, once, unless everybody gave up. */
  join(
    key: string,
    signal: AbortSignal,
    start: (signal: AbortSignal) => Promise<A>,
    land: (answer: A) => void,
  ): Promise<A> {
    const flight = this.#flights.get(key) ?? this.#start(key, start, land);
    return this.#wait(flight, signal).finally(() => {
      if (flight.waiting > 0 || this.#flights.get(key) !== flight) return;
      flight.stop.abort();
      this.#flights.delete(key);
    });
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<A>, land: (answer: A) => void): Flight<A> {
    const stop = new AbortController();
    const answer = start(stop.signal).then((answer) => {
      if (this.#flights.get(key)?.stop === stop) this.#flights.delete(key);
      if (!stop.signal.aborted) land(answer);
      return answer;
    });
    const flight = { answer, stop, waiting: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  async #wait(flight: Flight<A>, signal: AbortSignal): Promise<A> {
    flight.waiting++;
    let giveUp = (): void => {};
    const gaveUp = new Promise<A>((resolve) => {
      giveUp = () => resolve(this.#gaveUp);
    });
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const answer = await Promise.race([flight.answer, gaveUp]);
    signal.removeEventListener('abort', giveUp);
    flight.waiting--;
    return answer;
  }
}
