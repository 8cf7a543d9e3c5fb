/*
 * A database that goes away. The server is a fake, since a real one cannot be told to break off behind a certain
 * statement; it speaks as much of PostgreSQL's protocol as a client needs to begin a transaction.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { postgresDatabase } from './postgres-database.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function part(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(4 + content.length, 1);
  return Buffer.concat([head, content]);
}

const welcome = Buffer.concat([part('R', Buffer.alloc(4)), part('Z', Buffer.from('I'))]);
const done = (command: string, state: string) =>
  Buffer.concat([part('C', Buffer.from(`${command}\0`)), part('Z', Buffer.from(state))]);

/** Time for the client to see what has come to it: after a sleep, a loop looks at its timers before it looks at its sockets. */
async function noticed(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets everybody in and begins transactions; `onOther` gets every connection that asks for anything else. */
async function startServer(onOther: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(welcome);
      socket.on('data', (octets) => {
        if (octets.includes('BEGIN')) socket.write(done('BEGIN', 'T'));
        else if (octets.includes('ROLLBACK')) socket.write(done('ROLLBACK', 'I'));
        else onOther(socket);
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const database = postgresDatabase({
    url: `postgres://u@127.0.0.1:${(server.address() as AddressInfo).port}/d`,
    deadlineMs: 60_000,
  });
  closers.push(() => database.close());
  return { database, sockets };
}

describe('a connection that breaks', () => {
  it('under a statement of a transaction is an error of that transaction, and the next one has a new connection', async () => {
    const { database, sockets } = await startServer((socket) => socket.destroy());
    for (const times of [1, 2]) {
      await expect(database.write(({ query }) => query('SELECT 1'))).rejects.toThrow();
      expect(sockets).toHaveLength(times);
    }
  });

  it('between two statements of a transaction is an error of that transaction', async () => {
    const { database, sockets } = await startServer((socket) => socket.destroy());
    const run = database.write(async ({ query }) => {
      const closed = once(sockets[0]!, 'close');
      sockets[0]!.resetAndDestroy();
      await closed;
      await noticed();
      await query('SELECT 1');
    });
    await expect(run).rejects.toThrow();
  });

  it('while nobody uses it is replaced', async () => {
    const { database, sockets } = await startServer((socket) => socket.write(done('COMMIT', 'I')));
    expect(await database.write(async () => 'kept')).toBe('kept');
    const closed = once(sockets[0]!, 'close');
    sockets[0]!.resetAndDestroy();
    await closed;
    await noticed();
    expect(await database.write(async () => 'kept')).toBe('kept');
    expect(sockets).toHaveLength(2);
  });
});
