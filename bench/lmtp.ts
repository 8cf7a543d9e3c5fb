/*
 * What it costs a Postfix to hand its mail over by LMTP instead of sending it itself: the same queue of held messages is let go,
 * by Postfix's own smtp client and by way of `waxseal lmtp`, to the same receiver under TLS; each goes once before it is measured. Root runs it, where Postfix is
 * installed. Then what a server weighs in which a thousand transactions wait for a host that says nothing.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { run } from '../peer-tests/daemon.js';
import { type PostfixClient, startPostfixClient } from '../peer-tests/postfix-client.js';
import { parseListenAddress } from '../src/hosts/listen-address.js';
import { LmtpClient } from '../src/hosts/lmtp/lmtp-client.fixture.js';
import type { World } from '../src/testing/index.js';
import { inChild } from './child.js';
import type { Effort } from './measure.js';
import { QUICK } from './measure.js';
import type { Place } from './receiver.js';
import { sibling } from './sibling.js';
import type { Benchmark, Line } from './table.js';

const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const OPEN = 1000;
/** As many connections go to each as the server opens to one host. */
const SILENT = Array.from({ length: OPEN / 20 }, (_, at) => `silent${at}.test`);
const WORLD: World = {
  dns: {
    'MX a.test': ['10 mx.a.test'],
    'A mx.a.test': ['@mx.a.test'],
    'TXT _mta-sts.a.test': ['none'],
    ...Object.fromEntries(
      SILENT.flatMap((name) => [
        [`MX ${name}`, [`10 mx.${name}`]],
        [`A mx.${name}`, [`@mx.${name}`]],
      ]),
    ),
  },
  mail: {
    'mx.a.test': {},
    ...Object.fromEntries(SILENT.map((name) => [`mx.${name}`, { connect: 'silent' } as const])),
  },
};

export const lmtp: Benchmark = {
  title: 'LMTP in front of a queue',
  async run(effort) {
    const receiver = await startReceiver();
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-lmtp-'));
    try {
      const lines: Line[] = [];
      if (existsSync('/usr/sbin/postfix') && process.getuid?.() === 0)
        lines.push(...(await besidePostfix(receiver.place, folder, effort)));
      lines.push(await openTransactions(receiver.place, folder));
      const { bytesEach } = await inChild<{ readonly bytesEach: number }>('./million-answers');
      lines.push({
        what: 'a million next hops in the policy map',
        value: `${bytesEach.toFixed(0)} octets each`,
      });
      return lines;
    } finally {
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function besidePostfix(place: Place, folder: string, effort: Effort): Promise<readonly Line[]> {
  const count = effort === QUICK ? 100 : 400;
  const server = await serve(place, join(folder, 'a'), ['--concurrency', '100']);
  const handover = [
    `default_transport = lmtp:inet:127.0.0.1:${server.port}`,
    'lmtp_destination_recipient_limit = 1',
    'lmtp_send_xforward_command = yes',
  ];
  const byLmtp = await rateOf(count, handover);
  const underTls = await rateOf(count, [...handover, 'lmtp_tls_security_level = may']);
  await server.close();
  const byItself = await rateOf(count, [
    `default_transport = smtp:[${place.address}]:${place.port}`,
    'smtp_destination_recipient_limit = 1',
    'smtp_tls_security_level = may',
  ]);
  return [
    { what: `Postfix by LMTP, ${count} messages`, value: `${byLmtp.toFixed(0)}/s` },
    { what: "Postfix's own smtp client", value: `${byItself.toFixed(0)}/s` },
    { what: 'by LMTP under TLS, as REQUIRETLS wants it', value: `${underTls.toFixed(0)}/s` },
    { what: 'by LMTP, to its own client', value: `${(byLmtp / byItself).toFixed(2)} times` },
  ];
}

/** How many messages a second leave a Postfix whose queue is let go all at once. */
async function rateOf(count: number, settings: readonly string[]): Promise<number> {
  const postfix = await startPostfixClient({
    settings: [...settings, 'smtpd_data_restrictions = check_client_access static:HOLD'],
  });
  try {
    await letGo(postfix, count);
    const ms = await letGo(postfix, count, count);
    return (count / ms) * 1000;
  } finally {
    await postfix.stop();
  }
}

/** Queues so many, and answers how long it takes in milliseconds until all have left. */
async function letGo(postfix: PostfixClient, count: number, before = 0): Promise<number> {
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
  await run('postsuper', 'postfix', [...postfix.config, '-H', 'ALL']);
  const from = performance.now();
  await postfix.flush();
  await postfix.handedOver(before + count);
  return performance.now() - from;
}

async function openTransactions(place: Place, folder: string): Promise<Line> {
  const server = await serve(place, join(folder, 'b'), ['--concurrency', `${OPEN}`]);
  const before = await residentOctets(server.child);
  const message = `Subject: x\r\n\r\n${'A line of a message of no importance.\r\n'.repeat(250)}.\r\n`;
  const clients = await Promise.all(
    Array.from({ length: OPEN }, async (_, at) => {
      const client = await LmtpClient.open({ kind: 'tcp', host: '127.0.0.1', port: server.port });
      for (const line of [
        'LHLO x.test',
        'MAIL FROM:<s@s.test>',
        `RCPT TO:<u${at}@${SILENT[at % SILENT.length]}>`,
        'DATA',
      ])
        await client.say(line);
      client.write(message);
      return client;
    }),
  );
  // All of them are connected to the host by then.
  await new Promise((done) => setTimeout(done, 5_000));
  const after = await residentOctets(server.child);
  for (const client of clients) client.close();
  await server.close();
  return {
    what: `${OPEN} open transactions of 10 kB each`,
    value: `${((after - before) / OPEN / 1000).toFixed(0)} kB each, ${(after / 1e6).toFixed(0)} MB in all`,
  };
}

async function residentOctets({ pid }: ChildProcess): Promise<number> {
  const [, kilo] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilo) * 1024;
}

async function serve({ resolver, port, caPem }: Place, state: string, own: readonly string[]) {
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

async function startReceiver() {
  const child = fork(sibling('./receiver', import.meta.url));
  child.send({ world: WORLD, host: 'mx.a.test' });
  const [place] = (await once(child, 'message')) as [Place];
  return {
    place,
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
