import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { fileIn, inTurn, makeFolder, removeFolder, waxseal } from './command.fixture.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));
const SCENARIO = fileURLToPath(new URL('../../examples/renewed-certificate.json', import.meta.url));

describe('waxseal internet', () => {
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  it('says which options lead into it, is there for other commands, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'internet', SCENARIO]);
    children.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(line).toMatch(
      /^ready internet --resolver 127[.\d]+:\d+ --ca \S+ --port \d+ --https-port \d+ --allow-loopback$/,
    );
    const [, , ...options] = line.split(' ');
    const ca = options[options.indexOf('--ca') + 1]!;
    expect(statSync(dirname(ca)).mode & 0o077).toBe(0);
    const explained = await waxseal(['explain', 'a.example', ...options]);
    expect(explained).toMatchObject({ exit: 75, stdout: expect.stringContaining('PEER-6') });
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    expect(existsSync(dirname(ca))).toBe(false);
  });

  it('takes a world without messages, and tells programs where it is', async () => {
    const folder = await makeFolder();
    const world = {
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
      mail: { 'mx.a.test': {} },
    };
    const path = await fileIn(folder, 'world.json', JSON.stringify({ world }));
    const child = spawn(process.execPath, [LAUNCHER, 'internet', path, '--json']);
    children.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { resolver, ca, port, httpsPort } = JSON.parse(line);
    const into = [
      '--resolver',
      `${resolver.address}:${resolver.port}`,
      '--ca',
      ca,
      '--port',
      `${port}`,
      '--https-port',
      `${httpsPort}`,
    ];
    const explained = await inTurn(['explain', 'a.test', ...into, '--allow-loopback']);
    expect(explained).toMatchObject({ exit: 0, stdout: expect.stringContaining('would be delivered') });
    // The same options do for who looks at less.
    expect(await inTurn(['tlsa', 'mx.a.test', ...into, '--allow-loopback'])).toMatchObject({ exit: 0 });
    expect(await inTurn(['sts', 'get', 'a.test', ...into, '--allow-loopback'])).toMatchObject({ exit: 0 });
    child.kill('SIGTERM');
    await Promise.all([once(child, 'close'), removeFolder(folder)]);
  });

  it('reads its world again when told to, and stays as it was where that is none', async () => {
    const folder = await makeFolder();
    const worldOf = (host: object) => ({
      world: {
        dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
        mail: { 'mx.a.test': host },
      },
    });
    const path = await fileIn(folder, 'world.json', JSON.stringify(worldOf({})));
    const child = spawn(process.execPath, [LAUNCHER, 'internet', path]);
    children.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const says = createInterface(child.stderr);
    const explain = () => inTurn(['explain', 'a.test', ...line.split(' ').slice(2)]);
    const readAgain = async (text: string) => {
      await writeFile(path, text);
      const said = once(says, 'line');
      child.kill('SIGHUP');
      return String((await said)[0]);
    };
    expect(await explain()).toMatchObject({ exit: 0 });
    expect(await readAgain(JSON.stringify(worldOf({ connect: 'refuse' })))).toContain('were read again');
    expect(await explain()).toMatchObject({ exit: 75 });
    expect(await readAgain('{')).toMatch(/stay as they were: .*world\.json/);
    expect(await explain()).toMatchObject({ exit: 75 });
    expect(await readAgain(JSON.stringify(worldOf({})))).toContain('were read again');
    expect(await explain()).toMatchObject({ exit: 0 });
    child.kill('SIGTERM');
    await Promise.all([once(child, 'close'), removeFolder(folder)]);
  });

  it.each([
    [[], 64],
    [[SCENARIO, SCENARIO], 64],
    [[SCENARIO, '--resolver-port', '0'], 64],
    [[SCENARIO, '--port', '9', '--https-port', '9'], 64],
    [[LAUNCHER], 65],
    [['nowhere.json'], 66],
  ] as const)('%j ends with %d', async (args, exit) => {
    expect(await waxseal(['internet', ...args])).toMatchObject({ exit, stdout: '' });
  });
});
