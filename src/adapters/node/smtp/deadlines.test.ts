/*
 * Each reply has a clock of its own (RFC 5321, Section 4.5.3.2). Timers are put forward by hand, sockets are real: nothing
 * here depends on how fast the machine is.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AskOf } from '../../../effects/catalog.js';
import { DEFAULT_SETTINGS } from '../../../policy/settings.js';
import { nodeSmtp } from './index.js';
import { ReplyReader } from './reply-reader.js';

const { deadlines } = DEFAULT_SETTINGS;
const MINUTE_MS = 60_000;
const never = new AbortController().signal;
const closers: (() => void)[] = [];
/** Clocks that were started and waited for. */
let seen = 0;
/** Ends whatever a test that failed still waits for. */
let isOver = false;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(globalThis, 'setTimeout');
  seen = 0;
  isOver = false;
});
afterEach(() => {
  isOver = true;
  for (const close of closers.splice(0)) close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What a server says, and how long the client may have waited for it. */
const STAGES = [
  { hears: '', says: '220 hi', waitsMs: 5 * MINUTE_MS },
  { hears: 'EHLO me.example', says: '250 mx', waitsMs: 5 * MINUTE_MS },
  { hears: 'MAIL FROM:<s@y.example>', says: '250 ok', waitsMs: 5 * MINUTE_MS },
  { hears: 'RCPT TO:<a@x.example>', says: '250 ok', waitsMs: 5 * MINUTE_MS },
  { hears: 'RCPT TO:<b@x.example>', says: '250 ok', waitsMs: 5 * MINUTE_MS },
  { hears: 'DATA', says: '354 go', waitsMs: 2 * MINUTE_MS },
  { hears: '.', says: '250 taken', waitsMs: 10 * MINUTE_MS },
] as const;

describe.each(['yes', 'no'] as const)('a dialogue, pipelining: %s', (pipelining) => {
  it('takes as long as its replies together, each within its own time (SMTP-4.5.3.2-1, SMTP-4.5.3.2-2)', async () => {
    const { server, ended } = await converse(pipelining);
    for (const stage of STAGES) {
      await server.hears(stage.hears);
      await clockOf(stage.waitsMs);
      vi.advanceTimersByTime(stage.waitsMs - 1);
      server.says(`${stage.says}\r\n`);
    }
    expect(await ended).toMatchObject({ end: { code: 250 }, lost: null });
  });

  it.each(STAGES.map((stage, at) => [stage.hears || 'the greeting', at] as const))(
    'is lost when the answer to %s does not come in time (SMTP-4.5.3.2-1)',
    async (_, silentAt) => {
      const { server, ended } = await converse(pipelining);
      await answer(server, STAGES.slice(0, silentAt));
      await server.hears(STAGES[silentAt]!.hears);
      await clockOf(STAGES[silentAt]!.waitsMs);
      vi.advanceTimersByTime(STAGES[silentAt]!.waitsMs);
      expect(await ended).toMatchObject(silentAt < 2 ? { cause: 'timeout' } : { end: null, lost: 'timeout' });
    },
  );
});

describe('a reply', () => {
  it('that has begun is given as long again, and no more', async () => {
    const { server, ended } = await converse('no');
    await clockOf(5 * MINUTE_MS);
    vi.advanceTimersByTime(4 * MINUTE_MS);
    const reader = vi.spyOn(ReplyReader.prototype, 'push');
    server.says('220-one\r\n');
    await until(() => reader.mock.calls.length === 1);
    vi.advanceTimersByTime(4 * MINUTE_MS);
    server.says('220-two\r\n');
    await until(() => reader.mock.calls.length === 2);
    vi.advanceTimersByTime(2 * MINUTE_MS - 1);
    expect(await Promise.race([ended, turn()])).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(await ended).toEqual({
      kind: 'lost',
      cause: 'timeout',
      said: '220-one 220-two',
      address: '127.0.0.1',
    });
  });
});

describe('the message', () => {
  /** More than the system holds for a receiver that does not read. */
  const BLOCKS = 400;

  it('may take any time, as long as block after block goes out (SMTP-4.5.3.2-1)', async () => {
    const { server, ended } = await converse('no', async function* () {
      for (let block = 0; block < 4; block++) {
        await turn();
        vi.advanceTimersByTime(3 * MINUTE_MS - 1);
        yield Buffer.alloc(70_000, 'x\r\n');
      }
    });
    await answer(server, STAGES.slice(0, -1));
    await server.hears('.');
    server.says('250 taken\r\n');
    expect(await ended).toMatchObject({ end: { code: 250 }, lost: null });
  });

  it('is given up when no block goes out in time, and never ended (SMTP-4.5.3.2-1)', async () => {
    const { server, ended } = await converse('no', () =>
      Array.from({ length: BLOCKS }, () => Buffer.alloc(65_536, 'x')),
    );
    await answer(server, STAGES.slice(0, -2));
    await server.hears('DATA');
    server.stopsReading();
    server.says('354 go\r\n');
    let isLost = false;
    ended.then(() => {
      isLost = true;
    });
    while (!isLost && !isOver) {
      await turn();
      vi.advanceTimersByTime(3 * MINUTE_MS);
    }
    expect(await ended).toMatchObject({ data: { code: 354 }, end: null, lost: 'timeout' });
    expect(server.lines).not.toContain('.');
  });
});

interface Server {
  readonly lines: readonly string[];
  hears(line: string): Promise<void>;
  says(octets: string): void;
  stopsReading(): void;
}

async function answer(server: Server, stages: readonly (typeof STAGES)[number][]): Promise<void> {
  for (const stage of stages) {
    await server.hears(stage.hears);
    await clockOf(stage.waitsMs);
    server.says(`${stage.says}\r\n`);
  }
}

/** A whole dialogue with a server that does as it is told, begun. */
async function converse(
  pipelining: 'yes' | 'no',
  message: Parameters<ReturnType<ReturnType<typeof nodeSmtp>>['send']>[1] = () => [Buffer.from('Hello.\r\n')],
): Promise<{ server: Server; ended: Promise<object> }> {
  const lines: string[] = [];
  const accepted: Socket[] = [];
  const listener = createServer((socket) => {
    let rest = '';
    socket.on('error', () => undefined);
    socket.on('data', (octets) => {
      const parts = (rest + octets.toString('latin1')).split('\r\n');
      rest = parts.pop()!;
      for (const part of parts) lines.push(part);
    });
    accepted.push(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const client = nodeSmtp()();
  const ended = talk(client, (listener.address() as AddressInfo).port, pipelining, message);
  await until(() => accepted.length > 0);
  const socket = accepted[0]!;
  closers.push(() => {
    client.destroy();
    socket.destroy();
    listener.close();
  });
  const server: Server = {
    lines,
    says: (octets) => socket.write(octets),
    stopsReading: () => socket.pause(),
    async hears(line) {
      await until(() => line === '' || lines.includes(line));
    },
  };
  return { server, ended };
}

async function talk(
  client: ReturnType<ReturnType<typeof nodeSmtp>>,
  port: number,
  pipelining: 'yes' | 'no',
  message: Parameters<typeof client.send>[1],
): Promise<object> {
  const { connectMs, greetingMs, commandMs } = deadlines;
  const at = { session: 1, address: '127.0.0.1', port, alternate: null };
  const greeted = await client.connect({ ...at, deadlineMs: connectMs, greetingMs }, never);
  if (greeted.kind !== 'greeted') return greeted;
  const hello = { session: 1, deadlineMs: commandMs, verb: 'EHLO', name: 'me.example' } as const;
  const greetedBack = await client.hello(hello, never);
  if (greetedBack.kind === 'lost') return greetedBack;
  const ask: AskOf<'smtp.send'> = {
    session: 1,
    deadlines,
    sender: 's@y.example',
    parameters: [],
    recipients: ['a@x.example', 'b@x.example'],
    pipelining,
  };
  return client.send(ask, message, never);
}

/** Until the client has started a clock of that time, behind all that were waited for. */
async function clockOf(deadlineMs: number): Promise<void> {
  const { calls } = vi.mocked(setTimeout).mock;
  await until(() => calls.length > seen && calls.at(-1)![1] === deadlineMs);
  seen = calls.length;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo() && !isOver) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
