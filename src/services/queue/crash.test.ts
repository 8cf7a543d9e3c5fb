/* What was accepted is there, whatever ended the process that accepted it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openQueue, textOf } from './accepting.fixture.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-crash-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Starts a process that accepts, kills it in the midst of things, and answers what it said is safe: numbers by ids. */
async function acceptUntilKilled(accepted: number): Promise<ReadonlyMap<string, number>> {
  const program = fileURLToPath(new URL('./accepting.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const safe = new Map<string, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [id, number] = line.split(' ') as [string, string];
    safe.set(id, Number(number));
    if (safe.size < accepted || child.killed) continue;
    await pause(Math.random() * 3);
    child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return safe;
}

it('a queue that is killed at any moment has kept whole what it said is safe (SMTP-4.5.4.1-1)', async () => {
  const safe = new Map<string, number>();
  for (const accepted of [5, 60])
    for (const [id, number] of await acceptUntilKilled(accepted)) safe.set(id, number);
  const { stores, bodies, queue } = openQueue(directory);
  const kept = await queue.list({ messagesMax: 10_000 });
  const ids = new Set(kept.map(({ id }) => id));
  expect([...safe.keys()].filter((id) => !ids.has(id))).toEqual([]);
  // Four are accepted side by side, so that each time at most as many are kept of which nobody was told.
  expect(kept.length - safe.size).toBeLessThanOrEqual(8);
  for (const { id, sizeBytes, recipients } of kept) {
    expect(recipients.map(({ recipient, state }) => [recipient, state])).toEqual([
      ['b@b.test', 'waiting'],
      ['c@c.test', 'waiting'],
    ]);
    const chunks: Uint8Array[] = [];
    for await (const chunk of bodies.read(id)()) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    expect([text.length, text]).toEqual([sizeBytes, textOf(Number(/Subject: (\d+)/.exec(text)![1]))]);
    if (safe.has(id)) expect(text).toBe(textOf(safe.get(id)!));
  }
  await stores.close();
});
