import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type HttpHandler, httpDoor } from './http-server.js';

async function open(handler: HttpHandler) {
  const faults: string[] = [];
  const door = httpDoor(handler, (message) => faults.push(message));
  const address = await door.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
  const client = connect(address.kind === 'tcp' ? address.port : 0, '127.0.0.1');
  await once(client, 'connect');
  return { faults, door, client };
}

describe('an HTTP door', () => {
  it('takes a client that goes away in the midst of a request for no fault of its own', async () => {
    let ended: () => void = () => undefined;
    const isOver = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { faults, door, client } = await open(async (request) => {
      try {
        for await (const _ of request) client.destroy();
        throw new Error('it has come to its end');
      } finally {
        setImmediate(ended);
      }
    });
    client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    await isOver;
    await door.close();
    expect(faults).toEqual([]);
  });

  it('tells of a handler that fails', async () => {
    const { faults, door, client } = await open(() => Promise.reject(new Error('on purpose')));
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 500 /);
    client.destroy();
    await door.close();
    expect(faults).toEqual(['a request failed: on purpose']);
  });
});
