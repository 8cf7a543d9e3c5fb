import { createHmac } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryEventStore } from '../../adapters/memory/index.js';
import type { QueueOutcome } from '../../services/queue/index.js';
import { type Webhook, webhooks } from './webhooks.js';

const DAY_MS = 86_400_000;
const outcome: QueueOutcome = {
  ...{
    messageId: 'm-1',
    from: 's@s.test',
    recipient: 'u@a.test',
    outcome: 'delivered',
    queuedAt: 0,
    at: 1000,
  },
  ...{ nextAttemptAt: null, attempts: 1 },
  turn: {
    ...{ address: 'u@a.test', end: 'delivered', word: null, notice: null },
    decision: { verdict: 'delivered', table: 'message-outcome', row: 'OUT-1', why: 'w', refs: [], input: {} },
  },
};

interface Heard {
  readonly body: string;
  readonly signature: string | undefined;
  readonly event: string | undefined;
}

let server: ReturnType<typeof createServer>;
let statuses: number[];
const heard: Heard[] = [];
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  heard.length = 0;
  statuses = [];
  stop = new AbortController();
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const header = (name: string) => request.headers[name] as string | undefined;
      heard.push({ body, signature: header('x-waxseal-signature'), event: header('x-waxseal-event') });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  stop.abort();
  await running;
  server.closeAllConnections();
  server.close();
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** Webhooks over a store; `tell` does what a settlement does. */
function open(
  store = memoryEventStore(),
  { addresses = ['127.0.0.1'], ...own }: Partial<Webhook> & { readonly addresses?: readonly string[] } = {},
  now = () => 1000,
) {
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  const faults: string[] = [];
  const asked: string[] = [];
  const hook: Webhook = {
    ...{ url: `http://hooks.test:${port}/x`, events: ['delivered'], secretFile: null, secret: 'secret' },
    ...own,
  };
  const list = [hook];
  let heardOf: () => void = () => undefined;
  const hooks = webhooks({
    hooks: () => list,
    store,
    dns: {
      'dns.addresses': async ({ name }) => {
        asked.push(name);
        const a = { kind: 'insecure', records: addresses } as const;
        return { a, aaaa: { kind: 'insecure', records: [] } } as never;
      },
    },
    ca: [],
    clock: now,
    onTold: (event, result, count) => {
      told.push(`${event} ${result} ${count}`);
      heardOf();
    },
    onFault: (message) => faults.push(message),
  });
  let tells = 0;
  const tell = (what: QueueOutcome) => {
    store.add(hooks.eventsOf(what).map((event) => ({ ...event, id: `e${++tells}`, at: what.at })));
    hooks.ring();
  };
  const run = (graceMs = 10_000) => {
    running = hooks.run(stop.signal, graceMs);
  };
  const toldTimes = async (count: number) => {
    while (told.length < count)
      await new Promise<void>((resolve) => {
        heardOf = resolve;
      });
  };
  return { store, list, url: hook.url, told, faults, asked, tell, run, toldTimes };
}

