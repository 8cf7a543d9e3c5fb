import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.js';
import { netstring } from './netstring.js';
import { SocketmapClient } from './socketmap-client.fixture.js';

vi.setConfig({ testTimeout: 60_000 });

describe('a connection', () => {
  let server: Server;
  let frameMs = 100;
  let release: () => void;
  let held: Promise<void>;

  beforeEach(async () => {
    held = new Promise((resolve) => {
      release = resolve;
    });
    const answers = {
      recall: (key: string) => (key === 'known' ? netstring('OK dane') : null),
      ask: async (key: string) => {
        await held;
        return netstring(`OK ${key}`);
      },
    };
    server = createServer({ allowHalfOpen: true }, (socket) => {
      new Connection(socket, answers, { frameMs });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
  });

  const open = () =>
    SocketmapClient.open({ kind: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port });

  it('is closed where a request comes octet by octet', async () => {
    const client = await open();
    client.write('4000:m ');
    const dripping = setInterval(() => client.write('x'), 10);
    expect(await client.hear()).toBeNull();
    clearInterval(dripping);
  });

  it('stays where nothing is under way, and where it is not read because it is owed too much', async () => {
    frameMs = 3_000;
    const client = await open();
    expect(await client.ask('known')).toBe('OK dane');
    const asked = Array.from({ length: 200 }, (_, at) => `key${at}`);
    client.write(`${asked.map((key) => netstring(`m ${key}`)).join('')}7:m `);
    // Longer than a frame may take.
    await new Promise((resolve) => setTimeout(resolve, frameMs + 500));
    client.write('known,');
    release();
    for (const key of asked) expect(await client.hear()).toBe(`OK ${key}`);
    expect(await client.hear()).toBe('OK dane');
    client.close();
  });
});
