/* What serves hosts over a PostgreSQL that several processes share, and that goes away and comes back. */

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { postgresStores } from '../src/adapters/postgres/index.js';
import { MESSAGE, makeFolder, optionsFor, removeFolder, waxseal } from '../src/cli/command.fixture.js';
import { type ListeningProcess, startLmtp, startPolicyMap } from '../src/cli/listening-process.fixture.js';
import type { ListenAddress } from '../src/hosts/listen-address.js';
import { LmtpClient } from '../src/hosts/lmtp/lmtp-client.fixture.js';
import { enginePerConfig } from '../src/hosts/plugin-config.js';
import { SocketmapClient } from '../src/hosts/postfix/socketmap-client.fixture.js';
import { type Internet, startInternet, type World } from '../src/testing/index.js';
import { type PostgresServer, startPostgres } from './postgres.js';

/** A test ends when what it waits for is there; how long a busy machine takes for that is no affair of it. */
const IN_TIME = { timeout: 300_000, interval: 200 };
const DOMAINS = ['a.test', 'b.test', 'c.test'] as const;
const SECURE = (domain: string) => `OK secure match=mx.${domain} servername=hostname`;

let server: PostgresServer;
let internet: Internet;
let folder: string;
let options: readonly string[];
let databases = 0;
let database: readonly string[];

beforeAll(async () => {
  server = await startPostgres();
  folder = await makeFolder();
  internet = await startInternet(worldOf((domain) => ({ body: enforcedBy(domain) })));
  options = await optionsFor(internet, folder);
});
beforeEach(async () => {
  database = ['--database', await server.createDatabase(`hosts_${++databases}`)];
});
afterAll(async () => {
  await internet?.close();
  await removeFolder(folder);
  await server?.stop();
});

/** Every domain says that it has a policy, save for plain.test. */
function worldOf(policyOf: (domain: string) => NonNullable<World['policy']>[string]): World {
  return {
    dns: {
      ...Object.fromEntries(
        DOMAINS.flatMap((domain) => [
          [`MX ${domain}`, [`10 mx.${domain}`]],
          [`A mx.${domain}`, [`@mx.${domain}`]],
          [`TXT _mta-sts.${domain}`, ['v=STSv1; id=1;']],
          [`A mta-sts.${domain}`, [`@mta-sts.${domain}`]],
        ]),
      ),
      ...{ 'MX plain.test': ['10 mx.a.test'], 'MX later.test': { fails: 'servfail' } },
    },
    mail: Object.fromEntries(DOMAINS.map((domain) => [`mx.${domain}`, {}])),
    policy: Object.fromEntries(DOMAINS.map((domain) => [`mta-sts.${domain}`, policyOf(domain)])),
  };
}

function enforcedBy(domain: string): string {
  return `version: STSv1\nmode: enforce\nmx: mx.${domain}\nmax_age: 86400\n`;
}