describe('webhooks', () => {
  it('tell of an event once, signed and with a name of its own, by the resolver of the daemon', async () => {
    const { store, url, told, asked, tell, run, toldTimes } = open();
    run();
    tell(outcome);
    tell({ ...outcome, outcome: 'deferred' });
    await toldTimes(1);
    expect([told, asked]).toEqual([['delivered sent 1'], ['hooks.test']]);
    const [{ body, signature, event }] = heard as [Heard];
    expect(event).toBe('e1');
    expect(signature).toBe(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
    expect(JSON.parse(body)).toMatchObject({
      ...{ event: 'delivered', id: 'm-1', from: 's@s.test', recipient: 'u@a.test', attempts: 1 },
      ...{ at: '1970-01-01T00:00:01.000Z', status: null, because: { row: 'OUT-1' } },
    });
    stop.abort();
    await running;
    expect(await store.nextDue(url)).toBeNull();
  });

  it('say what docs/operating.md says, and are signed as it shows', async () => {
    const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
    const [, example] = /```json\n(\{\n {2}"event": [\s\S]*?)```/.exec(page)!;
    const [, code] = /```js\n(import \{ createHmac[\s\S]*?)```/.exec(page)!;
    const { isSigned } = (await import(`data:text/javascript,${encodeURIComponent(code!)}`)) as {
      isSigned(body: Buffer, given: string | undefined, secret: string): boolean;
    };
    const { tell, run, toldTimes } = open();
    run();
    tell(outcome);
    await toldTimes(1);
    const [{ body, signature }] = heard as [Heard];
    const shapeOf = (text: string) => Object.keys(JSON.parse(text) as object);
    expect(shapeOf(body)).toEqual(shapeOf(example!));
    expect(isSigned(Buffer.from(body), signature, 'secret')).toBe(true);
    expect(isSigned(Buffer.from(`${body} `), signature, 'secret')).toBe(false);
    expect(isSigned(Buffer.from(body), signature, 'another')).toBe(false);
    expect(isSigned(Buffer.from(body), undefined, 'secret')).toBe(false);
  });

  it('that a new configuration brings are told of the first event behind it', async () => {
    const { list, told, tell, run, toldTimes } = open();
    const hook = list.pop()!;
    run();
    // The first look at who listens is over by then.
    await new Promise(setImmediate);
    list.push(hook);
    tell(outcome);
    await toldTimes(1);
    expect(told).toEqual(['delivered sent 1']);
  });

  it('listen to what ends the process as if they were one, however many there are', async () => {
    const { list, url, told, tell, run, toldTimes } = open();
    list.push(...Array.from({ length: 20 }, (_, at) => ({ ...list[0]!, url: `${url}/${at}` })));
    run();
    tell(outcome);
    await toldTimes(21);
    expect(new Set(told)).toEqual(new Set(['delivered sent 1']));
    expect(getEventListeners(stop.signal, 'abort').length).toBeLessThan(10);
  });

  it('are tried again, unsigned where there is no secret, with the same words', async () => {
    statuses = [500];
    let now = 1000;
    const { told, tell, run, toldTimes } = open(undefined, { secret: null }, () => now);
    run();
    tell(outcome);
    await toldTimes(1);
    now += 60_000;
    await toldTimes(2);
    expect(told).toEqual(['delivered failed 1', 'delivered sent 1']);
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[1]!.signature).toBeUndefined();
  });

  it('outlive the process: what was not told by one is told by the next', async () => {
    const { store, tell } = open();
    tell(outcome);
    expect(heard).toEqual([]);
    const next = open(store);
    next.run();
    await next.toldTimes(1);
    expect(next.told).toEqual(['delivered sent 1']);
    expect(heard).toHaveLength(1);
  });

  it('do not wait for who does not answer, and leave it to the next start', async () => {
    server.removeAllListeners('request');
    const { store, url, told, tell, run } = open();
    const asked = once(server, 'connection');
    run(0);
    tell(outcome);
    await asked;
    stop.abort();
    await running;
    expect(told).toEqual(['delivered failed 1']);
    expect(await store.nextDue(url)).not.toBeNull();
  });

  it('take a change of the protocol for no answer', async () => {
    server.removeAllListeners('request');
    server.on('request', ({ socket }: IncomingMessage) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
    });
    const { told, faults, tell, run, toldTimes } = open();
    run();
    tell(outcome);
    await toldTimes(1);
    expect(told).toEqual(['delivered failed 1']);
    expect(faults[0]).toContain('127.0.0.1: the connection was closed without an answer');
  });

  it('say of each address why it did not take it', async () => {
    statuses = [503];
    const { faults, tell, run, toldTimes } = open(undefined, { addresses: ['127.0.0.1', '::'] });
    run();
    tell(outcome);
    await toldTimes(1);
    expect(faults[0]).toMatch(/127\.0\.0\.1: answered 503; ::: \S/);
  });

  it('send nothing unsigned to who has gone with a new configuration', async () => {
    const store = memoryEventStore();
    const { list, tell, run } = open({
      ...store,
      take: async (plan) => {
        const taken = await store.take(plan);
        if (taken.length > 0) list.pop();
        return taken;
      },
    });
    const gone = new Promise<void>((resolve) => {
      const pop = list.pop.bind(list);
      list.pop = () => {
        setImmediate(resolve);
        return pop();
      };
    });
    run();
    tell(outcome);
    await gone;
    stop.abort();
    await running;
    expect(heard).toEqual([]);
  });

  it('let go what is a day old, and count it', async () => {
    const { told, tell, run, toldTimes } = open(undefined, {}, () => 1001 + DAY_MS);
    tell(outcome);
    tell(outcome);
    run();
    await toldTimes(1);
    expect(told[0]).toBe('delivered dropped 2');
  });
});
