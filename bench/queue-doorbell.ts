/*
 * Two nodes on one PostgreSQL, with the doorbell and without: how soon an idle one takes up what the other accepts and has no room for, and
 * what ringing costs who accepts. The one that is full has a single attempt under way, at a host that says nothing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../peer-tests/daemon.js';
import { startPostgres } from '../peer-tests/postgres.js';
import { handIn, helloTo } from '../src/cli/serve.fixture.js';
import { worldArguments } from '../src/cli/world-arguments.js';
import { parseListenAddress } from '../src/hosts/listen-address.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { QUICK } from './measure.js';
import { handInMany } from './queue-intake.js';
import { cpuMsOf, LAUNCHER } from './queue-load.js';
import type { Benchmark, Line } from './table.js';

const WITHOUT = `--import ${new URL('../peer-tests/without-graphile-worker.mjs', import.meta.url).href}`;

const TAKEN = 1_000;

interface Rung {
  /** From the answer behind the final dot until the message is there, in milliseconds. */
  readonly takenMs: readonly number[];
  readonly acceptedPerSecond: number;
  readonly cpuMsEach: number;
}

export const queueDoorbell: Benchmark = {
  title: 'An idle node and a full one on one PostgreSQL',
  async run(effort) {
    if (!existsSync('/usr/lib/postgresql') || !existsSync('/usr/sbin/smtp-source')) return [];
    const messages = effort === QUICK ? 10 : 20;
    const found: Record<'with' | 'without', Rung[]> = { with: [], without: [] };
    for (const _ of [1, 2])
      for (const way of ['with', 'without'] as const) found[way].push(await rung(way, messages));
    return (['with', 'without'] as const).flatMap((way) => linesOf(way, found[way]));
  },
};

function linesOf(way: string, found: readonly Rung[]): readonly Line[] {
  const taken = found.flatMap(({ takenMs }) => takenMs).sort((one, other) => one - other);
  const mean = (of: (each: Rung) => number) => found.reduce((sum, each) => sum + of(each), 0) / found.length;
  return [
    {
      what: `${way} the doorbell, until the idle one has delivered`,
      value: `${taken[taken.length >> 1]!.toFixed(0)} ms, at most ${taken.at(-1)!.toFixed(0)} ms`,
    },
    {
      what: `${way} the doorbell, taken in by the full one`,
      value: `${mean((each) => each.acceptedPerSecond).toFixed(0)}/s`,
      cpu: `${mean((each) => each.cpuMsEach).toFixed(2)} ms of CPU each`,
    },
  ];
}

async function rung(way: 'with' | 'without', messages: number): Promise<Rung> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-doorbell-'));
  const internet = await startInternet({
    dns: Object.fromEntries(
      ['b.test', 'silent.test'].flatMap((name) => [
        [`MX ${name}`, [`10 mx.${name}`]],
        [`A mx.${name}`, [`@mx.${name}`]],
      ]),
    ),
    mail: { 'mx.b.test': {}, 'mx.silent.test': { connect: 'silent' } },
  });
  const postgres = await startPostgres({ fsync: 'on' });
  const nodes: ChildProcess[] = [];
  try {
    const config = join(folder, 'full.yaml');
    await writeFile(config, 'limits: { concurrency: 1 }\n');
    const start = async (own: readonly string[]) => {
      const args = [
        ...['--listen', '127.0.0.1:0', '--database', url, '--helo', 'mail.s.test', ...own],
        ...worldArguments(internet, ca),
      ];
      const node = spawn(process.execPath, [LAUNCHER, 'serve', '--log', 'json', ...args], {
        env: { ...process.env, ...(way === 'without' && { NODE_OPTIONS: WITHOUT }) },
      });
      nodes.push(node);
      const [[line]] = await Promise.all([
        once(createInterface(node.stdout!), 'line'),
        untilSaid(node, '"event":"doorbell"'),
      ]);
      return { node, pid: node.pid!, address: /\S+$/.exec(line as string)![0] };
    };
    const url = await postgres.createDatabase('rung');
    const ca = await internet.writeCa(join(folder, 'ca.pem'));
    const full = await start(['--config', config]);
    const { client } = await helloTo(parseListenAddress(full.address)!);
    await handIn(client, ['x@silent.test']);
    await until(() => internet.sessions('mx.silent.test').length > 0, 'nobody has gone there');
    const idle = await start([]);
    const takenMs: number[] = [];
    for (let count = 1; count <= messages; count++) {
      // Until everybody sleeps, and at another moment each time.
      await pause(1_200 + ((count * 370) % 1_000));
      await handIn(client, [`y${count}@b.test`]);
      takenMs.push(await msUntil(internet, count));
    }
    client.close();
    idle.node.kill();
    await once(idle.node, 'exit');
    const before = await cpuMsOf(full.pid);
    const acceptedPerSecond = await handInMany(full.address, TAKEN);
    const cpuMsEach = ((await cpuMsOf(full.pid)) - before) / TAKEN;
    return { takenMs, acceptedPerSecond, cpuMsEach };
  } finally {
    for (const node of nodes) node.kill('SIGKILL');
    await internet.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function untilSaid(node: ChildProcess, words: string): Promise<void> {
  for await (const line of createInterface(node.stderr!)) if (line.includes(words)) break;
  node.stderr!.resume();
}

async function msUntil(internet: Internet, count: number): Promise<number> {
  const from = performance.now();
  while (internet.received('mx.b.test').length < count) await pause(2);
  return performance.now() - from;
}
