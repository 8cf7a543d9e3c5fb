/*
 * Telling others what becomes of messages. An event is kept with the outcome that it tells of, so that no crash can come between
 * the two, and stays until it was told or is a day old. Nobody waits for it, and one slow listener holds up no other.
 */
import type { SecureContext } from 'node:tls';
import { trusting } from '../../adapters/node/trusting.js';
import { observedWork } from '../../diagnostics.js';
import { errorText } from '../../effects/error-text.js';
import type { Adapters } from '../../effects/ports.js';
import type { EventStore, TakenEvent } from '../../effects/queue-stores.js';
import { following } from '../../engine/following.js';
import { waitByTimer } from '../../engine/wait-by-timer.js';
import { textOf } from '../../policy/smtp/reply.js';
import { Bell } from '../../services/queue/bell.js';
import type { QueueOutcome } from '../../services/queue/index.js';
import type { WebhookConfig, WebhookEvent } from '../config/config.js';
import { postWebhook } from './post-webhook.js';

export interface Webhook extends WebhookConfig {
  /** Null: nothing is signed. */
  readonly secret: string | null;
}

export interface WebhooksOptions {
  readonly hooks: () => readonly Webhook[];
  readonly store: EventStore;
  /** Finds the hosts; the system's resolver is not asked. */
  readonly dns: Pick<Adapters, 'dns.addresses'>;
  /** Trust anchors in PEM, besides those that Node brings. */
  readonly ca: readonly string[];
  readonly clock: () => number;
  /** `failed`: it is tried again; `dropped`: it is given up. */
  readonly onTold: (event: string, result: 'sent' | 'failed' | 'dropped', count: number) => void;
  readonly onFault: (message: string) => void;
}

export interface Webhooks {
  /** Who is to be told what of an outcome. */
  eventsOf(
    outcome: QueueOutcome,
  ): readonly { readonly to: string; readonly event: string; readonly body: string }[];
  /** Something may be due. */
  ring(): void;
  /** Tells until the signal aborts, and lets what is under way end, for so many milliseconds at most. Never rejects. */
  run(signal: AbortSignal, graceMs: number): Promise<void>;
}

/** The waits between tries, in milliseconds; behind the last one it is tried each hour. */
const WAITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];
const AT_ONCE_MAX = 8;
/** What is taken up is due again behind so much silence. */
const SILENCE_MS = 60_000;
/** Others of a cluster may have put something in. */
const LOOK_MS = 5_000;
const KEPT_MS = 86_400_000;
const KEPT_MAX = 100_000;
const PRUNE_MS = 60_000;

export function webhooks(options: WebhooksOptions): Webhooks {
  const bells = new Map<string, Bell>();
  let begin = (): void => undefined;
  const bellOf = (to: string) => {
    const bell = bells.get(to) ?? new Bell(waitByTimer);
    bells.set(to, bell);
    return bell;
  };
  return {
    eventsOf(outcome) {
      const event = outcome.outcome satisfies WebhookEvent;
      return options
        .hooks()
        .filter(({ events }) => events.includes(event))
        .map(({ url }) => ({ to: url, event, body: JSON.stringify(saidOf(outcome)) }));
    },
    ring() {
      begin();
      for (const { url } of options.hooks()) bellOf(url).ring();
    },
    async run(signal, graceMs) {
      const running = new Map<string, Promise<void>>();
      // Those that came with a new configuration are told as well, from their first event on.
      begin = () => {
        if (signal.aborted) return;
        for (const { url } of options.hooks())
          if (!running.has(url)) {
            const teller = new Teller(options, url, bellOf(url));
            running.set(
              url,
              teller.run(signal, graceMs).finally(() => running.delete(url)),
            );
          }
      };
      while (!signal.aborted) {
        begin();
        await prune(options);
        await waitByTimer(PRUNE_MS, signal);
      }
      await Promise.all(running.values());
    },
  };
}

