/*
 * What an LMTP server weighs in which a thousand transactions wait for hosts that say nothing, and what a million next hops weigh that the policy
 * map remembers.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmtpClient } from '../src/hosts/lmtp/lmtp-client.fixture.js';
import type { World } from '../src/testing/index.js';
import { inChild } from './child.js';
import { serve, startReceiver } from './lmtp.js';
import type { Place } from './receiver.js';
import type { Benchmark, Line } from './table.js';

const OPEN = 1000;
/** As many connections go to each as the server opens to one host. */
const SILENT = Array.from({ length: OPEN / 20 }, (_, at) => `silent${at}.test`);
const WORLD: World = {
  dns: Object.fromEntries(
    SILENT.flatMap((name) => [
      [`MX ${name}`, [`10 mx.${name}`]],
      [`A mx.${name}`, [`@mx.${name}`]],
    ]),
  ),
  mail: Object.fromEntries(SILENT.map((name) => [`mx.${name}`, { connect: 'silent' } as const])),
};

export const lmtpWeights: Benchmark = {
  title: 'what open LMTP transactions and remembered next hops weigh',
  async run() {
    const receiver = await startReceiver(WORLD, `mx.${SILENT[0]}`);
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-lmtp-'));
    try {
      const open = await openTransactions(receiver.place, folder);
      const { bytesEach } = await inChild<{ readonly bytesEach: number }>('./million-answers');
      return [
        open,
        { what: 'a million next hops in the policy map', value: `${bytesEach.toFixed(0)} octets each` },
      ];
    } finally {
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

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
