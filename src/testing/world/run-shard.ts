/*
 * A simulated internet, run: the real queue over a store in memory, the real machines for every attempt, in a time that passes only when everybody
 * waits. Nothing in it depends on anything but the plan, so that the same plan gives the same digest everywhere.
 */

import { memoryBodies, memoryQueueStore } from '../../adapters/memory/index.js';
import type { Scenario } from '../../adapters/scripted/index.js';
import type { MessageSource } from '../../effects/ports.js';
import type { BodyStore, QueueStore } from '../../effects/queue-stores.js';
import type { Programs } from '../../effects/simulate.js';
import { programs as realPrograms } from '../../machine/programs.js';
import { Courier } from './courier.js';
import { LAWS } from './laws/laws.js';
import { Ledger } from './ledger.js';
import { planOf } from './make-plan.js';
import { QueueNode } from './node.js';
import { DAY_MS, EPOCH, type MessagePlan, type WorldOptions, type WorldPlan } from './plan.js';
import { planFor } from './plan-scenario.js';
import { Digest, Tally } from './tally.js';
import { VirtualTime } from './virtual-time.js';
import { inOrder, type WorldRun } from './world-run.js';

/** What may be put in the place of the product's own, by who wants to see a law break. */
export interface RunOptions {
  readonly programs?: Programs;
}

const CONTENT = new TextEncoder().encode('Subject: A message through a simulated internet\r\n\r\nHello.\r\n');

/** What one shard of a world has come to. */
export interface ShardRun extends Omit<WorldRun, 'seed' | 'plan'> {
  /** A scenario that breaks the first law that broke; null: none broke, or no scenario tells it. */
  readonly plan: Scenario | null;
}

/** Runs one shard of the internet of a seed: a mail server of its own, and the messages that come to it. */
export async function runShard(
  options: WorldOptions,
  shard: number,
  { programs = realPrograms }: RunOptions = {},
): Promise<ShardRun> {
  const world = new RunningWorld(planOf(options, shard), programs);
  const run = await world.end();
  const [broken] = run.laws.broken;
  return { ...run, plan: broken === undefined ? null : planFor(broken, world.courier, programs) };
}

class RunningWorld {
  readonly courier: Courier;
  readonly #plan: WorldPlan;
  readonly #time = new VirtualTime(EPOCH);
  readonly #tally = new Tally();
  readonly #digest = new Digest();
  readonly #ledger = new Ledger(this.#time, this.#tally, this.#digest);
  readonly #store: QueueStore;
  readonly #bodies: BodyStore;
  readonly #sources = new WeakMap<MessageSource, string>();
  /** Whose octets were begun to be read last. */
  #read = '';
  /** Deliveries that a node has in hand, by message. */
  readonly #inHand = new Map<string, string>();
  #node: QueueNode | null = null;
  #nodes = 0;
  #calls = 0;

  constructor(plan: WorldPlan, programs: Programs) {
    this.#plan = plan;
    this.courier = new Courier({
      plan,
      programs,
      time: this.#time,
      tally: this.#tally,
      errandOf: (content) => this.#ledger.errandOf(this.#idOf(content)),
      onAttempted: (content, attempted) => this.#ledger.attempted(this.#idOf(content), attempted),
    });
    this.#store = this.#watched(memoryQueueStore());
    this.#bodies = this.#traced(memoryBodies());
  }

  async end(): Promise<Omit<ShardRun, 'plan'>> {
    const { options, messages } = this.#plan;
    const end = EPOCH + options.days * DAY_MS;
    this.#start();
    for (const message of messages) this.#time.schedule(message.at, () => this.#handIn(message));
    if (options.faults > 0) for (let day = 0; day < options.days; day++) this.#planCrash(day);
    await this.#time.runUntil(end);
    const waiting = await this.#close();
    const { counts } = this.#ledger;
    const { broken, brokenLaws, attempts, checked, happened, rows } = this.#tally;
    return {
      delivered: counts.delivered,
      bounced: counts.bounced,
      expired: counts.expired,
      waiting,
      laws: { held: Object.keys(LAWS).length - brokenLaws.size, broken },
      digest: this.#digest.end(),
      attempts,
      checked: inOrder(checked),
      happened: inOrder(happened),
      rows: inOrder(rows),
    };
  }

