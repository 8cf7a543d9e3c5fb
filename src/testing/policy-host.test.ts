import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Internet, type PolicyHost, startInternet } from './index.js';

const host = 'mta-sts.a.test';
const path = '/.well-known/mta-sts.txt';
let internet: Internet;
afterEach(() => internet.close());

async function internetWith(entry: PolicyHost): Promise<void> {
  internet = await startInternet({ dns: {}, policy: { [host]: entry } });
}

async function get(target = path, method = 'GET'): Promise<IncomingMessage> {
  const asked = request({
    host: internet.addressOf(host),
    port: internet.httpsPort,
    servername: host,
    ca: internet.caPem,
    path: target,
    method,
    agent: false,
  });
  const [response] = await once(asked.end(), 'response');
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a policy host', () => {
  it('serves the policy, there and nowhere else', async () => {
    await internetWith({ body: 'version: STSv1\nmode: none\nmax_age: 1\n' });
    const response = await get();
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/plain']);
    expect(await textOf(response)).toBe('version: STSv1\nmode: none\nmax_age: 1\n');
    expect((await get('/')).statusCode).toBe(404);
    expect((await get(path, 'POST')).statusCode).toBe(405);
    expect(internet.connections(host)).toBe(3);
  });

  it('says what the script says', async () => {
    await internetWith({ status: 302, location: 'https://b.test/', mediaType: 'text/html', body: 'x' });
    const { statusCode, headers } = await get();
    expect([statusCode, headers.location, headers['content-type']]).toEqual([
      302,
      'https://b.test/',
      'text/html',
    ]);
  });

  it('streams hostile sizes without holding them, until the client goes away', async () => {
    await internetWith({ bodyOctets: 1e12 });
    const response = await get();
    let octets = 0;
    for await (const chunk of response) {
      octets += chunk.length;
      if (octets > 1_000_000) break;
    }
    await internet.change({ policy: { [host]: { bodyOctets: 100_000 } } });
    expect(await textOf(await get())).toBe('x'.repeat(100_000));
  });

  it('shows the certificate of its entry', async () => {
    await internetWith({ certificate: { issuer: 'self' } });
    await expect(get()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await internet.change({ policy: { [host]: { certificate: { names: ['b.test'] } } } });
    await expect(get()).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await internet.change({ policy: { [host]: { certificate: { validity: 'expired' } } } });
    await expect(get()).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    await internet.change({ policy: { [host]: { certificate: { issuer: 'intermediate' }, body: 'ok' } } });
    expect(await textOf(await get())).toBe('ok');
  });

  it('refuses connections, or says nothing', async () => {
    await internetWith({ connect: 'refuse' });
    await expect(get()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await internet.change({ policy: { [host]: { connect: 'silent' } } });
    const socket = connect(internet.httpsPort, internet.addressOf(host));
    await once(socket, 'connect');
    // Long enough for whoever would speak; a slow machine can only hide that it does.
    const told = await Promise.race([
      once(socket, 'data').then(() => 'spoke'),
      new Promise((resolve) => setTimeout(resolve, 30, 'silent')),
    ]);
    expect(told).toBe('silent');
    socket.destroy();
  });
});
