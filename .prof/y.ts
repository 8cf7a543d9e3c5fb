import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { handInMany } from '../bench/queue-intake.js';
import { cpuMsOf, LAUNCHER, startReceiver } from '../bench/queue-load.js';
import { worldArguments } from '../src/cli/world-arguments.js';

async function main() {
  const messages = Number(process.env.N ?? 4000);
  const receiver = await startReceiver({ messages, domains: 1 }, { connect: 'silent' });
  const { resolver, port, httpsPort, caPem } = receiver.place;
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-intake-'));
  await writeFile(join(folder, 'ca.pem'), caPem);
  const config = join(folder, 'intake.yaml');
  await writeFile(config, 'limits: { concurrency: 1 }\n');
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv.filter((each) => each.startsWith('--cpu-prof')),
      LAUNCHER,
      'serve',
      '--listen',
      '127.0.0.1:0',
      '--state',
      join(folder, 'state'),
      '--config',
      config,
      ...worldArguments({ resolver, port, httpsPort }, join(folder, 'ca.pem')),
      '--log',
      'json',
      '--helo',
      'client.test',
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  const address = /\S+$/.exec(line)![0];
  for (let i = 0; i < 3; i++) {
    const before = await cpuMsOf(child.pid!);
    const rate = await handInMany(address, messages);
    console.log(rate.toFixed(0), (((await cpuMsOf(child.pid!)) - before) / messages).toFixed(3));
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  receiver.child.disconnect();
}
void main();
