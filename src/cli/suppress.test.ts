import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileIn, inTurn, makeFolder, removeFolder, waxseal } from './command.fixture.js';
import { helloTo, Served } from './serve.fixture.js';

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => removeFolder(folder));

it('nothing is taken for an address on the suppression list, until it is taken off', async () => {
  const state = ['--state', `${folder}/state`];
  const run = (...args: readonly string[]) => inTurn(['suppress', ...args, ...state]);
  expect(await run('add', '<Ann@A.test>', '--why', 'asked us to stop')).toMatchObject({
    exit: 0,
    stderr: '',
  });
  expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject({
    suppressions: [{ address: 'ann@a.test', why: 'asked us to stop' }],
  });
  const token = await fileIn(folder, 'token', 'a-token-of-some-length\n');
  const admin = ['--admin', '127.0.0.1:0', '--admin-token-file', token];
  const served = await Served.start(['--listen', '127.0.0.1:0', ...state, ...admin], 2);
  try {
    const { client } = await helloTo(served.address('smtp'));
    await client.say('MAIL FROM:<s@s.test>');
    expect((await client.say('RCPT TO:<ANN@a.test>'))[0]).toMatch(/^550 5\.7\.1 nothing is taken/);
    expect((await client.say('RCPT TO:<bob@a.test>'))[0]).toMatch(/^250 /);
    expect(await served.told(({ row }) => row === 'LINE-6')).toMatchObject({ stage: 'RCPT', code: 550 });
    const sent = await waxseal(['sendmail', ...state, '-f', 's@s.test', 'ann@a.test'], { input: 'x: y\n\n' });
    expect(sent).toMatchObject({ exit: 65, stderr: expect.stringContaining('suppression list') });
    expect(await run('remove', 'ann@a.test')).toMatchObject({ exit: 0 });
    expect((await client.say('RCPT TO:<ann@a.test>'))[0]).toMatch(/^250 /);
    client.close();
    const remote = [...['--admin', `${served.ready.get('admin')}`], ...['--admin-token-file', token]];
    const over = (...args: readonly string[]) => inTurn(['suppress', ...args, ...remote]);
    expect(await over('add', 'Eve@A.test', '--why', 'gone')).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse((await over('list', '--json')).stdout)).toMatchObject({
      suppressions: [{ address: 'eve@a.test', why: 'gone', at: expect.stringMatching(/^20\d\d-.*Z$/) }],
    });
    expect((await run('list')).stdout).toContain('eve@a.test');
    expect(await over('remove', 'eve@a.test')).toMatchObject({ exit: 0 });
    expect(await over('remove', 'eve@a.test')).toMatchObject({ exit: 66 });
    expect(JSON.parse((await over('list', '--json')).stdout)).toEqual({ suppressions: [] });
  } finally {
    await served.end();
  }
  expect(await run('remove', 'ann@a.test')).toMatchObject({ exit: 66 });
  expect(await run('add', 'ann@a.test')).toMatchObject({
    exit: 64,
    stderr: expect.stringContaining('--why'),
  });
  expect(await run('add', 'nobody', '--why', 'x')).toMatchObject({ exit: 64 });
});
