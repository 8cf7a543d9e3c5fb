/* Daemons in processes of their own, and clients that hand mail in to them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ListenAddress, parseListenAddress } from '../../src/hosts/listen-address.js';
import { LmtpClient } from '../../src/hosts/lmtp/lmtp-client.fixture.js';
import { DOMAINS } from './world.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));
const CLIENTS = 4;

export interface RunningDaemon {
  readonly address: ListenAddress;
  readonly isOver: () => boolean;
  /** Sends the signal, and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Starts one, and resolves when it takes mail. */
export async function startServing(args: readonly string[]): Promise<RunningDaemon> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const ended = once(child, 'exit');
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for await (const line of createInterface(child.stdout)) {
    const address = parseListenAddress(line.replace(/^ready smtp /, ''));
    if (address === null) continue;
    const end = async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await ended;
    };
    return { address, isOver: () => isOver, end };
  }
  throw new Error(`it did not start: ${said}`);
}

/** Several clients at once, until all is handed in or nobody answers any more; whoever was told 250 is noted. */
export async function handInAll(
  addresses: readonly ListenAddress[],
  prefix: string,
  count: number,
  accepted: Set<string>,
): Promise<void> {
  let next = 0;
  const work = async (_: unknown, at: number) => {
    const client = await LmtpClient.open(addresses[at % addresses.length]!);
    try {
      await client.say('EHLO client.test');
      while (next < count) {
        const number = next++;
        const recipient = `${prefix}-${number}@${DOMAINS[number % DOMAINS.length]}`;
        await client.say('MAIL FROM:<s@s.test>', `RCPT TO:<${recipient}>`);
        await client.say('DATA');
        client.write(`Subject: ${recipient}\r\n\r\n${'x'.repeat((number * 997) % 20_000)}\r\n.\r\n`);
        const [answer] = await client.hear();
        if (answer!.startsWith('250')) accepted.add(recipient);
      }
    } finally {
      client.close();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, at) => work(_, at).catch(() => undefined)));
}
