import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Adapters } from '../../effects/ports.js';
import { MisuseError, type NodeAdapters, nodeAdapters, settingsOf } from '../../node.js';
import { type Internet, startInternet } from '../../testing/index.js';
import type { ListenAddress } from '../listen-address.js';
import { netstring } from './netstring.js';
import { type PolicyMap, policyMap } from './policy-map.js';
import type { PolicyMapOptions } from './policy-map-options.js';
import { SocketmapClient } from './socketmap-client.fixture.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const ANY: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 0 };

describe('a policy map', () => {
  let internet: Internet;
  let adapters: NodeAdapters;
  let folder: string;
  const maps: PolicyMap[] = [];
  const clients: SocketmapClient[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waxseal-postfix-'));
    internet = await startInternet({
      signedZones: ['dane.test'],
      dns: {
        'MX dane.test': ['10 mx.dane.test'],
        'A mx.dane.test': ['192.0.2.1'],
        'TLSA mx.dane.test': [`3 1 1 ${'00'.repeat(32)}`],
        'MX plain.test': ['10 mx.plain.test'],
        'A mx.plain.test': ['192.0.2.1'],
        'MX fails.test': { fails: 'servfail' },
        'MX silent.test': { fails: 'timeout' },
      },
    });
    adapters = nodeAdapters({ resolver: internet.resolver, ca: [internet.caPem] });
  });
  afterAll(async () => {
    await adapters.close();
    await internet.close();
    await rm(folder, { recursive: true });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(maps.splice(0).map((map) => map.close(0)));
  });

  function make(own: Partial<PolicyMapOptions> = {}): PolicyMap {
    const map = policyMap({
      adapters,
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
      ...own,
    });
    maps.push(map);
    return map;
  }

  async function open(address: ListenAddress): Promise<SocketmapClient> {
    const client = await SocketmapClient.open(address);
    clients.push(client);
    return client;
  }

  it('answers by any name of a map, in any spelling of a next hop, and says each answer once to who looks on', async () => {
    const told: string[] = [];
    const client = await open(
      await make({ onAnswer: ({ key, reply }) => told.push(`${key} ${reply}`) }).listen(ANY),
    );
    expect(await client.ask('dane.test')).toBe('OK dane-only');
    expect(await client.ask('DANE.test.', 'QUERY')).toBe('OK dane-only');
    expect(await client.ask('plain.test')).toBe('NOTFOUND ');
    expect(await client.ask('.test')).toBe('NOTFOUND ');
    expect(await client.ask('fails.test')).toMatch(/^TEMP fails\.test: .* \(MX-6\)$/);
    expect(told.filter((each) => each.startsWith('dane.test'))).toEqual(['dane.test OK dane-only']);
  });

  it('answers in the order of the requests, also where the first takes longest', async () => {
    const waiting: (() => void)[] = [];
    const mx: Adapters['dns.mx'] = async (ask, signal) => {
      if (ask.name === 'plain.test') await new Promise<void>((resolve) => waiting.push(resolve));
      return adapters['dns.mx'](ask, signal);
    };
    const client = await open(await make({ adapters: { ...adapters, 'dns.mx': mx } }).listen(ANY));
    client.write(netstring('m plain.test') + netstring('m dane.test') + netstring('m .x'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 30_000 });
    waiting[0]!();
    expect([await client.hear(), await client.hear(), await client.hear()]).toEqual([
      'NOTFOUND ',
      'OK dane-only',
      'NOTFOUND ',
    ]);
  });

  it.each([
    ['what is no netstring', 'GET / HTTP/1.1\r\n\r\n'],
    ['a wrong end', '14:m dane.example;'],
    ['a length that is too long', '99999:x'],
    ['a length without end', '1'.repeat(100)],
    ['a hundred thousand octets of nothing', 'x'.repeat(100_000)],
  ])('says TEMP to %s, and leaves', async (_, text) => {
    const client = await open(await make().listen(ANY));
    client.write(text);
    expect(await client.hear()).toMatch(/^TEMP /);
    expect(await client.hear()).toBeNull();
  });

  it('says TEMP to a request without a key, and goes on', async () => {
    const client = await open(await make().listen(ANY));
    client.write(netstring('nothing'));
    expect(await client.hear()).toMatch(/^TEMP /);
    expect(await client.ask('dane.test')).toBe('OK dane-only');
  });

  it('says TEMP where the store of policies fails, and where nobody answers in time', async () => {
    const failing: Adapters = { ...adapters, 'policy-cache.read': async () => ({ kind: 'unreadable' }) };
    expect(await (await open(await make({ adapters: failing }).listen(ANY))).ask('plain.test')).toMatch(
      /^TEMP /,
    );
    const rejecting: Adapters = { ...adapters, 'policy-cache.read': () => Promise.reject(new Error('gone')) };
    const faults: string[] = [];
    const broken = make({ adapters: rejecting, onFault: (fault) => faults.push(fault) });
    expect(await (await open(await broken.listen(ANY))).ask('plain.test')).toMatch(/^TEMP /);
    expect(faults).toEqual([expect.stringContaining('gone')]);
    const slow = make({ deadlineMs: 50 });
    expect(await (await open(await slow.listen(ANY))).ask('silent.test')).toMatch(/^TEMP silent\.test: /);
  });

  it('serves 500 clients at once, and those that go away in between, with as many lookups as it was told', async () => {
    let underWay = 0;
    let most = 0;
    const mx: Adapters['dns.mx'] = async (ask, signal) => {
      most = Math.max(most, ++underWay);
      const answer = await adapters['dns.mx'](ask, signal);
      underWay--;
      return answer;
    };
    const map = make({ adapters: { ...adapters, 'dns.mx': mx }, concurrency: 20 });
    const address = await map.listen(ANY);
    const all = await Promise.all(Array.from({ length: 500 }, () => open(address)));
    const replies = await Promise.all(
      all.map((client, at) => {
        if (at % 10 === 0) {
          client.write(netstring(`m n${at}.nowhere.test`));
          client.close();
          return 'NOTFOUND ';
        }
        return client.ask(at % 2 === 0 ? 'dane.test' : `n${at % 60}.nowhere.test`);
      }),
    );
    expect(replies.filter((_, at) => at % 2 === 1).every((reply) => reply === 'NOTFOUND ')).toBe(true);
    expect(replies.filter((_, at) => at % 10 === 2).every((reply) => reply === 'OK dane-only')).toBe(true);
    expect(most).toBeLessThanOrEqual(20);
  });

  it('does not read from a client that does not read', async () => {
    const address = await make().listen(ANY);
    const client = await open(address);
    expect(await client.ask('dane.test')).toBe('OK dane-only');
    // A thousand requests at once, of which most have to be looked up: they come to an end, in order.
    client.write(Array.from({ length: 1_000 }, (_, at) => netstring(`m n${at % 80}.nowhere.test`)).join(''));
    for (let at = 0; at < 1_000; at++) expect(await client.hear()).toBe('NOTFOUND ');
  });

  it('listens at a socket in the file system that any user may ask', async () => {
    const path = join(folder, 'socket');
    const address = await make().listen({ kind: 'unix', path });
    expect((await stat(path)).mode & 0o777).toBe(0o666);
    expect(await (await open(address)).ask('dane.test')).toBe('OK dane-only');
  });

  it('answers what it was asked before it was told to end, and nothing behind it', async () => {
    let go = (): void => undefined;
    const began = new Promise<void>((resolve) => {
      go = resolve;
    });
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const mx: Adapters['dns.mx'] = async (ask, signal) => {
      go();
      await held;
      return adapters['dns.mx'](ask, signal);
    };
    const map = make({ adapters: { ...adapters, 'dns.mx': mx } });
    const address = await map.listen(ANY);
    const [busy, idle] = [await open(address), await open(address)];
    busy.write(netstring('m dane.test'));
    await began;
    const closed = map.close(60_000);
    expect(await idle.hear()).toBeNull();
    answer();
    expect(await busy.hear()).toBe('OK dane-only');
    expect(await busy.hear()).toBeNull();
    await closed;
    await expect(SocketmapClient.open(address)).rejects.toThrow();
  });

  it('judges by the settings that it was given last', async () => {
    const map = make();
    const client = await open(await map.listen(ANY));
    expect(await client.ask('plain.test')).toBe('NOTFOUND ');
    map.reload(
      settingsOf('rfc', {
        port: internet.port,
        privateAddresses: 'allow',
        destinations: [{ destination: '*', demand: 'encrypt', owner: 'o', reason: 'r', expiresAt: null }],
      }),
    );
    expect(await client.ask('plain.test')).toBe('OK encrypt');
  });

  it('has no words for a Postfix that knows no DANE', () => {
    expect(() => make({ postfixVersion: '2.10' })).toThrow(MisuseError);
  });
});