  #start(): void {
    const dice = this.#plan.dice.within('node', this.#nodes++);
    this.#ledger.upSince = this.#time.now;
    this.#node = new QueueNode({
      time: this.#time,
      store: this.#store,
      bodies: this.#bodies,
      engine: this.courier,
      dice,
      onFault: () => this.#tally.saw('fault-told'),
    });
  }

  /** Some time that day the process is killed, and another one is started soon after. */
  #planCrash(day: number): void {
    const dice = this.#plan.dice.within('crash', day);
    const at = EPOCH + day * DAY_MS + dice.below(DAY_MS, 'at');
    this.#time.schedule(at, () => {
      this.#tally.saw('crash');
      this.#node?.kill();
      this.#node = null;
      this.#ledger.crashed([...this.#inHand.values()]);
      this.#inHand.clear();
      this.#time.schedule(at + 1000 + dice.below(120_000, 'down'), () => this.#start());
    });
  }

  /** Who cannot hand a message in tries again a minute later. */
  #handIn(message: MessagePlan): void {
    const again = () => {
      this.#time.schedule(this.#time.now + 60_000, () => this.#handIn(message));
    };
    if (this.#node === null) {
      again();
      return;
    }
    const { from, to, requireTls, tlsRequired } = message;
    const facts = {
      requireTls,
      tlsRequired,
      report: 'none',
      sizeBytes: CONTENT.length,
      body: '7bit',
      utf8: 'not-needed',
    } as const;
    const content = () => [CONTENT];
    this.#handing = message;
    this.#node.queue.enqueue({ id: `m${message.number}`, from, to, content, facts }).catch(again);
  }

  /** The message that is being handed in: the store takes it before anything else happens. */
  #handing: MessagePlan | null = null;

  /** The store, written down beside, and now and then out of reach. */
  #watched(store: QueueStore): QueueStore {
    const perMillion = Math.round((this.#plan.options.faults * 1_000_000) / 50);
    const reach = () => {
      if (perMillion === 0 || !this.#plan.dice.happens(perMillion, 'store', this.#calls++)) return;
      this.#tally.saw('store-out-of-reach');
      throw new Error('the store is out of reach');
    };
    return {
      ...store,
      accept: async (messages) => {
        reach();
        await store.accept(messages);
        for (const { id } of messages) this.#ledger.accepted(id, this.#handing!);
      },
      claim: async (claim) => {
        reach();
        const claimed = await store.claim(claim);
        for (const each of claimed) {
          this.#inHand.set(each.id, each.message.id);
          this.#ledger.claimed(each);
        }
        return claimed;
      },
      settle: async (settlements, now) => {
        reach();
        const kinds = await store.settle(settlements, now);
        settlements.forEach((settlement, at) => {
          if (kinds[at] === 'superseded') return;
          this.#inHand.delete(settlement.claimed.id);
          this.#ledger.settled(settlement);
        });
        return kinds;
      },
    };
  }

  /** So that it is known whose octets somebody reads, through whatever they came to him. */
  #traced(bodies: BodyStore): BodyStore {
    return {
      ...bodies,
      read: (id) => {
        const source = bodies.read(id);
        return () => {
          this.#read = id;
          return source();
        };
      },
    };
  }

  #idOf(content: MessageSource): string {
    const known = this.#sources.get(content);
    if (known !== undefined) return known;
    beginToRead(content).catch(() => {});
    this.#sources.set(content, this.#read);
    return this.#read;
  }

  async #close(): Promise<number> {
    const states = new Map<string, string>();
    for (const { id, recipients } of await this.#store.show(this.#ledger.ids))
      for (const { recipient, state } of recipients) states.set(`${id} ${recipient}`, state);
    return this.#ledger.closed((id, address) =>
      ['waiting', 'attempting'].includes(states.get(`${id} ${address}`) ?? ''),
    );
  }
}

/** Asks for the octets at once, and lets them be. */
async function beginToRead(content: MessageSource): Promise<void> {
  for await (const _ of content()) break;
}
