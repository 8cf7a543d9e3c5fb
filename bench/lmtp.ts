/*
 * What it costs a Postfix to hand its mail over by LMTP instead of sending it itself: the same queue of held messages is let go,
 * by Postfix's own smtp client and by way of `waxseal lmtp`, to the same receiver under TLS; some go before it is measured. Root runs it, where
 * Postfix is installed.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { run } from '../peer-tests/daemon.js';
import { type PostfixClient, startPostfixClient } from '../peer-tests/postfix-client.js';
import { parseListenAddress } from '../src/hosts/listen-address.js';
import type { World } from '../src/testing/index.js';
import type { Effort } from './measure.js';
import { QUICK } from './measure.js';
import { cpuMsBelow, cpuMsOf } from './queue-load.js';
import type { Place } from './receiver.js';
import { sibling } from './sibling.js';
import type { Benchmark, Line } from './table.js';

const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const WORLD: World = {
  dns: {
    'MX a.test': ['10 mx.a.test'],
    'A mx.a.test': ['@mx.a.test'],
    'TXT _mta-sts.a.test': ['none'],
  },
  mail: { 'mx.a.test': {} },
};

export const lmtp: Benchmark = {
  title: 'LMTP in front of a queue',
  async run(effort) {
    const receiver = await startReceiver(WORLD, 'mx.a.test');
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-lmtp-'));
    try {
      const lines: Line[] = [];
      if (existsSync('/usr/sbin/postfix') && process.getuid?.() === 0)
        lines.push(...(await besidePostfix(receiver.place, folder, effort)));
      return lines;
    } finally {
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function besidePostfix(place: Place, folder: string, effort: Effort): Promise<readonly Line[]> {
  const count = effort === QUICK ? 60 : 300;
  const server = await serve(place, join(folder, 'a'), ['--concurrency', '100']);
  const handover = [
    `default_transport = lmtp:inet:127.0.0.1:${server.port}`,
    'lmtp_destination_recipient_limit = 1',
    'lmtp_send_xforward_command = yes',
  ];
  const byLmtp = await rateOf(count, handover, server.child);
  const underTls = await rateOf(count, [...handover, 'lmtp_tls_security_level = may'], server.child);
  await server.close();
  const byItself = await rateOf(count, [
    `default_transport = smtp:[${place.address}]:${place.port}`,
    'smtp_destination_recipient_limit = 1',
    'smtp_tls_security_level = may',
  ]);
  const line = (what: string, { perSecond, postfixMs, serverMs }: Emptied): Line => ({
    what,
    value: `${perSecond.toFixed(0)}/s`,
    cpu: `${postfixMs.toFixed(1)} ms of Postfix's CPU each${serverMs === 0 ? '' : `, ${serverMs.toFixed(1)} of ours`}`,
  });
  return [
    line(`Postfix by LMTP, ${count} messages`, byLmtp),
    line('by LMTP under TLS, as REQUIRETLS wants it', underTls),
    line("Postfix's own smtp client", byItself),
    {
      what: 'by LMTP, to its own client',
      value: `${(byLmtp.perSecond / byItself.perSecond).toFixed(2)} times`,
      cpu: `${(byItself.postfixMs / (byLmtp.postfixMs + byLmtp.serverMs)).toFixed(2)} times by all the CPU`,
    },
  ];
}

interface Emptied {
  readonly perSecond: number;
  /** Of CPU a message, all of Postfix's processes together. */
  readonly postfixMs: number;
  /** The same of the server, if there is one. */
  readonly serverMs: number;
}

/** How fast messages leave a Postfix whose queue is let go all at once. */
async function rateOf(count: number, settings: readonly string[], server?: ChildProcess): Promise<Emptied> {
  const postfix = await startPostfixClient({
    settings: [...settings, 'smtpd_data_restrictions = check_client_access static:HOLD'],
  });
  const cpuMs = () =>
    Promise.all([cpuMsBelow(postfix.config[1]!), server === undefined ? 0 : cpuMsOf(server.pid!)]);
  try {
    const first = Math.ceil(count / 4);
    await fill(postfix, first, 0);
    await letGo(postfix, first);
    await fill(postfix, count, first);
    const before = await cpuMs();
    const ms = await letGo(postfix, first + count);
    const after = await cpuMs();
    return {
      perSecond: (count / ms) * 1000,
      postfixMs: (after[0] - before[0]) / count,
      serverMs: (after[1] - before[1]) / count,
    };
  } finally {
    await postfix.stop();
  }
}

/** Queues so many, and holds them. */
async function fill(postfix: PostfixClient, count: number, before: number): Promise<void> {
  const client = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true, pool: true });
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      client.sendMail({
        envelope: { from: 's@s.test', to: [`u${before + at}@a.test`] },
        raw: `Subject: ${at}\r\n\r\n${'A line of a message of no importance.\r\n'.repeat(50)}`,
      }),
    ),
  );
  client.close();
}

/** How long it takes in milliseconds until that many have left in all. */
async function letGo(postfix: PostfixClient, inAll: number): Promise<number> {
  await run('postsuper', 'postfix', [...postfix.config, '-H', 'ALL']);
  const from = performance.now();
  await postfix.flush();
  await postfix.handedOver(inAll);
  return performance.now() - from;
}

export async function serve({ resolver, port, caPem }: Place, state: string, own: readonly string[]) {
  await writeFile(`${state}.pem`, caPem);
  const look = [
    '--resolver',
    `${resolver.address}:${resolver.port}`,
    '--port',
    `${port}`,
    '--allow-loopback',
  ];
  const args = ['lmtp', '--listen', '127.0.0.1:0', '--state', state, '--ca', `${state}.pem`, ...own, ...look];
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  const address = parseListenAddress(line.replace('ready lmtp ', ''));
  if (address?.kind !== 'tcp') throw new Error(line);
  return {
    child,
    port: address.port,
    close: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

export async function startReceiver(world: World, host: string) {
  const child = fork(sibling('./receiver', import.meta.url));
  child.send({ world, host });
  const [place] = (await once(child, 'message')) as [Place];
  return {
    place,
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
