/*
 * What was answered lately, by next hop. An answer is given again as long as it lives, without waiting for anybody; before its life
 * ends it is learned anew, as long as somebody asked for it within the last hour. Equal questions that are under way share one
 * lookup. What could not be learned does not take the place of what is still alive.
 */
import { setMaxListeners } from 'node:events';
import { Slots } from '../slots.js';

export interface Learned {
  /** What is kept of it. */
  readonly reply: string;
  readonly lifeMs: number;
  /** Whether it is an answer, or only says that there is none now. */
  readonly isKnown: boolean;
}

export interface KnownAnswersOptions {
  /** Asks the world; never rejects. `before`: what is kept of that key, or null. */
  readonly learn: (key: string, before: string | null, signal: AbortSignal) => Promise<Learned>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Next hops kept at most, and characters of what is kept of them. */
  readonly entriesMax: number;
  readonly charactersMax: number;
  /** Lookups under way at once; others wait. */
  readonly lookupsMax: number;
  /** What is said where too many wait. */
  readonly tooMany: string;
}

interface Entry {
  readonly reply: string;
  readonly isKnown: boolean;
  readonly until: number;
  readonly renewFrom: number;
  asked: number;
  /** Whether it was asked for since it was last passed over. */
  isInUse: boolean;
}

/** At this part of its life an answer is learned anew. */
const RENEW_AT = 0.75;
/** An answer that nobody asked for within this time is let go. */
const WANTED_MS = 3_600_000;
const RENEWALS_AT_ONCE = 8;
/** By less than that clocks are set right all the time. */
const SET_BACK_MS = 30_000;
const WAITING_MAX = 10_000;
/** How many answers that were used lately are passed over for one that was not. */
const SECOND_CHANCES = 32;

export class KnownAnswers {
  readonly #options: KnownAnswersOptions;
  readonly #entries = new Map<string, Entry>();
  /** Keys by the second in which they are to be looked at again. */
  readonly #calendar = new Map<number, Set<string>>();
  readonly #underWay = new Map<string, Promise<string>>();
  readonly #lookups: Slots;
  readonly #renewals = new Slots(RENEWALS_AT_ONCE);
  readonly #stop = new AbortController();
  #characters = 0;
  #lookedAt = 0;

  constructor(options: KnownAnswersOptions) {
    this.#options = options;
    this.#lookups = new Slots(options.lookupsMax);
    // As many wait as may wait.
    setMaxListeners(0, this.#stop.signal);
  }

  /** The answer, if it is there already; else null. */
  recall(key: string): string | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    const now = this.#options.clock();
    if (now >= entry.until) return null;
    entry.asked = now;
    entry.isInUse = true;
    return entry.reply;
  }

  /** The answer, once it is there. Never rejects. */
  ask(key: string): Promise<string> {
    const known = this.recall(key);
    return known === null ? this.#learn(key, this.#lookups) : Promise.resolve(known);
  }

  /** Learns anew what is due, and lets go what nobody asks for. Resolves when all of it is there. */
  async renew(): Promise<void> {
    const now = this.#options.clock();
    // What was learned while the clock was ahead would live, and not be learned anew, until that time comes again.
    if (this.#lookedAt - now > SET_BACK_MS) this.forget();
    this.#lookedAt = now;
    const due = [...this.#calendar].filter(([second]) => second <= secondOf(now));
    for (const [second] of due) this.#calendar.delete(second);
    const wanted = new Set(due.flatMap(([, keys]) => [...keys].filter((key) => this.#isWanted(key, now))));
    await Promise.all([...wanted].map((key) => this.#learn(key, this.#renewals)));
  }

  #isWanted(key: string, now: number): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.renewFrom > now) return false;
    if (entry.isKnown && entry.asked > now - WANTED_MS) return true;
    this.#forget(key, entry);
    return false;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** All of it: what is asked from now on is asked anew. */
  forget(): void {
    this.#entries.clear();
    this.#calendar.clear();
    this.#underWay.clear();
    this.#characters = 0;
  }

  /** Gives up what is under way: whoever waits for it is told that nothing is known. */
  close(): void {
    this.#stop.abort();
  }

  #learn(key: string, slots: Slots): Promise<string> {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#underWay.size >= WAITING_MAX) return Promise.resolve(this.#options.tooMany);
    const answer: Promise<string> = this.#learnIn(key, slots).finally(() => {
      if (this.#underWay.get(key) === answer) this.#underWay.delete(key);
    });
    this.#underWay.set(key, answer);
    return answer;
  }

  async #learnIn(key: string, slots: Slots): Promise<string> {
    const { signal } = this.#stop;
    const release = await slots.take(signal);
    if (release === null) return this.#options.tooMany;
    try {
      const learned = await this.#options.learn(key, this.#entries.get(key)?.reply ?? null, signal);
      if (!signal.aborted) this.#keep(key, learned);
      return learned.reply;
    } finally {
      release();
    }
  }

  #keep(key: string, { reply, lifeMs, isKnown }: Learned): void {
    const now = this.#options.clock();
    const before = this.#entries.get(key);
    if (!isKnown && before !== undefined && before.until > now + lifeMs) {
      this.#note(key, now + lifeMs);
      return;
    }
    if (before !== undefined) this.#forget(key, before);
    if (lifeMs <= 0) return;
    const renewFrom = now + (isKnown ? lifeMs * RENEW_AT : lifeMs);
    this.#entries.set(key, {
      ...{ reply, isKnown, until: now + lifeMs, renewFrom },
      ...{ asked: before?.asked ?? now, isInUse: before?.isInUse ?? false },
    });
    this.#characters += key.length + reply.length;
    this.#note(key, renewFrom);
    this.#makeRoom();
  }

  #forget(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#characters -= key.length + entry.reply.length;
  }

  #note(key: string, at: number): void {
    const second = secondOf(at) + 1;
    const keys = this.#calendar.get(second) ?? new Set();
    keys.add(key);
    this.#calendar.set(second, keys);
  }

  /** The oldest goes; a few that are asked for are passed over. */
  #makeRoom(): void {
    const { entriesMax, charactersMax } = this.#options;
    let chances = SECOND_CHANCES;
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= entriesMax && this.#characters <= charactersMax) return;
      if (entry.isInUse && chances-- > 0) {
        entry.isInUse = false;
        this.#entries.delete(key);
        this.#entries.set(key, entry);
      } else this.#forget(key, entry);
    }
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}
