/*
 * Telling others what becomes of messages: a POST of JSON for each event and recipient, signed, tried again at growing distances.
 * Nobody waits for it: what cannot be told for long, or is too much, is counted and left out.
 */
import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { trusting } from '../adapters/node/trusting.js';
import { errorText } from '../effects/error-text.js';
import type { Adapters } from '../effects/ports.js';
import { textOf } from '../policy/smtp/reply.js';
import type { QueueOutcome } from '../services/queue/index.js';
import type { WebhookConfig, WebhookEvent } from './config/config.js';

export interface Webhook extends WebhookConfig {
  /** Null: nothing is signed. */
  readonly secret: string | null;
}

export interface WebhooksOptions {
  readonly hooks: () => readonly Webhook[];
  /** Finds the hosts; the system's resolver is not asked. */
  readonly dns: Pick<Adapters, 'dns.addresses'>;
  /** Trust anchors in PEM, besides those that Node brings. */
  readonly ca: readonly string[];
  readonly onTold: (event: WebhookEvent, result: 'sent' | 'failed' | 'dropped') => void;
  readonly onFault: (message: string) => void;
}

export interface Webhooks {
  /** Returns at once. */
  tell(outcome: QueueOutcome): void;
  /** Tells what still waits, for so many milliseconds at most. */
  close(graceMs: number): Promise<void>;
}

interface Waiting {
  readonly hook: Webhook;
  readonly event: WebhookEvent;
  readonly body: string;
  tries: number;
}

/** The waits between tries, in milliseconds: some two hours in all. */
const WAITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];
const AT_ONCE_MAX = 8;
const WAITING_MAX = 20_000;
const POST_MS = 10_000;
const DNS_MS = 5_000;

export function webhooks(options: WebhooksOptions): Webhooks {
  const queues = new Map<string, HookQueue>();
  const queueOf = (hook: Webhook) => {
    const known = queues.get(hook.url) ?? new HookQueue(options);
    queues.set(hook.url, known);
    return known;
  };
  return {
    tell(outcome) {
      const event = outcome.outcome satisfies WebhookEvent;
      for (const hook of options.hooks().filter(({ events }) => events.includes(event)))
        queueOf(hook).put({ hook, event, body: JSON.stringify(eventOf(outcome)), tries: 0 });
    },
    async close(graceMs) {
      await Promise.all([...queues.values()].map((queue) => queue.close(graceMs)));
    },
  };
}

/** As others read it. */
function eventOf({ outcome, messageId, from, recipient, at, attempts, nextAttemptAt, turn }: QueueOutcome) {
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

/** What waits for one address: one slow listener holds up no other. */
class HookQueue {
  readonly #options: WebhooksOptions;
  readonly #contextOf: () => SecureContext;
  readonly #waiting: Waiting[] = [];
  readonly #later = new Map<NodeJS.Timeout, Waiting>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #isClosing = false;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#contextOf = trusting({ minVersion: 'TLSv1.2' }, options.ca);
  }

  put(waiting: Waiting): void {
    if (this.#waiting.length + this.#later.size >= WAITING_MAX)
      this.#options.onTold(waiting.event, 'dropped');
    else {
      this.#waiting.push(waiting);
      this.#next();
    }
  }

  #next(): void {
    while (this.#running.size < AT_ONCE_MAX && this.#waiting.length > 0) {
      const waiting = this.#waiting.shift()!;
      const run = this.#tell(waiting).finally(() => {
        this.#running.delete(run);
        this.#next();
      });
      this.#running.add(run);
    }
  }

  /** Never rejects. */
  async #tell(waiting: Waiting): Promise<void> {
    const { onTold, onFault } = this.#options;
    try {
      await this.#post(waiting);
      onTold(waiting.event, 'sent');
    } catch (error) {
      const wait = WAITS_MS[waiting.tries++];
      if (wait !== undefined && !this.#isClosing) return this.#tellLater(waiting, wait);
      onTold(waiting.event, 'failed');
      onFault(`${waiting.hook.url} was not told of ${waiting.event}: ${errorText(error)}`);
    }
  }

  #tellLater(waiting: Waiting, ms: number): void {
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      this.#waiting.push(waiting);
      this.#next();
    }, ms);
    timer.unref();
    this.#later.set(timer, waiting);
  }

  async #post({ hook, body }: Waiting): Promise<void> {
    const url = new URL(hook.url);
    const addresses = await this.#addressesOf(url.hostname.replace(/^\[|\]$/g, ''));
    let last: unknown = new Error('the host has no address');
    for (const address of addresses.slice(0, 4)) {
      try {
        return await postTo({
          url,
          address,
          body,
          secret: hook.secret,
          contextOf: this.#contextOf,
          signal: this.#stop.signal,
        });
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  async #addressesOf(name: string): Promise<readonly string[]> {
    if (isIP(name) !== 0) return [name];
    if (name === 'localhost') return ['127.0.0.1', '::1'];
    const { a, aaaa } = await this.#options.dns['dns.addresses'](
      { name, deadlineMs: DNS_MS },
      this.#stop.signal,
    );
    return [a, aaaa].flatMap((answer) => (answer.kind === 'failed' ? [] : answer.records));
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const timer = setTimeout(() => this.#giveUp(), graceMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(timer);
    this.#giveUp();
  }

  /** What still waits is not begun any more, and told of in one go: it may be much. */
  #giveUp(): void {
    this.#stop.abort();
    const left = [...this.#waiting.splice(0), ...this.#later.values()];
    for (const timer of this.#later.keys()) clearTimeout(timer);
    this.#later.clear();
    for (const { event } of left) this.#options.onTold(event, 'failed');
    const [first] = left;
    if (first !== undefined)
      this.#options.onFault(`${first.hook.url} was not told of ${left.length} events before the end`);
  }
}

interface Post {
  readonly url: URL;
  readonly address: string;
  readonly body: string;
  readonly secret: string | null;
  readonly contextOf: () => SecureContext;
  readonly signal: AbortSignal;
}

/** Rejects unless it is answered 2xx. Of the answer nothing but the status is read. */
function postTo({ url, address, body, secret, contextOf, signal }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const signature =
      secret === null
        ? {}
        : { 'x-waxseal-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
    const post = request(url, {
      method: 'POST',
      agent: false,
      lookup: (_name, options, done) => {
        const family = isIP(address);
        if (options.all === true) done(null, [{ address, family }]);
        else done(null, address, family);
      },
      ...(url.protocol === 'https:' ? { secureContext: contextOf() } : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS)]),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'waxseal',
        ...signature,
      },
    });
    post.on('error', reject);
    post.on('response', (response) => {
      response.destroy();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`answered ${status}`));
    });
    post.end(body);
  });
}