describe('waxseal postfix policy-map over PostgreSQL', () => {
  const maps: ListeningProcess[] = [];
  const start = async (...args: readonly string[]) => {
    const map = await startPolicyMap([...args, '--log', 'json']);
    maps.push(map);
    return map;
  };
  afterAll(() => {
    for (const { child } of maps) child.kill('SIGKILL');
  });

  it('keeps what one of several processes has learned, for a map elsewhere that cannot learn it', async () => {
    const map = await start(...database, '--processes', '2', ...options);
    expect(await Promise.all(DOMAINS.map((domain) => askAnew(map.address, domain)))).toEqual(
      DOMAINS.map(SECURE),
    );
    const folderElsewhere = await makeFolder();
    const elsewhere = await startInternet(worldOf(() => ({ status: 500 })));
    try {
      const there = await optionsFor(elsewhere, folderElsewhere);
      const [told, without] = [await start(...database, ...there), await start(...there)];
      expect(await askAnew(told.address, 'a.test')).toBe(SECURE('a.test'));
      expect(await askAnew(without.address, 'a.test')).toBe('NOTFOUND ');
    } finally {
      await elsewhere.close();
      await removeFolder(folderElsewhere);
    }
    for (const each of maps) expect(await each.end('SIGTERM')).toMatchObject({ exit: 0 });
  });

  it('says TEMP of what only the store could tell while it is away, never less, and recovers by itself', async () => {
    const map = await start(...database, '--processes', '3', ...options);
    const askAll = (times: number, ...keys: readonly string[]) =>
      Promise.all(keys.flatMap((key) => Array.from({ length: times }, () => askAnew(map.address, key))));
    expect(await askAnew(map.address, 'a.test')).toBe(SECURE('a.test'));
    await whileAway(async () => {
      // What the world tells as well is no affair of the store.
      expect(new Set(await askAll(4, 'a.test', 'b.test'))).toEqual(
        new Set([SECURE('a.test'), SECURE('b.test')]),
      );
      for (const reply of await askAll(4, 'plain.test')) expect(reply).toMatch(/^TEMP .*\(STS-\d+\)/);
    });
    await vi.waitFor(
      async () =>
        expect(new Set(await askAll(6, 'c.test', 'plain.test'))).toEqual(
          new Set([SECURE('c.test'), 'NOTFOUND ']),
        ),
      IN_TIME,
    );
    const { exit, said } = await map.end('SIGTERM');
    expect(exit).toBe(0);
    expect(said).toContain('kept MTA-STS policies cannot be read, and mail that depends on them waits');
    expect(said).not.toContain('is started again');
  });
});

/** The server is gone for the time of that work, whatever comes of it. */
async function whileAway(work: () => Promise<void>): Promise<void> {
  await server.fail();
  await work().finally(() => server.begin());
}

/** Over a connection of its own, so that any of several processes may answer. */
async function askAnew(address: ListenAddress, key: string): Promise<string> {
  const client = await SocketmapClient.open(address);
  try {
    return await client.ask(key);
  } finally {
    client.close();
  }
}

describe('waxseal lmtp over PostgreSQL', () => {
  const hand = async ({ address }: ListeningProcess, ...to: readonly string[]) => {
    const client = await LmtpClient.open(address);
    await client.say('LHLO host.test');
    const answers = await client.hand(to);
    client.close();
    return answers;
  };
  const receivedBy = (recipient: string) =>
    internet.received('mx.a.test').filter(({ recipients }) => recipients.includes(recipient));

  it('remembers what it has delivered, for another process that asks the same database', async () => {
    const answers: string[] = [];
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const lmtp = await startLmtp([...database, ...options]);
      answers.push(...(await hand(lmtp, 'u@a.test')));
      await lmtp.end(signal);
    }
    expect(answers[0]).toMatch(/^250 2\.0\.0 mx\.a\.test /);
    expect(answers[1]).toBe(answers[0]);
    expect(receivedBy('u@a.test')).toHaveLength(1);
  });

  it('keeps notices that are due beside a queue of somebody else, for another process', async () => {
    const serving = [...database, '--notices', 'pm@waxseal.test', ...options];
    const first = await startLmtp(serving);
    const client = await LmtpClient.open(first.address);
    await client.say('LHLO host.test');
    await client.say('MAIL FROM:<s@later.test>');
    await client.say('RCPT TO:<told@a.test> NOTIFY=SUCCESS');
    await client.say('DATA');
    client.write('Subject: x\r\n\r\n.\r\n');
    expect(await client.hear()).toEqual([expect.stringMatching(/^250 /)]);
    client.close();
    await first.end('SIGKILL');
    const [queue, notices] = [{}, { schema: 'waxseal_notices' }].map((own) =>
      postgresStores({ url: database[1]!, ...own }),
    );
    const page = { after: null, messagesMax: 10, ended: 'no' } as const;
    expect(await queue!.queue.list(page)).toEqual([]);
    expect(await notices!.queue.list(page)).toMatchObject([{ from: '' }]);
    await Promise.all([queue!.close(), notices!.close()]);
    const second = await startLmtp(serving);
    expect(await hand(second, 'after@a.test')).toEqual([expect.stringMatching(/^250 /)]);
    expect(await second.end('SIGTERM')).toMatchObject({ exit: 0 });
  });

  it('has everybody wait while the store is away, and delivers once it is back', async () => {
    const lmtp = await startLmtp([...database, ...options]);
    expect(await hand(lmtp, 'first@a.test')).toEqual([expect.stringMatching(/^250 /)]);
    await whileAway(async () => {
      expect(await hand(lmtp, 'away@a.test', 'away@b.test')).toEqual(
        Array(2).fill(expect.stringMatching(/^451 4\.3\.0 /)),
      );
      expect(receivedBy('away@a.test')).toEqual([]);
    });
    await vi.waitFor(
      async () => expect(await hand(lmtp, 'away@a.test')).toEqual([expect.stringMatching(/^250 /)]),
      IN_TIME,
    );
    expect(receivedBy('away@a.test')).toHaveLength(1);
    expect(await lmtp.end('SIGTERM')).toMatchObject({ exit: 0 });
  });
});

