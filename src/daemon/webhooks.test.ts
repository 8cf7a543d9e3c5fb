import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueueOutcome } from '../services/queue/index.js';
import { type Webhook, webhooks } from './webhooks.js';

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

let server: ReturnType<typeof createServer>;
let statuses: number[];
const heard: { readonly body: string; readonly signature: string | undefined }[] = [];
let waiting: () => void = () => undefined;

beforeEach(async () => {
  heard.length = 0;
  statuses = [];
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      heard.push({ body, signature: request.headers['x-waxseal-signature'] as string | undefined });
      response.writeHead(statuses.shift() ?? 204).end();
      waiting();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

async function heardTimes(count: number): Promise<void> {
  while (heard.length < count)
    await new Promise<void>((resolve) => {
      waiting = resolve;
    });
}

function start(own: Partial<Webhook> = {}) {
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  const faults: string[] = [];
  const asked: string[] = [];
  const hook: Webhook = {
    ...{ url: `http://hooks.test:${port}/x`, events: ['delivered'], secretFile: null, secret: 'secret' },
    ...own,
  };
  const hooks = webhooks({
    hooks: () => [hook],
    dns: {
      'dns.addresses': async ({ name }) => {
        asked.push(name);
        const a = { kind: 'insecure', records: ['127.0.0.1'] } as const;
        return { a, aaaa: { kind: 'insecure', records: [] } } as never;
      },
    },
    ca: [],
    onTold: (event, result) => told.push(`${event} ${result}`),
    onFault: (message) => faults.push(message),
  });
  return { hooks, told, asked, faults };
}

describe('webhooks', () => {
  it('tell of an event once, signed, by the resolver of the daemon', async () => {
    const { hooks, told, asked } = start();
    hooks.tell(outcome);
    hooks.tell({ ...outcome, outcome: 'deferred' });
    await heardTimes(1);
    await hooks.close(10_000);
    expect(told).toEqual(['delivered sent']);
    expect(asked).toEqual(['hooks.test']);
    const [{ body, signature }] = heard as [(typeof heard)[number]];
    expect(signature).toBe(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
    expect(JSON.parse(body)).toMatchObject({
      ...{ event: 'delivered', id: 'm-1', from: 's@s.test', recipient: 'u@a.test', attempts: 1 },
      ...{ at: '1970-01-01T00:00:01.000Z', status: null, because: { row: 'OUT-1' } },
    });
  });

  it('are tried again, and give up at the end rather than hold it up', async () => {
    statuses = [500];
    const { hooks, told } = start({ secret: null });
    hooks.tell(outcome);
    await heardTimes(2);
    expect(heard[1]!.signature).toBeUndefined();
    expect(heard[1]!.body).toBe(heard[0]!.body);
    await hooks.close(10_000);
    expect(told).toEqual(['delivered sent']);
    const refused = start({ url: 'http://127.0.0.1:1/' });
    refused.hooks.tell(outcome);
    await refused.hooks.close(10_000);
    expect(refused.told).toEqual(['delivered failed']);
  });

  it('let go what is more than can be kept', async () => {
    server.removeAllListeners('request');
    const { hooks, told, faults } = start();
    for (let at = 0; at < 20_100; at++) hooks.tell(outcome);
    expect(told.length).toBeGreaterThan(50);
    const dropped = told.length;
    expect(new Set(told)).toEqual(new Set(['delivered dropped']));
    await hooks.close(0);
    expect(told.slice(dropped).length).toBe(20_100 - dropped);
    expect(new Set(told.slice(dropped))).toEqual(new Set(['delivered failed']));
    expect(faults).toContainEqual(expect.stringMatching(/ was not told of \d+ events before the end$/));
  });
});
