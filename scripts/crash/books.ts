/* What arrived, what was accepted, and how the one comes to the other. */
import type { ShownMessage } from '../../src/services/queue/index.js';
import type { Internet } from '../../src/testing/index.js';
import { DOMAINS } from './world.js';

export interface CrashReport {
  readonly rounds: number;
  /** Recipients whose message was answered 250. */
  readonly accepted: number;
  readonly delivered: number;
  /** Whose sender was told that they failed. */
  readonly told: number;
  /** Whose sender has not been told yet: the notice waits. */
  readonly toBeTold: number;
  /** Recipients of whom nobody knows any more; must be none. */
  readonly lost: readonly string[];
  /** Recipients who got it more than once, and how often. */
  readonly doubled: Readonly<Record<string, number>>;
  /** Those of them that got it twice from one process, which no kill explains; must be none. */
  readonly unexplained: readonly string[];
  /** Messages that arrived and that no client was told are safe: the reply was lost, or came too late. */
  readonly unanswered: number;
}

/** What arrived while one process lived: nobody gets a message twice from the same one. */
export class Lives {
  readonly #internet: Internet;
  #before: ReadonlyMap<string, number> = new Map();
  readonly doubledInOne = new Set<string>();

  constructor(internet: Internet) {
    this.#internet = internet;
  }

  ended(): void {
    const now = arrivals(this.#internet);
    for (const [recipient, count] of now)
      if (count - (this.#before.get(recipient) ?? 0) > 1) this.doubledInOne.add(recipient);
    this.#before = now;
  }
}

/** How often a message arrived, by its recipient: each has one. */
function arrivals(internet: Internet): ReadonlyMap<string, number> {
  const arrived = new Map<string, number>();
  for (const domain of DOMAINS)
    for (const { recipients } of internet.received(`mx.${domain}`))
      for (const recipient of recipients) arrived.set(recipient, (arrived.get(recipient) ?? 0) + 1);
  return arrived;
}

interface Books {
  readonly rounds: number;
  readonly internet: Internet;
  readonly accepted: ReadonlySet<string>;
  readonly kept: readonly ShownMessage[];
  /** As they would be sent. */
  readonly waitingNotices: readonly string[];
  readonly lives: Lives;
}

/** Who got what how often, and who is accounted for. */
export function account({ rounds, internet, accepted, kept, waitingNotices, lives }: Books): CrashReport {
  const arrived = arrivals(internet);
  const told = namedIn(internet.received('mx.s.test').map(({ text }) => text));
  const toBeTold = namedIn(waitingNotices);
  const states = new Map(
    kept.flatMap(({ recipients }) => recipients.map(({ recipient, state }) => [recipient, state] as const)),
  );
  const isKnown = (recipient: string) =>
    arrived.has(recipient) ||
    told.has(recipient) ||
    toBeTold.has(recipient) ||
    ['waiting', 'attempting'].includes(states.get(recipient) ?? '');
  return {
    rounds,
    accepted: accepted.size,
    delivered: [...accepted].filter((each) => arrived.has(each)).length,
    told: [...accepted].filter((each) => told.has(each)).length,
    toBeTold: [...accepted].filter((each) => toBeTold.has(each) && !told.has(each)).length,
    lost: [...accepted].filter((each) => !isKnown(each)),
    doubled: Object.fromEntries([...arrived].filter(([, count]) => count > 1)),
    unexplained: [...lives.doubledInOne],
    unanswered: [...arrived.keys()].filter((each) => !accepted.has(each)).length,
  };
}

/** The recipients of whom notices speak. */
function namedIn(notices: readonly string[]): ReadonlySet<string> {
  return new Set(
    notices.flatMap((text) =>
      [...text.matchAll(/^Final-Recipient: rfc822; (\S+)\s*$/gm)].map(([, address]) => address!),
    ),
  );
}
