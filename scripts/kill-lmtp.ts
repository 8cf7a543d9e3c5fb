/*
 * `npm run kill:lmtp [-- ROUNDS [SECONDS]]` (40, and no further round behind so many seconds), as root, where Postfix is installed: `waxseal
 * lmtp` is killed under load, again and again, in front of a real Postfix and a small internet. Then every message has to be accounted for: each recipient has it, and
 * Postfix's queue is empty. Who has it twice has to have it from a process that was killed between the host's answer and the note of
 * it: between any two copies there is a kill, and no long time before it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { freePort } from '../peer-tests/free-port.js';
import { startPostfixClient } from '../peer-tests/postfix-client.js';
import { worldArguments } from '../src/cli/world-arguments.js';
import { startInternet } from '../src/testing/index.js';

const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const roundsMax = Number(process.argv[2] ?? 40);
const secondsMax = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
const DOMAINS = ['a.test', 'b.test', 'c.test'];
const MESSAGES_EACH = 10;
/** How long after it came a copy is seen, at the most, on a machine that is busy. */
const LOOK_MS = 100;

const internet = await startInternet({
  dns: Object.fromEntries(
    DOMAINS.flatMap((name) => [
      [`MX ${name}`, [`10 mx.${name}`]],
      [`A mx.${name}`, [`@mx.${name}`]],
    ]),
  ),
  mail: Object.fromEntries(DOMAINS.map((name) => [`mx.${name}`, {}])),
});
const folder = await mkdtemp(join(tmpdir(), 'waxseal-kill-'));
const ca = await internet.writeCa(join(folder, 'ca.pem'));
const port = await freePort();
const postfix = await startPostfixClient({
  settings: [
    `default_transport = lmtp:inet:127.0.0.1:${port}`,
    'lmtp_send_xforward_command = yes',
    'minimal_backoff_time = 1s',
    'maximal_backoff_time = 1s',
    'queue_run_delay = 1s',
  ],
});
const client = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true, pool: true });

async function serve(): Promise<ChildProcess> {
  const own = ['--listen', `127.0.0.1:${port}`, '--state', join(folder, 'state')];
  const look = worldArguments(internet, ca);
  const child = spawn(process.execPath, [LAUNCHER, 'lmtp', ...own, ...look], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const isReady = once(createInterface(child.stdout!), 'line').then(() => true);
  if (!(await Promise.race([isReady, once(child, 'exit').then(() => false)]))) throw new Error(said);
  return child;
}

async function inject(round: number): Promise<void> {
  await Promise.all(
    Array.from({ length: MESSAGES_EACH }, (_, at) => {
      const id = `${round}-${at}`;
      return client.sendMail({
        envelope: { from: 's@sender.example', to: DOMAINS.map((name) => `u${id}@${name}`) },
        raw: `Subject: kill ${id}\r\nMessage-ID: <${id}@sender.example>\r\n\r\nHello.\r\n`,
      });
    }),
  );
}

/** When each copy of each recipient's message was seen. */
const copies = new Map<string, number[]>();
const killed: number[] = [];
const seen = new Map<string, number>();
const watching = setInterval(look, 5);

function look(): void {
  const now = performance.now();
  for (const name of DOMAINS) {
    const all = internet.received(`mx.${name}`);
    for (const { recipients } of all.slice(seen.get(name) ?? 0))
      for (const recipient of recipients) copies.set(recipient, [...(copies.get(recipient) ?? []), now]);
    seen.set(name, all.length);
  }
}

/** How long before a kill each copy came that was not the last, in milliseconds; null: no kill explains the next one. */
function lostNotes(): readonly (number | null)[] {
  return [...copies.values()].flatMap((times) =>
    times.slice(1).map((next, at) => {
      const kill = killed.find((time) => time > times[at]! - LOOK_MS && time < next);
      return kill === undefined ? null : Math.max(0, kill - times[at]!);
    }),
  );
}

/** Until so many more recipients have their message, so that the kill comes in the midst of it; five seconds at most. */
async function untilMore(count: number): Promise<void> {
  const wanted = copies.size + count;
  const until = performance.now() + 5_000;
  while (copies.size < wanted && performance.now() < until) await sleep(1);
  await sleep(Math.random() * 30);
}

let rounds = 0;
const roundsUntil = performance.now() + secondsMax * 1000;
for (; rounds < roundsMax && performance.now() < roundsUntil; rounds++) {
  const child = await serve();
  await inject(rounds);
  await postfix.flush();
  await untilMore(Math.floor(Math.random() * MESSAGES_EACH * DOMAINS.length));
  child.kill('SIGKILL');
  killed.push(performance.now());
  await once(child, 'exit');
}
const expected = rounds * MESSAGES_EACH * DOMAINS.length;
console.error(`${rounds} kills, ${copies.size} of ${expected} recipients have it; the rest is waited for`);
const last = await serve();
const deadline = performance.now() + 300_000;
let sent = new Set<string>();
while ((copies.size < expected || sent.size < expected) && performance.now() < deadline) {
  await postfix.flush();
  await sleep(500);
  const done = (await postfix.handedOver(0)).filter(({ status }) => status === 'sent');
  sent = new Set(done.map(({ recipient }) => recipient));
}
clearInterval(watching);
look();
const again = lostNotes();
const explained = again.filter((ms) => ms !== null).toSorted((one, other) => one - other);
console.log(
  `${rounds} kills, ${expected} recipients: ${copies.size} have it; Postfix says sent for ${sent.size}. ${again.length} copies more, ` +
    `${explained.length} of them from a process that was killed behind the answer and before the note: ` +
    `${explained[explained.length >> 1]?.toFixed(0) ?? 0} ms behind it in the middle, ${explained.at(-1)?.toFixed(0) ?? 0} at the most`,
);
client.close();
last.kill('SIGTERM');
await once(last, 'exit');
await postfix.stop();
await internet.close();
await rm(folder, { recursive: true, force: true });
process.exitCode =
  copies.size === expected && sent.size === expected && explained.length === again.length ? 0 : 1;
