/* A queue over a world in memory, in a time that passes only when everybody waits: what it does is done at a moment that a test can name. */
import { memoryBodies, memoryQueueStore } from '../../adapters/memory/index.js';
import type { Scenario, World } from '../../adapters/scripted/index.js';
import type { MessageSource } from '../../effects/ports.js';
import type { QueueStore } from '../../effects/queue-stores.js';
import type { Engine } from '../../engine/engine.js';
import { readMessage } from '../../engine/read-message.js';
import { simulateScenario } from '../../testing/index.js';
import { VirtualTime } from '../../testing/world/virtual-time.js';
import { createQueue, type MailToQueue, type Queue, type QueueOptions, type QueueOutcome } from './index.js';

/** Noon of 1 January 2026. */
export const START = 1_767_268_800_000;
/** How long an attempt takes. */
export const ATTEMPT_MS = 100;

const domain = (name: string) => ({ [`MX ${name}`]: [`10 mx.${name}`], [`A mx.${name}`]: [`@mx.${name}`] });

/** a.test takes everything, dsn.test also what is to be told, b.test not now or never; down.test cannot be reached, and sts.test does not list its host. */
const WORLD: World = {
  dns: {
    ...Object.assign({}, ...['a.test', 'b.test', 'dsn.test', 'down.test', 'sts.test'].map(domain)),
    'TXT _mta-sts.sts.test': ['v=STSv1; id=1;'],
    'A mta-sts.sts.test': ['@mta-sts.sts.test'],
  },
  policy: {
    'mta-sts.sts.test': { body: 'version: STSv1\nmode: enforce\nmx: other.sts.test\nmax_age: 604800\n' },
  },
  mail: {
    'mx.a.test': {},
    'mx.dsn.test': { keywordsAfterTls: ['DSN'] },
    'mx.sts.test': {},
    'mx.b.test': {
      replies: { rcpt: { 'no@b.test': '550 5.1.1 no such mailbox', '*': '451 4.3.0 later' } },
    },
    'mx.down.test': { connect: 'refuse' },
  },
};

export class VirtualQueue {
  readonly time = new VirtualTime(START);
  readonly store = memoryQueueStore();
  readonly bodies = memoryBodies();
  readonly faults: string[] = [];
  /** Attempts: for whom, and how many milliseconds after the start they began. */
  readonly attempts: string[] = [];
  /** The texts of notices, in the order of their attempts. */
  readonly notices: string[] = [];
  /** What became of recipients, and how many milliseconds after the start. */
  readonly outcomes: string[] = [];
  readonly told: QueueOutcome[] = [];
  /** Attempts for these recipients take longer, in milliseconds. */
  readonly slow = new Map<string, number>();
  readonly queue: Queue;
  readonly stop = new AbortController();
  /** By how much the clock of the queue is wrong. */
  aheadMs = 0;
  world = WORLD;
  #messages = 0;
  #isOver = false;

  /** `inFront`: methods that stand in front of those of the store. */
  constructor(
    own: Partial<QueueOptions> = {},
    inFront: (store: QueueStore, time: VirtualTime) => Partial<QueueStore> = () => ({}),
  ) {
    this.queue = createQueue({
      store: { ...this.store, ...inFront(this.store, this.time) },
      ...{ bodies: this.bodies, engine: this.engine, clock: () => this.time.now + this.aheadMs },
      ...{ reportingMta: 'mail.a.test', postmaster: 'postmaster@a.test' },
      platform: {
        elapsed: () => this.time.now - START,
        wait: this.time.wait,
        octets: (count) => new Uint8Array(count).fill(0x80),
      },
      onFault: (message) => this.faults.push(`${this.sinceStart} ${message}`),
      ...own,
    });
  }

  get sinceStart(): number {
    return this.time.now - START;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  readonly engine: Pick<Engine, 'deliver' | 'lastLook'> = {
    deliver: async (mail, { attempt = 1, signal } = {}) => {
      const [to] = mail.to;
      this.attempts.push(`${this.sinceStart} ${to}`);
      const startedAt = this.time.now;
      const stop = signal ?? new AbortController().signal;
      await this.time.wait(this.slow.get(to!) ?? ATTEMPT_MS, stop);
      const { requireTls } = mail.facts;
      const message = {
        ...{ from: mail.from, to: mail.to as [string], requireTls: requireTls === 'yes' },
        ...(mail.dsn !== undefined && { dsn: mail.dsn }),
      };
      if (mail.from === '') this.notices.push(await textOf(mail.content));
      const step = { message, attempt, ...(stop.aborted && { stop: 'smtp.connect' as const }), expect: [] };
      const scenario: Scenario = { name: 'an attempt', world: this.world, steps: [step] };
      const { results, journal } = simulateScenario(scenario, { startedAt }).steps[0]!;
      const attempts = journal.attempts.map(({ result }) => result!);
      return { results, attempts, dialled: {}, retryAt: null, journal };
    },
    lastLook: () => Promise.reject(new Error('nobody is to look')),
  };

  run(graceMs?: number): void {
    void this.queue.run(this.stop.signal, { ...(graceMs !== undefined && { graceMs }) }).then(() => {
      this.#isOver = true;
    });
    void (async () => {
      for await (const told of this.queue.outcomes()) {
        this.told.push(told);
        this.outcomes.push(`${this.sinceStart} ${told.recipient} ${told.outcome}`);
      }
    })();
  }

  /** Until so many milliseconds after the start. */
  until(ms: number): Promise<void> {
    return this.time.runUntil(START + ms);
  }

  put(to: string | MailToQueue['to'], own: Partial<MailToQueue> = {}): Promise<string> {
    // In the order of ids comes what is due at the same time.
    return this.queue.enqueue({ ...mailTo(to), id: `m${++this.#messages}`, ...own });
  }
}

export async function textOf(content: MessageSource): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export function mailTo(to: string | MailToQueue['to']): MailToQueue {
  const { content, facts } = readMessage(Buffer.from('Subject: hello\r\n\r\nbody\r\n'));
  return {
    ...{ from: 'ann@a.test', to: typeof to === 'string' ? [to] : to, content },
    facts: { ...facts, requireTls: 'no', report: 'none' },
  };
}
