/*
 * What it takes to accept mail so that no crash can lose it: `waxseal serve` and Postfix, from the same source in the same run. Neither
 * delivers meanwhile: ours has a single attempt under way, at a host that says nothing, and Postfix holds what it takes. Both take as many
 * before anything counts, since nobody hands his mail to a server that was started this second.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../peer-tests/daemon.js';
import { startPostfixClient } from '../peer-tests/postfix-client.js';
import { worldArguments } from '../src/cli/world-arguments.js';
import { QUICK } from './measure.js';
import { cpuMsBelow, cpuMsOf, LAUNCHER, startReceiver } from './queue-load.js';
import type { Place } from './receiver.js';
import type { Benchmark, Line } from './table.js';

const AT_ONCE = 20;
const OCTETS = 2_000;

interface Taken {
  readonly perSecond: number;
  readonly cpuMsEach: number;
}

export const queueIntake: Benchmark = {
  title: 'Mail taken in, and kept safely',
  async run(effort) {
    if (!existsSync('/usr/sbin/smtp-source') || process.getuid?.() !== 0) return [];
    const messages = effort === QUICK ? 300 : 2_000;
    const receiver = await startReceiver({ messages, domains: 1 }, { connect: 'silent' });
    try {
      const ours = await takenByDaemon(receiver.place, messages);
      const theirs = await takenByPostfix(messages);
      const ratio = ours.perSecond / theirs.perSecond;
      return [
        takenLine(`waxseal serve, ${messages} messages over ${AT_ONCE} connections`, ours),
        takenLine('Postfix, from the same source', theirs),
        {
          what: 'ours, to Postfix',
          value: `${ratio.toFixed(2)} times`,
          cpu: `${(theirs.cpuMsEach / ours.cpuMsEach).toFixed(2)} times`,
          aim: { text: 'at least 1 times', reached: ratio >= 1 },
        },
      ];
    } finally {
      receiver.child.disconnect();
    }
  },
};

function takenLine(what: string, { perSecond, cpuMsEach }: Taken): Line {
  return { what, value: `${perSecond.toFixed(0)}/s`, cpu: `${cpuMsEach.toFixed(2)} ms of CPU each` };
}

/** Hands in that many messages, and answers how many a second were taken. */
export async function handInMany(address: string, messages: number): Promise<number> {
  const from = performance.now();
  const who = ['-f', 's@s.test', '-t', 'u@d0.receiver.test', '-M', 'client.test'];
  const how = ['-d', '-s', `${AT_ONCE}`, '-m', `${messages}`, '-l', `${OCTETS}`];
  await run('smtp-source', 'postfix', [...how, ...who, address]);
  return (messages / (performance.now() - from)) * 1000;
}

async function takenByDaemon({ resolver, port, httpsPort, caPem }: Place, messages: number): Promise<Taken> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-intake-'));
  await writeFile(join(folder, 'ca.pem'), caPem);
  const config = join(folder, 'intake.yaml');
  await writeFile(config, 'limits: { concurrency: 1 }\n');
  const child = spawn(
    process.execPath,
    [
      ...[LAUNCHER, 'serve', '--listen', '127.0.0.1:0', '--state', join(folder, 'state'), '--config', config],
      ...worldArguments({ resolver, port, httpsPort }, join(folder, 'ca.pem')),
      ...['--log', 'json', '--helo', 'client.test'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    const address = /\S+$/.exec(line)![0];
    await handInMany(address, messages);
    const before = await cpuMsOf(child.pid!);
    const perSecond = await handInMany(address, messages);
    return { perSecond, cpuMsEach: ((await cpuMsOf(child.pid!)) - before) / messages };
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function takenByPostfix(messages: number): Promise<Taken> {
  const postfix = await startPostfixClient({
    settings: ['smtpd_data_restrictions = check_client_access static:HOLD'],
  });
  try {
    const address = `127.0.0.1:${postfix.port}`;
    await handInMany(address, messages);
    const before = await cpuMsBelow(postfix.config[1]!);
    const perSecond = await handInMany(address, messages);
    return { perSecond, cpuMsEach: ((await cpuMsBelow(postfix.config[1]!)) - before) / messages };
  } finally {
    await postfix.stop();
  }
}
