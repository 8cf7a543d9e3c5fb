/*
 * One command that serves, in several processes behind the same listeners. The first process serves nobody: it starts the others,
 * starts one anew that ends unasked, and hands signals on. Each of the others runs the command as if it were alone.
 */
import cluster, { type Worker } from 'node:cluster';
import { CommandError, EXIT, type Exit } from './exit.js';
import type { Log } from './serving.js';

/** Which of several processes this is. */
export type Role = 'alone' | 'starter' | 'first' | 'another';

const NUMBER = 'WAXSEAL_PROCESS';
const NEW = 'WAXSEAL_PROCESS_IS_NEW';
/** Whoever ends sooner than that after its start is not started again at once, in milliseconds. */
const HASTE_MS = 1_000;

export function roleOf(count: number): Role {
  if (cluster.isWorker) return process.env[NUMBER] === '1' ? 'first' : 'another';
  return count > 1 ? 'starter' : 'alone';
}

/** Whether this process has to say that it is ready: the others, and those that were started anew, are not the first to be. */
export function saysReady(role: Role): boolean {
  return role === 'alone' || (role === 'first' && process.env[NEW] !== undefined);
}

/** To be called when all is done: what ties this process to the one that started it would keep it from ending. */
export function leaveProcesses(): void {
  cluster.worker?.disconnect();
}

/** Starts so many, and keeps as many; resolves when all have ended, because they were told to or could not begin. */
export async function keepProcesses(count: number, log: Log): Promise<Exit> {
  let isEnding = false;
  const workers = new Map<number, Worker>();
  const pass = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGHUP') isEnding = true;
    for (const worker of workers.values()) worker.process.kill(signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  const keepOne = async (number: number): Promise<number> => {
    for (let isNew = true; ; isNew = false) {
      const startedAt = performance.now();
      const ended = await runOne(number, isNew, workers);
      if (isEnding) return EXIT.ok;
      if (isNew && ended === EXIT.badSettings) {
        pass('SIGTERM');
        return ended;
      }
      log(`process ${number} has ended with ${ended}, and is started again`, { process: number, ended });
      const left = HASTE_MS - (performance.now() - startedAt);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      if (isEnding) return EXIT.ok;
    }
  };
  const ends = await Promise.all(Array.from({ length: count }, (_, at) => keepOne(at + 1)));
  for (const signal of signals) process.off(signal, pass);
  if (ends.includes(EXIT.badSettings))
    throw new CommandError(EXIT.badSettings, 'the processes could not begin');
  return EXIT.ok;
}

function runOne(number: number, isNew: boolean, workers: Map<number, Worker>): Promise<number | string> {
  const worker = cluster.fork({ [NUMBER]: `${number}`, ...(isNew ? { [NEW]: '1' } : {}) });
  workers.set(number, worker);
  return new Promise((resolve) => {
    worker.once('exit', (code, signal) => {
      workers.delete(number);
      resolve(signal ?? code);
    });
  });
}
