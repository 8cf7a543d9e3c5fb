/*
 * What a machine that fails at any moment leaves of mail that was answered 250: everything, since all of it was synced before, in an
 * order that strace sees. To kill a process shows nothing of that, because what it wrote stays with the system.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListenAddress } from '../src/hosts/listen-address.js';
import { LmtpClient } from '../src/hosts/lmtp/lmtp-client.fixture.js';
import { findProgram } from './daemon.js';

const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const CALLS = 'fsync,fdatasync,rename,mkdir,write,writev,pwrite64,sendto,sendmsg';
const SMALL = 'Subject: small\r\n\r\nHello.\r\n';
const LARGE = `Subject: large\r\n\r\n${'A line that is one of very many.\r\n'.repeat(2_000)}`;

/** A call of the system that has ended well: its name, and its arguments with the paths of what is open. */
interface Call {
  readonly name: string;
  readonly said: string;
}

/** In the order in which they ended; one that another thread's stands in between of is put together. */
function callsIn(log: string): readonly Call[] {
  const begun = new Map<string, string>();
  return log.split('\n').flatMap((line) => {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(text)?.[1];
    if (unfinished !== undefined) {
      begun.set(thread, unfinished);
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const whole = resumed === undefined ? text : `${begun.get(thread) ?? ''}${resumed}`;
    const [, name, said] = /^(\w+)\((.*)\) += \d+/.exec(whole) ?? [];
    return name === undefined || said === undefined ? [] : [{ name, said }];
  });
}

describe('a machine that fails', () => {
  let folder: string;
  let child: ChildProcess;
  /** Of the daemon, which is not that of strace. */
  let pid = 0;
  let calls: readonly Call[];
  const ids: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waxseal-synced-'));
    const log = join(folder, 'strace');
    child = spawn(
      findProgram('strace', 'strace'),
      [
        ...['-f', '-y', '-s', '80', '-e', `trace=${CALLS}`, '-o', log],
        ...[process.execPath, LAUNCHER, 'serve', '--listen', '127.0.0.1:0', '--state', join(folder, 'state')],
        // Nobody is asked for where mail goes: it waits.
        ...['--helo', 'mail.s.test', '--resolver', '127.0.0.1:1'],
      ],
      // What goes by a ring is no call that could be seen.
      { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, UV_USE_IO_URING: '0' } },
    );
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    pid = Number.parseInt(await readFile(log, 'utf8'), 10);
    const client = await LmtpClient.open(parseListenAddress(line.replace('ready smtp ', ''))!);
    await client.say('EHLO client.test');
    for (const message of [SMALL, LARGE]) {
      const [told] = await client.hand(['u@a.test'], { message });
      ids.push(told!.split(' ').at(-1)!);
    }
    client.close();
    // strace hears no signal.
    process.kill(pid, 'SIGTERM');
    await once(child, 'close');
    calls = callsIn(await readFile(log, 'utf8'));
  });
  afterAll(async () => {
    if (child.exitCode === null && pid !== 0) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const indexOf = (what: RegExp, from = 0) => {
    const at = calls.findIndex(({ name, said }, index) => index >= from && what.test(`${name} ${said}`));
    expect(at, `${what}`).toBeGreaterThanOrEqual(from);
    return at;
  };
  const answered = (id: string) => indexOf(new RegExp(`^\\w+ .*250 2\\.6\\.0 queued as ${id}`));

  it('keeps a small message, whose rows and octets are synced before anybody is told (SMTP-4.5.4.1-1)', () => {
    const told = answered(ids[0]!);
    const written = calls.findLastIndex(
      ({ name, said }, at) => at < told && name === 'pwrite64' && said.includes('waxseal.sqlite-wal'),
    );
    expect(written).toBeGreaterThan(0);
    expect(indexOf(/^f(?:data)?sync .*waxseal\.sqlite-wal>/, written)).toBeLessThan(told);
  });

  it('keeps a large one: its octets, its place, the rows that name it, and only then is it told (SMTP-4.5.4.1-1)', () => {
    const id = ids[1]!;
    const octets = indexOf(new RegExp(`^f(?:data)?sync .*/bodies/new/${id}>`));
    const renamed = indexOf(new RegExp(`^rename .*/bodies/new/${id}", .*/bodies/\\w\\w/${id}"`), octets);
    const place = indexOf(/^fsync .*\/bodies\/\w\w>/, renamed);
    const rows = indexOf(/^f(?:data)?sync .*waxseal\.sqlite-wal>/, place);
    expect(rows).toBeLessThan(answered(id));
  });

  it('keeps the folders that it lies in', () => {
    const made = calls.flatMap(({ name, said }, at) => {
      const path = name === 'mkdir' ? /"(.*\/state\/.*)"/.exec(said)?.[1] : undefined;
      return path === undefined ? [] : [{ path, at }];
    });
    expect(made.map(({ path }) => path.replace(/.*\/state\//, '')).sort()).toEqual([
      ...['bodies', expect.stringMatching(/^bodies\/[0-9a-f]{2}$/), 'bodies/new'],
    ]);
    for (const { path, at } of made) {
      const above = path.replace(/\/[^/]*$/, '');
      expect(indexOf(new RegExp(`^fsync .*<${above}>`), at), path).toBeLessThan(answered(ids[1]!));
    }
  });
});
