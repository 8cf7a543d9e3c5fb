/*
 * `waxseal lmtp` on a disk that is full, and with a folder for large messages that nobody can write to: a file system of its own, which
 * goes with the process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldArguments } from '../src/cli/world-arguments.js';
import { type ListenAddress, parseListenAddress } from '../src/hosts/listen-address.js';
import { LmtpClient } from '../src/hosts/lmtp/lmtp-client.fixture.js';
import { type Internet, startInternet } from '../src/testing/index.js';

const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const LARGE = `Subject: large\r\n\r\n${'A line that is repeated until it fits no memory.\r\n'.repeat(8_000)}`;

describe('waxseal lmtp where there is no room', () => {
  let internet: Internet;
  let folder: string;
  let disk: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    internet = await startInternet({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
      mail: { 'mx.a.test': {} },
    });
    folder = await mkdtemp(join(tmpdir(), 'waxseal-full-disk-'));
    disk = join(folder, 'disk');
    await mkdir(disk);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await internet.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** With a file system at `disk`, mounted so, that only this process sees. */
  async function serve(mounted: string, state: string) {
    const ca = await internet.writeCa(join(folder, 'ca.pem'));
    const own = ['--listen', '127.0.0.1:0', '--state', state, '--journals', join(state, 'journals')];
    const command = [process.execPath, LAUNCHER, 'lmtp', ...own, ...worldArguments(internet, ca)];
    const steps = `mount -t tmpfs -o ${mounted} tmpfs "$1" && shift && exec "$@"`;
    const child = spawn('unshare', ['-m', 'sh', '-c', steps, 'sh', disk, ...command], {
      env: { ...process.env, TMPDIR: disk },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, address: parseListenAddress(line.replace('ready lmtp ', ''))! };
  }

  async function hand(address: ListenAddress, to: string, message = `Subject: ${to}\r\n\r\nHello.\r\n`) {
    const client = await LmtpClient.open(address);
    await client.say('LHLO host.test');
    const [answer] = await client.hand([`${to}@a.test`], { message });
    client.close();
    return answer!.slice(0, 9);
  }

  async function end(child: ChildProcess): Promise<unknown> {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    return (await closed)[0];
  }

  const taken = () => internet.received('mx.a.test').map(({ recipients }) => recipients[0]);

  it('makes mail wait on a full disk, loses and doubles none, and goes on when there is room', async () => {
    const { child, address } = await serve('size=3m', join(disk, 'state'));
    expect(await hand(address, 'before')).toBe('250 2.0.0');
    const fill = join(`/proc/${child.pid}/root`, disk, 'fill');
    await fillUp(fill);
    // What the disk is like shows with the first note; that message was delivered by then.
    expect(await hand(address, 'first')).toBe('250 2.0.0');
    expect(await hand(address, 'second')).toBe('451 4.3.0');
    expect(await hand(address, 'large', LARGE)).toBe('451 4.3.1');
    await rm(fill);
    for (const [to, message] of [['second'], ['large', LARGE]] as const) {
      expect(await hand(address, to, message)).toBe('250 2.0.0');
      // Whoever missed the answer is told again.
      expect(await hand(address, to, message)).toBe('250 2.0.0');
    }
    expect(taken()).toEqual(['before', 'first', 'second', 'large'].map((name) => `${name}@a.test`));
    expect(await end(child)).toBe(0);
  });

  it('makes large messages wait where they cannot be kept, and delivers the others', async () => {
    const before = taken().length;
    const { child, address } = await serve('ro', join(folder, 'state'));
    expect(await hand(address, 'large-too', LARGE)).toBe('451 4.3.1');
    expect(await hand(address, 'small')).toBe('250 2.0.0');
    expect(taken().slice(before)).toEqual(['small@a.test']);
    expect(await end(child)).toBe(0);
  });
});

async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'w');
  const octets = Buffer.alloc(4096);
  try {
    for (;;) await file.write(octets);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  } finally {
    await file.close();
  }
}
