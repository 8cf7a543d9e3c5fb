import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settlementOf } from '../../spec/contracts/queue.fixture.js';
import { sqliteStores } from '../adapters/sqlite/index.js';
import type { MessageHistory, MessageView } from '../services/queue/index.js';
import { fileIn, inTurn, makeFolder, removeFolder, waxseal } from './command.fixture.js';
import { openQueueState } from './queue-state.js';

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => removeFolder(folder));

let states = 0;
/** A folder that was just made. */
const newState = () => {
  const path = `${folder}/state${++states}`;
  mkdirSync(path, { mode: 0o700 });
  return ['--state', path];
};

async function messagesOf(args: readonly string[]): Promise<readonly MessageHistory[]> {
  const ended = await inTurn(['queue', ...args, '--json']);
  expect(ended.stderr).toBe('');
  return (JSON.parse(ended.stdout) as { messages: readonly MessageHistory[] }).messages;
}

/** Hands a message in, and answers it as the queue shows it. */
async function handIn(
  state: readonly string[],
  args: readonly string[],
  input = 'Subject: x\n\nHello.\n',
): Promise<MessageView> {
  const before = new Set((await messagesOf(['list', ...state])).map(({ id }) => id));
  expect(await waxseal(['sendmail', ...state, ...args], { input })).toEqual({
    ...{ exit: 0, stdout: '', stderr: '' },
  });
  return (await messagesOf(['list', ...state])).find(({ id }) => !before.has(id))!;
}

async function octetsOf([, state = '']: readonly string[], id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  const { bodies, close } = await openQueueState({ state });
  for await (const chunk of bodies.read(id)()) chunks.push(chunk);
  await close();
  return Buffer.concat(chunks).toString();
}

