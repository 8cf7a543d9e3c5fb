/* A socketmap responder in a process of its own: ours, or the least that Node can do, a map from request to reply. */
import { createServer, type Server } from 'node:net';
import { policyMap } from '../src/hosts/postfix/index.js';
import { nodeAdapters, settingsOf } from '../src/node.js';

export interface SocketmapTask {
  readonly who: 'waxseal' | 'bare';
  readonly requests: readonly string[];
  readonly reply: string;
  readonly internet: {
    readonly resolver: { readonly address: string; readonly port: number };
    readonly port: number;
    readonly httpsPort: number;
    readonly caPem: string;
  };
}

process.once('message', async (task: SocketmapTask) => {
  process.send?.({ port: await (task.who === 'waxseal' ? serveOurs(task) : serveBare(task)) });
});
process.on('disconnect', () => process.exit());

async function serveOurs({ internet }: SocketmapTask): Promise<number> {
  const { resolver, port, httpsPort, caPem } = internet;
  const map = policyMap({
    adapters: nodeAdapters({ resolver, ca: [caPem] }),
    settings: settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow' }),
  });
  const address = await map.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
  return address.kind === 'tcp' ? address.port : 0;
}

function serveBare({ requests, reply }: SocketmapTask): Promise<number> {
  const replies = new Map(requests.map((request) => [request, reply]));
  const server: Server = createServer((socket) => {
    let rest = '';
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let colon = rest.indexOf(':'); colon > 0; colon = rest.indexOf(':')) {
        const end = colon + 1 + Number(rest.slice(0, colon));
        if (rest.length <= end) return;
        socket.write(replies.get(rest.slice(colon + 1, end)) ?? '9:NOTFOUND ,');
        rest = rest.slice(end + 1);
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
