import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type SocksRequest, socksConnect } from './socks-connect.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A proxy that says these octets, each behind so many of the client's; it keeps what it heard. */
async function proxy(...turns: readonly (readonly [octets: number, said: string | null])[]) {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    let left = turns;
    let unread = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      heard.push(chunk);
      unread = Buffer.concat([unread, chunk]);
      for (let [next] = left; next !== undefined && unread.length >= next[0]; [next] = left) {
        unread = unread.subarray(next[0]);
        left = left.slice(1);
        if (next[1] === null) socket.end();
        else socket.write(Buffer.from(next[1], 'hex'));
      }
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, said: () => Buffer.concat(heard).toString('hex') };
}

const target: SocksRequest = { address: '192.0.2.1', port: 25, credentials: null };
const BOUND = '0000000000000000'.slice(0, 12);

/** What is read from the connection next. */
async function nextFrom(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString();
}

it('asks for an address, and reads nothing of what the host behind says', async () => {
  const greeting = Buffer.from('220 mx.example\r\n').toString('hex');
  const { socket, said } = await proxy([3, '0500'], [10, `05000001${BOUND}${greeting}`]);
  expect(await socksConnect(socket, target)).toBeNull();
  expect(said()).toBe('05010005010001c00002010019');
  expect(await nextFrom(socket)).toBe('220 mx.example\r\n');
});

it('asks for an IPv6 address by its octets', async () => {
  const { socket, said } = await proxy([3, '0500'], [22, `05000001${BOUND}`]);
  expect(await socksConnect(socket, { ...target, address: '2001:db8::1' })).toBeNull();
  expect(said()).toBe('05010005010004' + '20010db8000000000000000000000001' + '0019');
  socket.destroy();
});

it('gives a name and a password where the proxy wants them', async () => {
  const credentials = { user: 'me', password: 'pw' };
  const { socket, said } = await proxy([4, '0502'], [7, '0100'], [10, `05000001${BOUND}`]);
  expect(await socksConnect(socket, { ...target, credentials })).toBeNull();
  expect(said().startsWith('05020002' + '01026d65027077')).toBe(true);
  socket.destroy();
});

it.each<[string, readonly (readonly [number, string | null])[], string]>([
  [
    'the target refuses',
    [
      [3, '0500'],
      [10, '05050001'],
    ],
    'refused',
  ],
  [
    'there is no way to it',
    [
      [3, '0500'],
      [10, '05040001'],
    ],
    'unreachable',
  ],
  [
    'it does not answer',
    [
      [3, '0500'],
      [10, '05060001'],
    ],
    'timeout',
  ],
  [
    'the proxy has a failure',
    [
      [3, '0500'],
      [10, '05010001'],
    ],
    'other',
  ],
  [
    'the proxy does not allow it',
    [
      [3, '0500'],
      [10, '05020001'],
    ],
    'other',
  ],
  ['no method will do', [[3, '05ff']], 'other'],
  ['a password is wanted that there is none of', [[3, '0502']], 'other'],
  ['it speaks another version', [[3, '0400']], 'other'],
  [
    'it speaks another version later',
    [
      [3, '0500'],
      [10, '04000001'],
    ],
    'other',
  ],
  [
    'its address is of no kind',
    [
      [3, '0500'],
      [10, '05000009'],
    ],
    'other',
  ],
  ['it hangs up', [[3, null]], 'other'],
  [
    'it hangs up later',
    [
      [3, '0500'],
      [10, null],
    ],
    'other',
  ],
])('answers where %s', async (_, turns, cause) => {
  const { socket } = await proxy(...turns);
  expect(await socksConnect(socket, target)).toBe(cause);
  socket.destroy();
});

it('asks for no name', async () => {
  const { socket } = await proxy([3, '0500']);
  expect(await socksConnect(socket, { ...target, address: 'mx.example' })).toBe('other');
  socket.destroy();
});
