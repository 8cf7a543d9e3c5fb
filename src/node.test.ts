import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stsDomain } from '../spec/scenarios/worlds.js';
import { createNodeEngine, type NodeEngine, type NodeEngineOptions, settingsOf } from './node.js';
import { type Internet, startInternet } from './testing/index.js';

let internet: Internet;
let folder: string;

beforeAll(async () => {
  internet = await startInternet(stsDomain('enforce'));
  folder = await mkdtemp(join(tmpdir(), 'waxseal-node-'));
});
afterAll(async () => {
  await internet.close();
  await rm(folder, { recursive: true, force: true });
});

const engineWith = (options: Parameters<typeof createNodeEngine>[0]): NodeEngine =>
  createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    settings: settingsOf('rfc', {
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
    }),
    ...options,
  });

const deliver = (engine: NodeEngine) =>
  engine.deliver({
    from: '',
    to: ['user@a.example'],
    content: () => [Buffer.from('Subject: x\r\n\r\n')],
    facts: {
      requireTls: 'no',
      tlsRequired: 'absent',
      report: 'none',
      sizeBytes: 0,
      body: '7bit',
      utf8: 'not-needed',
    },
  });

async function openFilesIn(directory: string): Promise<number> {
  const numbers = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(directory)).length;
}

describe("an engine with Node's adapters", () => {
  it.each([
    [{ settings: { port: 25 } }, 'WAXSEAL_BAD_SETTINGS'],
    [{ settings: { ...settingsOf('rfc'), port: 70_000 } }, 'WAXSEAL_BAD_SETTINGS'],
  ])('is not made with settings that say nothing sensible: %j', (options, code) => {
    expect(() => createNodeEngine(options as Parameters<typeof createNodeEngine>[0])).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('is made with every option, and all that each may hold', async () => {
    const anchor = { name: '', keyTag: 20_326, algorithm: 8, digestType: 2, digest: 'AB'.repeat(32) };
    const reuse = { connectionsMax: 9, perHostMax: 2, idleMs: 9, ageMs: 9, messagesMax: 9, now: Date.now };
    const whole: readonly NodeEngineOptions[] = [
      { dnssec: 'resolver', dnsCache: 'off' },
      { dnssec: { validate: 'here' }, dnsCache: { entriesMax: 9 } },
      { dnssec: { validate: 'here', trustAnchors: [anchor] }, dnsCache: { entriesMax: 9, bytesMax: 9 } },
      {
        resolver: {
          servers: [{ address: '127.0.0.1', port: 53 }],
          trustAd: false,
          timeoutMs: 9,
          attempts: 1,
          ca: [],
        },
      },
      { resolver: { address: '::1', port: 53, transport: 'tls', name: 'r.test' } },
      { reuseConnections: reuse, localAddress: '127.0.0.1', policiesMax: 9, secretOf: () => 'x' },
    ].map((options) => options as NodeEngineOptions);
    for (const options of whole) await engineWith(options).close();
  });

  it('validates what it is told by itself where it is to, and believes nobody else', async () => {
    const engine = engineWith({ dnssec: { validate: 'here' } });
    // Nothing in this world is signed, which from the root's anchor down is no proof of anything.
    expect((await deliver(engine)).results[0]).toMatchObject({ outcome: 'deferred', mxSecure: false });
    await engine.close();
  });

  it('says what a resolver is where it is given a text', () => {
    const resolver = 'tls://127.0.0.1' as never;
    expect(() => createNodeEngine({ resolver })).toThrow(/^resolver must be/);
  });

  it.each([
    [{ content: 'Subject: x' }, /^content must be a function/],
    [{ facts: { tlsRequired: 'absent' } }, /lack requireTls, report, sizeBytes/],
  ])('refuses a message that it could only defer: %j', async (wrong, message) => {
    // Undefined is as good as left out.
    const engine = engineWith({ clock: undefined as never });
    const mail = { from: '', to: ['user@a.example'], content: () => [], facts: {}, ...wrong };
    await expect(engine.deliver(mail as never)).rejects.toMatchObject({
      code: 'WAXSEAL_BAD_MESSAGE',
      message: expect.stringMatching(message),
    });
  });

  it('leaves no file of the state folder open once it is closed', async () => {
    const engine = engineWith({ stateDirectory: folder });
    expect((await deliver(engine)).results[0]).toMatchObject({ outcome: 'delivered' });
    expect(await openFilesIn(folder)).toBeGreaterThan(0);
    await engine.close();
    // What reads SQLite lets go of a file when its statements are collected.
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const isLetGo = async () => {
      collect();
      expect(await openFilesIn(folder)).toBe(0);
    };
    await vi.waitFor(isLetGo, { timeout: 300_000 });
  });

  it('tells of a state folder that cannot be used, once, and keeps mail that depends on it', async () => {
    const taken = join(folder, 'taken');
    await writeFile(taken, 'a file');
    const told: string[] = [];
    const engine = engineWith({
      stateDirectory: join(taken, 'state'),
      dnsCache: 'off',
      onFault: (message) => told.push(message),
    });
    for (const _ of [1, 2]) await deliver(engine);
    await internet.change({ dns: { 'TXT _mta-sts.a.example': null } });
    expect((await deliver(engine)).results[0]).toMatchObject({ outcome: 'deferred' });
    await internet.change({ dns: { 'TXT _mta-sts.a.example': ['v=STSv1; id=1;'] } });
    await engine.close();
    // Once for each of the three that fail, however much mail there is.
    expect(told.toSorted()).toEqual([
      expect.stringMatching(/^an MTA-STS policy is not kept: .*ENOTDIR/),
      expect.stringMatching(/^kept MTA-STS policies cannot be read, .*ENOTDIR/),
      expect.stringMatching(/^what recipient domains support is not remembered: .*ENOTDIR/),
    ]);
  });

  it('tells of a policy that is not kept, and delivers under it all the same', async () => {
    const told: string[] = [];
    const engine = engineWith({
      adapters: { 'policy-cache.write': async () => ({ kind: 'failed', why: 'no room' }) },
      onFault: (message) => told.push(message),
    });
    for (const _ of [1, 2])
      expect((await deliver(engine)).results[0]).toMatchObject({ authentication: 'pkix' });
    expect(told).toEqual(['an MTA-STS policy is not kept: no room']);
    await engine.close();
  });

  it('counts for TLS reports, whatever else its owner wants to know of attempts', async () => {
    const told: string[] = [];
    const engine = engineWith({
      tlsReports: {
        store: {
          add: async ({ domain }) => {
            told.push(`tally of ${domain}`);
            return 'added';
          },
        },
      },
      onAttempt: async ({ recipients }) => void told.push(recipients[0]!.outcome),
    });
    await deliver(engine);
    expect(told).toEqual(['tally of a.example', 'delivered']);
    await engine.close();
  });
});
