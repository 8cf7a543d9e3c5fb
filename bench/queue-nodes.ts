/*
 * A full queue on one PostgreSQL, drained by one node, by two and by four: real processes, which share nothing but the database. What
 * was delivered before the last message was put in is not counted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres } from '../peer-tests/postgres.js';
import { worldArguments } from '../src/cli/world-arguments.js';
import { cpuMsOf, fill, LAUNCHER, type Load, loadFor, startReceiver, startSink } from './queue-load.js';
import type { Place } from './receiver.js';
import type { Benchmark, Line } from './table.js';

const AT_ONCE = 50;

export const queueNodes: Benchmark = {
  title: 'A full queue on one PostgreSQL, drained by several nodes',
  async run(effort) {
    if (!existsSync('/usr/lib/postgresql')) return [];
    const load = loadFor(effort);
    const receiver = await startReceiver(load);
    const sink = await startSink();
    const postgres = await startPostgres({ fsync: 'on' });
    try {
      const lines: Line[] = [];
      let alone = 0;
      for (const nodes of [1, 2, 4]) {
        const url = await postgres.createDatabase(`nodes${nodes}`);
        const drained = await drainByNodes({ ...receiver.place, port: sink.port }, load, url, nodes);
        const perSecond = drained.delivered / drained.seconds;
        if (nodes === 1) alone = perSecond;
        const least = Math.min(...drained.shares) / (load.messages / nodes);
        lines.push(
          {
            what: `${nodes === 1 ? 'one node' : `${nodes} nodes`}, ${load.messages} messages to ${load.domains} domains, in clear`,
            value: `${perSecond.toFixed(0)}/s`,
            cpu: `${(drained.cpuMs / drained.delivered).toFixed(2)} ms of CPU each`,
          },
          ...(nodes === 1
            ? []
            : [
                { what: 'to one node', value: `${(perSecond / alone).toFixed(2)} times` },
                { what: 'the least that a node did, of its even share', value: `${least.toFixed(2)} times` },
              ]),
        );
      }
      return lines;
    } finally {
      await postgres.stop();
      sink.child.kill();
      receiver.child.disconnect();
    }
  },
};

interface DrainedByNodes {
  /** Since the last message was put in. */
  readonly delivered: number;
  readonly seconds: number;
  readonly cpuMs: number;
  /** Of each node, of all messages. */
  readonly shares: readonly number[];
}

async function drainByNodes(place: Place, load: Load, url: string, nodes: number): Promise<DrainedByNodes> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-nodes-'));
  await writeFile(join(folder, 'ca.pem'), place.caPem);
  const config = join(folder, 'load.yaml');
  await writeFile(
    config,
    `limits: { concurrency: ${AT_ONCE}, perDomain: ${AT_ONCE}, perHost: ${AT_ONCE} }\n`,
  );
  const args = [
    ...[LAUNCHER, 'serve', '--listen', '127.0.0.1:0', '--database', url, '--config', config],
    ...worldArguments(place, join(folder, 'ca.pem')),
    ...['--log', 'json', '--helo', 'client.test'],
  ];
  const shares = Array.from({ length: nodes }, () => 0);
  const children: ChildProcess[] = [];
  const total = () => shares.reduce((sum, share) => sum + share, 0);
  const over = new EventEmitter();
  const cpuMs = async () =>
    (await Promise.all(children.map(({ pid }) => cpuMsOf(pid!)))).reduce((sum, each) => sum + each, 0);
  try {
    // One after the other: the first makes the tables.
    for (const at of shares.keys()) {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      await once(createInterface(child.stdout!), 'line');
      createInterface(child.stderr!).on('line', (line) => {
        if (line.includes('"outcome":"delivered"')) {
          shares[at]! += 1;
          if (total() === load.messages) over.emit('drained');
        } else if (line.includes('"outcome":') || line.includes('"level":"error"')) console.error(line);
      });
    }
    const drained = once(over, 'drained');
    await fill({ database: url }, load, 'sink');
    const [before, cpuBefore, from] = [total(), await cpuMs(), performance.now()];
    await drained;
    const seconds = (performance.now() - from) / 1000;
    return { delivered: total() - before, seconds, cpuMs: (await cpuMs()) - cpuBefore, shares };
  } finally {
    for (const child of children) {
      child.kill();
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  }
}