describe('the engine of a plugin, over PostgreSQL', () => {
  it('keeps there what it learns, for a machine that cannot learn it', async () => {
    const elsewhere = await startInternet(worldOf(() => ({ status: 500 })));
    const outcomeIn = async (world: Internet, keeps: Readonly<Record<string, string>>) => {
      const ca = await world.writeCa(join(folder, 'plugin-ca.pem'));
      const { from, close } = enginePerConfig({
        ...{ resolver: `${world.resolver.address}:${world.resolver.port}`, ca, allow_loopback: true },
        ...{ port: world.port, https_port: world.httpsPort, ...keeps },
      });
      const { results } = await from({ localAddress: undefined, helo: undefined }).explain('a.test');
      await close();
      return results[0]!.authentication;
    };
    try {
      const shared = { database: database[1]! };
      expect(await outcomeIn(internet, shared)).toBe('pkix');
      expect(await outcomeIn(elsewhere, shared)).toBe('pkix');
      expect(await outcomeIn(elsewhere, {})).toBe('none');
    } finally {
      await elsewhere.close();
    }
  });
});

describe('commands about one thing, over PostgreSQL', () => {
  const json = async (...args: readonly string[]) => {
    const ended = await waxseal([...args, ...database, '--json'], { input: MESSAGE });
    expect(ended, ended.stderr).toMatchObject({ exit: 0 });
    return JSON.parse(ended.stdout) as Readonly<Record<string, unknown>>;
  };

  it('keep there what they learn and count, and find it there', async () => {
    expect(await json('deliver', '--from', 's@s.test', '--to', 'one@a.test', ...options)).toMatchObject({
      results: [{ outcome: 'delivered', authentication: 'pkix' }],
    });
    await json('explain', 'b.test', ...options);
    expect(await json('postfix', 'query', 'c.test', ...options)).toMatchObject({ answer: SECURE('c.test') });
    const kept = DOMAINS.map((domain) => expect.objectContaining({ domain }));
    expect(await json('sts', 'list')).toEqual({ policies: kept });
    expect(await json('sts', 'get', 'a.test', '--offline')).toMatchObject({ cached: { id: '1' } });
    expect(await json('sts', 'refresh', 'a.test', ...options)).toMatchObject({ leftOut: 0 });
    expect(await json('tlsrpt', 'show')).toMatchObject({
      tallies: [{ domain: 'a.test', lines: [{ policyType: 'sts', success: 1 }] }],
    });
    expect(await json('signals', 'u@a.test')).toMatchObject({
      recipients: [{ starttls: 'yes', mtaSts: 'yes' }],
    });
    expect(await json('sts', 'forget', 'a.test')).toMatchObject({ outcome: 'forgotten' });
    expect(await json('sts', 'list')).toEqual({ policies: kept.slice(1) });
  });
});