async function prune({ store, clock, onTold, onFault }: WebhooksOptions): Promise<void> {
  try {
    for (const [event, count] of await store.prune(clock() - KEPT_MS, KEPT_MAX))
      onTold(event, 'dropped', count);
  } catch (error) {
    onFault(`events that are too old cannot be forgotten: ${errorText(error)}`);
  }
}

/** As others read it. */
function saidOf({ outcome, messageId, from, recipient, at, attempts, nextAttemptAt, turn }: QueueOutcome) {
  const { word, decision } = turn;
  const because = word?.because ?? decision;
  return {
    ...{ event: outcome, id: messageId, from, recipient, at: new Date(at).toISOString(), attempts },
    nextAttemptAt: nextAttemptAt === null ? null : new Date(nextAttemptAt).toISOString(),
    status: word?.status ?? null,
    reply: word === null || word.reply === null ? null : { code: word.reply.code, text: textOf(word.reply) },
    mx: word?.remote?.name ?? null,
    authentication: word?.authentication ?? 'none',
    because: { table: because.table, row: because.row, verdict: because.verdict, why: because.why },
  };
}

/** Tells one listener what is for him. */
class Teller {
  readonly #options: WebhooksOptions;
  readonly #url: string;
  readonly #bell: Bell;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #contextOf: () => SecureContext;

  constructor(options: WebhooksOptions, url: string, bell: Bell) {
    this.#options = options;
    this.#contextOf = trusting({ minVersion: 'TLSv1.2' }, options.ca);
    this.#url = url;
    this.#bell = bell;
  }

  /** Until the signal aborts, or nobody of that address is to be told any more. Never rejects. */
  async run(signal: AbortSignal, graceMs: number): Promise<void> {
    // Many may wait for the same signal, and Node takes more than a few listeners on one for a leak.
    const followed = following(signal);
    while (!signal.aborted && this.#hook() !== undefined)
      await this.#bell.wait(await this.#takeUp(), followed.signal);
    followed.end();
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(timer);
  }

  #hook(): Webhook | undefined {
    return this.#options.hooks().find(({ url }) => url === this.#url);
  }

  /** Answers how long there is nothing more to take up, in milliseconds. */
  async #takeUp(): Promise<number> {
    const { store, clock, onFault } = this.#options;
    try {
      const now = clock();
      const room = AT_ONCE_MAX - this.#running.size;
      const plan = { to: this.#url, now, eventsMax: room, dueAgainAt: now + SILENCE_MS };
      const taken = room === 0 ? [] : await store.take(plan);
      for (const event of taken) this.#begin(event);
      if (taken.length === room) return LOOK_MS;
      const next = await store.nextDue(this.#url);
      return next === null ? LOOK_MS : Math.min(LOOK_MS, Math.max(0, next - clock()));
    } catch (error) {
      onFault(`events cannot be read: ${errorText(error)}`);
      return LOOK_MS;
    }
  }

  #begin(event: TakenEvent): void {
    const run = this.#tell(event).finally(() => {
      this.#running.delete(run);
      this.#bell.ring();
    });
    this.#running.add(run);
  }

  /** Never rejects. */
  async #tell({ id, event, body, tries }: TakenEvent): Promise<void> {
    const { store, dns, clock, onTold, onFault } = this.#options;
    const hook = this.#hook();
    // He went with a new configuration, and his secret with him.
    if (hook === undefined) return;
    const { secret } = hook;
    try {
      const about = { 'messaging.operation.name': event, 'waxseal.attempt': tries };
      await observedWork({ work: 'webhook', about, clock }, () =>
        postWebhook({
          ...{ url: this.#url, id, body, secret, dns },
          ...{ contextOf: this.#contextOf, signal: this.#stop.signal },
        }),
      );
    } catch (error) {
      onTold(event, 'failed', 1);
      onFault(`${this.#url} was not told of ${event} yet: ${errorText(error)}`);
      const wait = WAITS_MS[Math.min(tries, WAITS_MS.length) - 1]!;
      // Where that cannot be kept, the silence puts it off.
      return store.putOff(id, clock() + wait).catch(() => undefined);
    }
    onTold(event, 'sent', 1);
    await store.forget([id]).catch(() => undefined);
  }
}
