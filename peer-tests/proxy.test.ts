/* A SOCKS proxy in front of the mail host: microsocks, and a Postfix behind it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { node } from '../spec/contracts/node.fixture.js';
import { socksContract } from '../spec/contracts/socks.contract.js';
import { startSilentProxy } from '../spec/contracts/socks-proxy.fixture.js';
import { PASSWORDS } from '../spec/contracts/subject.fixture.js';
import type { Transport } from '../src/policy/relay/transport.js';
import { createPki, type Internet, startInternet } from '../src/testing/index.js';
import { type Daemon, startDaemon } from './daemon.js';
import { freePort, freePorts } from './free-port.js';
import { isListening } from './is-listening.js';
import type { MailPeer } from './mail-peer.js';
import { startPostfix } from './postfix.js';
import { RELAY, sendVia } from './relay-client.js';

let internet: Internet;
let postfix: MailPeer;
let proxy: Daemon;
let caPem: string;
let port: number;
let proxyPort: number;

beforeAll(async () => {
  const pki = await createPki();
  caPem = pki.caPem;
  [port = 0, proxyPort = 0] = await freePorts(2);
  internet = await startInternet({
    dns: { [`A ${RELAY}`]: ['127.0.0.1'], 'MX a.example': [`10 ${RELAY}`] },
  });
  const issued = await pki.issue({}, RELAY);
  postfix = await startPostfix([{ id: RELAY, host: {}, address: '127.0.0.1', port, issued }]);
  proxy = await startMicrosocks(proxyPort, 'chalk');
});
afterAll(async () => {
  for (const peer of [proxy, postfix]) await peer?.stop();
  await internet?.close();
});

function startMicrosocks(at: number, password: string): Promise<Daemon> {
  return startDaemon({
    program: 'microsocks',
    debianPackage: 'microsocks',
    args: ['-i', '127.0.0.1', '-p', `${at}`, '-u', 'me', '-P', password],
    isReady: () => isListening(at),
  });
}

const through = (own: Partial<{ user: string; port: number }> = {}): Transport => ({
  kind: 'direct',
  socks: { ipv4: { address: '127.0.0.1', port: proxyPort, user: 'me', ...own } },
});
const send = (name: 'proxy' | 'wrong', transport: Transport) =>
  sendVia({ resolver: internet.resolver, caPem, port }, name, transport, ['user@a.example']);

it('that knows us leads to the mail host, and TLS to it goes through', async () => {
  const [result] = await send('proxy', through());
  expect(result).toMatchObject({ outcome: 'delivered', tls: { protocol: 'TLSv1.3' }, mx: RELAY });
});

it('that does not, or is not there, lets mail wait', async () => {
  const [unknown] = await send('wrong', through());
  expect(unknown).toMatchObject({ outcome: 'deferred', status: '4.4.1' });
  const [gone] = await send('proxy', through({ port: await freePort() }));
  expect(gone).toMatchObject({ outcome: 'deferred', status: '4.4.1' });
});

socksContract('nodeSmtp by microsocks', async (world) => {
  const subject = await node(world);
  const [at = 0, gone = 0] = await freePorts(2);
  const microsocks = await startMicrosocks(at, PASSWORDS.smart!);
  const silent = await startSilentProxy();
  const address = '127.0.0.1';
  return {
    ...subject,
    ...{ locked: { address, port: at }, silent: silent.proxy, gone: { address, port: gone } },
    close: async () => {
      await Promise.all([microsocks.stop(), silent.close()]);
      await subject.close();
    },
  };
});