describe('waxseal sendmail', () => {
  it('says which -O it does not know, takes the message all the same, and no -O requiretls without a word', async () => {
    const state = newState();
    const input = 'Subject: x\n\nHello.\n';
    const hand = (option: string) =>
      waxseal(['sendmail', ...state, '-f', 's@s.test', '-O', option, 'a@a.test'], { input });
    expect(await hand('requiretl=yes')).toEqual({
      ...{ exit: 0, stdout: '' },
      stderr: 'waxseal sendmail: -O requiretl=yes changes nothing here; there is: requiretls, tlsrequired\n',
    });
    for (const option of ['requiretls', 'requiretls=', 'RequireTLS=perhaps'])
      expect(await hand(option)).toMatchObject({
        exit: 64,
        stderr: expect.stringContaining('neither yes nor no'),
      });
    expect((await messagesOf(['list', ...state])).map(({ tls }) => tls)).toEqual(['ordinary']);
  });

  it('keeps a message as it is handed in, with what it lacks, and says nothing', async () => {
    const state = newState();
    const message = await handIn(state, ['-f', 's@s.test', 'a@a.test', '<b@b.test>']);
    expect(message).toEqual({
      id: expect.stringMatching(/^[a-z0-9]+-[0-9a-f]+$/),
      from: 's@s.test',
      queuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      sizeBytes: (await octetsOf(state, message.id)).length,
      ...{ tls: 'ordinary', held: false, transport: null },
      recipients: ['a@a.test', 'b@b.test'].map((recipient) => ({
        ...{ recipient, state: 'waiting', attempts: 0, status: null, reply: null, mx: null },
        ...{ nextAttemptAt: message.queuedAt, waitsFor: null, authentication: 'none', because: null },
      })),
    });
    expect(await octetsOf(state, message.id)).toMatch(
      /^Date: .*\r\nFrom: <s@s\.test>\r\nMessage-ID: <.*>\r\nSubject: x\r\n\r\nHello\.\r\n$/,
    );
  });

  it('takes recipients out of the header, Bcc never to be seen again (RTLS-4.1-1)', async () => {
    const state = newState();
    const input =
      'From: "A, B" <s@s.test>\nTo: Group: one@a.test, two@b.test;\nBcc: three@c.test,\n four@d.test\n\n.\nmore\n';
    const message = await handIn(
      state,
      ['-oi', '-ti', '-fs@s.test', '-O', 'RequireTLS=yes', 'five@e.test'],
      input,
    );
    expect(message.recipients.map(({ recipient }) => recipient)).toEqual(
      ['five@e.test', 'one@a.test', 'two@b.test', 'three@c.test', 'four@d.test'].sort((a, b) =>
        a === 'five@e.test' ? -1 : b === 'five@e.test' ? 1 : 0,
      ),
    );
    expect(message.tls).toBe('required');
    const octets = await octetsOf(state, message.id);
    expect(octets).toContain('\r\n\r\n.\r\nmore\r\n');
    expect(octets).not.toMatch(/^bcc|three@|four@/im);
  });

  it('ends at a single dot unless told otherwise, and reads TLS-Required (RTLS-4.1-2)', async () => {
    const state = newState();
    const input = 'From s@s.test Mon Jan  1 00:00:00 2026\nTLS-Required: No\n\none\n.\ntwo\n';
    const message = await handIn(state, ['-f<>', '-N', 'never', 'a@a.test'], input);
    expect(message).toMatchObject({ from: '', tls: 'optional' });
    expect(await octetsOf(state, message.id)).toMatch(/\r\n\r\none\r\n$/);
  });

  it.concurrent.each([
    [['-f', 's@s.test'], 65, 'there is no recipient'],
    [['-f', 's@s.test', 'nobody'], 65, 'is not a mail address'],
    [['-z', 'a@a.test'], 64, 'there is no option -z'],
    [['-bp'], 64, '-bp'],
    [['-N', 'sometimes', 'a@a.test'], 64, '-N sometimes'],
    [['-f'], 64, '-f needs a value'],
    [['--stat', 'x'], 64, 'there is no option --stat'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await waxseal(['sendmail', '--state', `${folder}/none`, ...args], { input: 'x: y\n\n' });
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
  });

  it('says where a queue may be named that nobody names', async () => {
    const config = await fileIn(folder, 'without-state.yaml', '{}\n');
    expect(
      await waxseal(['sendmail', '--config', config, '-f', 's@s.test', 'a@a.test'], { input: 'x: y\n\n' }),
    ).toMatchObject({
      ...{
        exit: 64,
        stderr: expect.stringMatching(/--state, --database or --admin, or "state" in the config/),
      },
    });
  });
});

describe('waxseal queue', () => {
  it('holds, releases, kicks, and says who did it', async () => {
    const state = newState();
    const { id } = await handIn(state, ['-f', 's@s.test', 'a@a.test']);
    expect(await messagesOf(['hold', id, ...state])).toMatchObject([{ id, held: true, order: 'change' }]);
    expect(await messagesOf(['hold', id, ...state])).toMatchObject([{ held: true, order: 'nothing-to-do' }]);
    expect(await messagesOf(['kick', id, ...state])).toMatchObject([{ held: true, order: 'nothing-to-do' }]);
    expect(await messagesOf(['release', id, ...state])).toMatchObject([{ held: false, order: 'change' }]);
    const [shown] = await messagesOf(['show', id, ...state]);
    expect(shown!.orders.map(({ order, actor }) => [order, actor.length > 0])).toEqual([
      ['hold', true],
      ['release', true],
    ]);
  });

  it('changes what is asked of TLS only for a reason, which stays (RTLS-4.1-1)', async () => {
    const state = newState();
    const { id } = await handIn(state, ['-f', 's@s.test', '-O', 'requiretls=yes', 'a@a.test']);
    const bare = await inTurn(['queue', 'set-tls', id, 'optional', ...state]);
    expect(bare).toMatchObject({ exit: 64, stderr: expect.stringContaining('--why') });
    const why = 'the partner asked for it by telephone';
    await messagesOf(['set-tls', id, 'ordinary', '--why', why, ...state]);
    await messagesOf(['set-transport', id, 'smarthost', ...state]);
    const [shown] = await messagesOf(['show', id, ...state]);
    expect(shown).toMatchObject({ tls: 'ordinary', transport: 'smarthost' });
    expect(shown!.orders).toMatchObject([
      { order: 'set-tls', tls: 'ordinary', why },
      { order: 'set-transport', transport: 'smarthost' },
    ]);
    expect((await inTurn(['queue', 'show', id, ...state])).stdout).toContain(`because: ${why}`);
    expect(await messagesOf(['set-transport', id, '-', ...state])).toMatchObject([{ transport: null }]);
  });

  it('lists by domain, and tells messages from what is none', async () => {
    const state = newState();
    const one = await handIn(state, ['-f', 's@s.test', 'a@a.test']);
    await handIn(state, ['-f', 's@s.test', 'b@b.test']);
    expect((await messagesOf(['list', ...state])).length).toBe(2);
    expect((await messagesOf(['list', '--domain', 'A.test', ...state])).map(({ id }) => id)).toEqual([
      one.id,
    ]);
    expect((await inTurn(['queue', 'list', ...state])).stdout).toContain(`${one.id}  s@s.test`);
    const ended = await inTurn(['queue', 'hold', one.id, 'none-1', ...state, '--json']);
    expect(ended).toMatchObject({ exit: 66, stderr: expect.stringContaining('no message "none-1"') });
    expect(JSON.parse(ended.stdout)).toMatchObject({ messages: [{ id: one.id, held: true }] });
  });

  it('kicks all that wait for a domain, and says so of what is held', async () => {
    const state = newState();
    const one = await handIn(state, ['-f', 's@s.test', 'a@a.test']);
    const held = await handIn(state, ['-f', 's@s.test', 'a@a.test', 'b@b.test']);
    await handIn(state, ['-f', 's@s.test', 'b@b.test']);
    await messagesOf(['hold', held.id, ...state]);
    const kicked = await inTurn(['queue', 'kick', '--domain', 'A.test', ...state]);
    expect(kicked.stdout).toBe(
      `${one.id}  kick for a.test: done\n${held.id}  kick for a.test: nothing to do: it is held; release it\n`,
    );
    expect((await messagesOf(['kick', '--domain', 'b.test', ...state])).length).toBe(2);
    expect(await inTurn(['queue', 'kick', '--domain', 'c.test', ...state])).toMatchObject({
      ...{ exit: 0, stdout: 'nothing waits for c.test; --ended shows what has ended, too\n' },
    });
    for (const wrong of [[one.id, '--domain', 'a.test'], ['--domain', 'a..test'], []])
      expect(await inTurn(['queue', 'kick', ...wrong, ...state])).toMatchObject({ exit: 64, stdout: '' });
  });

  it('shows of what was never tried that its way is closed', async () => {
    const [flag, directory] = newState();
    const sent = [];
    for (let at = 0; at < 4; at++)
      sent.push(await handIn([flag!, directory!], ['-f', 's@s.test', 'a@a.test']));
    const { queue, close } = sqliteStores({ directory: directory! });
    const now = Date.now();
    for (let at = 0; at < 3; at++) {
      const plan = { node: 'n', now, deliveriesMax: 1, perLaneMax: 1, dueAgainAt: now };
      const [claimed] = await queue.claim(plan);
      await queue.settle([settlementOf(claimed!, { nextAt: now + 1 }, { lane: 'unreachable' })], now);
    }
    await close();
    const [last] = await messagesOf(['show', sent.at(-1)!.id, flag!, directory!]);
    expect(last!.recipients).toMatchObject([{ attempts: 0, waitsFor: 'way' }]);
    const { stdout } = await inTurn(['queue', 'show', sent.at(-1)!.id, flag!, directory!]);
    expect(stdout).toContain('Its way is closed until then');
  });

  it('drops in silence and fails aloud once somebody takes the message up', async () => {
    const [flag, directory] = newState();
    const state = [flag!, directory!];
    const { id } = await handIn(state, ['-f', 's@s.test', 'a@a.test']);
    expect(await messagesOf(['fail', id, '--text', 'not today', ...state])).toMatchObject([
      { id, order: 'next-turn' },
    ]);
    const stores = sqliteStores({ directory: directory! });
    const [claimed] = await stores.queue.claim({
      ...{ node: 'n', now: Date.now(), deliveriesMax: 1, perLaneMax: 1, dueAgainAt: Date.now() },
    });
    await stores.close();
    expect(claimed!.delivery.order).toEqual({ kind: 'fail', text: 'not today' });
  });

  it.concurrent.each([
    [['queue'], 64, 'list, show, hold, release, kick, fail, drop, set-tls, set-transport'],
    [['queue', 'list'], 64, '--state, --database or --admin is missing'],
    [['queue', 'hold', '--state', '@'], 64, 'the id of a message is missing'],
    [['queue', 'show', 'x', '--state', '@'], 66, 'there is no message "x"'],
    [['queue', 'set-tls', 'x', 'never', '--state', '@'], 64, 'required, ordinary and optional'],
    [['queue', 'list', '--state', '/proc/none'], 66, 'nothing is kept there'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    mkdirSync(`${folder}/empty`, { recursive: true, mode: 0o700 });
    const ended = await inTurn(args.map((arg) => (arg === '@' ? `${folder}/empty` : arg)));
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
  });
});
