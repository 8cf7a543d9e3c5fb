import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ListenAddress, parseListenAddress } from '../hosts/listen-address.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));

export interface ListeningProcess {
  readonly child: ChildProcess;
  /** What it says when it is ready. */
  readonly line: string;
  readonly address: ListenAddress;
  /** What it has said on standard error. */
  said(): string;
  /** Its exit code, and all that it has said. */
  end(signal: NodeJS.Signals): Promise<{ readonly exit: number | null; readonly said: string }>;
}

/** `waxseal lmtp` on a port of its own. Rejects with what it says if it does not start. */
export function startLmtp(args: readonly string[]): Promise<ListeningProcess> {
  return start(['lmtp'], args);
}

/** `waxseal postfix policy-map` on a port of its own. Rejects with what it says if it does not start. */
export function startPolicyMap(args: readonly string[]): Promise<ListeningProcess> {
  return start(['postfix', 'policy-map'], args);
}

async function start(command: readonly string[], args: readonly string[]): Promise<ListeningProcess> {
  const child = spawn(process.execPath, [LAUNCHER, ...command, '--listen', '127.0.0.1:0', ...args]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ready = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const line = await Promise.race([ready.then(([first]) => first), closed.then(() => null)]);
  if (line === null) throw new Error(said);
  return {
    ...{ child, line, address: parseListenAddress(line.replace(/^ready \S+ /, ''))! },
    said: () => said,
    async end(signal) {
      child.kill(signal);
      const [exit] = await closed;
      return { exit, said };
    },
  };
}
