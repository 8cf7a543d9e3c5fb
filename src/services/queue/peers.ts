/*
 * Which nodes have fallen silent. Each has a clock of its own, which may be an hour behind or ahead, and whoever is taken for dead while he lives
 * delivers what others deliver again. So what counts is whether a node has said anything new while this one listened, by a clock
 * that nobody sets.
 */
interface Heard {
  readonly beat: number;
  readonly since: number;
}

export class Peers {
  readonly #elapsed: () => number;
  readonly #deadMs: number;
  #heard: ReadonlyMap<string, Heard> = new Map();

  /** `elapsed`: milliseconds since some moment. */
  constructor(elapsed: () => number, deadMs: number) {
    this.#elapsed = elapsed;
    this.#deadMs = deadMs;
  }

  /** Those that have said nothing new for so long, with what they said last. `beats`: what each has said last. */
  silentAmong(beats: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const now = this.#elapsed();
    this.#heard = new Map(
      [...beats].map(([node, beat]) => {
        const before = this.#heard.get(node);
        return [node, before?.beat === beat ? before : { beat, since: now }];
      }),
    );
    return new Map(
      [...this.#heard].flatMap(([node, { beat, since }]) =>
        now - since >= this.#deadMs ? [[node, beat]] : [],
      ),
    );
  }

  /** To be called whenever this node could not listen: perhaps nobody could say anything. */
  forget(): void {
    this.#heard = new Map();
  }
}
