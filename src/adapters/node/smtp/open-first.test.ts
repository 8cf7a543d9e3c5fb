import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Deadline } from './deadline.js';
import { openFirst } from './open-first.js';

const HERE = { localAddress: undefined };

const deadlineMs = 120_000;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Listener {
  readonly port: number;
  readonly heard: string[];
  readonly sockets: Socket[];
}

/** Greets and notes what it hears. */
async function listen(address: string, port = 0): Promise<Listener> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (octets) => heard.push(octets.toString()));
    socket.write(`220 ${address}\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { readonly port: number }).port, heard, sockets };
}

const spoken = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once('data', (octets) => resolve(octets.toString())));

describe('two addresses', () => {
  it('dialled at once: one is talked to, and the other never hears a word', async () => {
    for (let round = 0; round < 10; round++) {
      const one = await listen('127.0.0.1');
      const two = await listen('127.0.0.2', one.port);
      const alternate = { address: '127.0.0.2', afterMs: 0 };
      const opening = openFirst(
        { address: '127.0.0.1', port: one.port, alternate, deadlineMs },
        HERE,
        new Deadline(),
      );
      const opened = await opening.opened;
      if (opened.socket === null) throw new Error(opened.cause);
      expect(await spoken(opened.socket)).toBe(`220 ${opened.address}\r\n`);
      await new Promise<void>((resolve) => opened.socket.write('EHLO x\r\n', () => resolve()));
      await expect.poll(() => [...one.heard, ...two.heard], { timeout: 300_000 }).toEqual(['EHLO x\r\n']);
      expect(opened.address === '127.0.0.1' ? two.heard : one.heard).toEqual([]);
      // What was won is the caller's, and what was lost is gone.
      opening.destroy();
      opening.destroy();
      expect(opened.socket.destroyed).toBe(false);
      opened.socket.destroy();
    }
  });

  it('the second is not dialled before its time', async () => {
    const one = await listen('127.0.0.1');
    const two = await listen('127.0.0.2', one.port);
    const alternate = { address: '127.0.0.2', afterMs: 60_000 };
    const opening = openFirst(
      { address: '127.0.0.1', port: one.port, alternate, deadlineMs },
      HERE,
      new Deadline(),
    );
    expect(await opening.opened).toMatchObject({ address: '127.0.0.1' });
    expect(two.sockets).toEqual([]);
    opening.destroy();
  });

  it('the second is dialled as soon as the first has failed, and its failure is not told where the first had one', async () => {
    const two = await listen('127.0.0.2');
    const alternate = { address: '127.0.0.2', afterMs: 60_000 };
    const opening = openFirst(
      { address: '127.0.0.1', port: two.port, alternate, deadlineMs },
      HERE,
      new Deadline(),
    );
    expect(await opening.opened).toMatchObject({ address: '127.0.0.2' });
    opening.destroy();
    const nowhere = {
      address: 'mx.example',
      port: two.port,
      alternate: { address: '127.0.0.3', afterMs: 0 },
      deadlineMs,
    };
    expect(await openFirst(nowhere, HERE, new Deadline()).opened).toEqual({
      socket: null,
      cause: 'other',
    });
  });

  it('neither is dialled once the time is up or all is given up', async () => {
    const one = await listen('127.0.0.1');
    const alternate = { address: '127.0.0.1', afterMs: 0 };
    const late = new Deadline();
    late.pass();
    const to = { address: '127.0.0.2', port: one.port, alternate, deadlineMs };
    expect(await openFirst(to, HERE, late).opened).toMatchObject({ socket: null });
    const given = openFirst(to, HERE, new Deadline());
    given.destroy();
    expect(await given.opened).toMatchObject({ socket: null });
    expect(one.sockets).toEqual([]);
  });
});
