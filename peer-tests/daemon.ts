/*
 * Other people's programs as processes of ours: found, started, awaited, and stopped whatever happens. Each is its own
 * process group, and the kernel ends it when the process that started it ends without saying goodbye.
 */
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

export interface Daemon {
  /** What it has written to its standard output and standard error. */
  readonly output: () => string;
  /** Ends it, and waits until it has ended. Calling it again is harmless. */
  readonly stop: () => Promise<void>;
}

export interface DaemonOptions {
  readonly program: string;
  /** The Debian package that the program comes in. */
  readonly debianPackage: string;
  readonly args: readonly string[];
  /** Asked again and again until it says true; a rejection counts as no. */
  readonly isReady: (output: string) => boolean | Promise<boolean>;
}

export const READY_MS = 300_000;
const STOP_MS = 5_000;
const POLL_MS = 20;

/** Starts a program that stays in the foreground; rejects with what it has said if it ends early or never gets ready. */
export async function startDaemon({ program, debianPackage, args, isReady }: DaemonOptions): Promise<Daemon> {
  const path = findProgram(program, debianPackage);
  const options: SpawnOptions = { detached: true, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = spawn(findProgram('setpriv', 'util-linux'), ['--pdeathsig', 'TERM', path, ...args], options);
  let output = '';
  const listen = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    const over = () => {
      isOver = true;
      resolve();
    };
    child.on('error', over);
    child.on('exit', over);
  });

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= end(child, ended);
    return stopped;
  };

  try {
    await until(async () => isOver || (await isReady(output)), `${program} is not ready`);
    if (isOver) throw new Error(`${program} has ended`);
  } catch (cause) {
    await stop();
    throw new Error(`${program} did not start: ${output.trim() || 'it said nothing'}`, { cause });
  }
  return { output: () => output, stop };
}

/** A daemon with a folder of its own, which goes when the daemon has gone. */
export async function startInFolder<D extends Daemon>(
  purpose: string,
  start: (folder: string) => Promise<D>,
): Promise<D> {
  const folder = await mkdtemp(join(tmpdir(), `waxseal-${purpose}-`));
  // What else was started may still write there.
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 10 });
  try {
    // For daemons that give up being root.
    await chmod(folder, 0o755);
    const daemon = await start(folder);
    const stop = async () => {
      await daemon.stop();
      await remove();
    };
    return { ...daemon, stop };
  } catch (cause) {
    await remove().catch(() => undefined);
    throw cause;
  }
}

const execute = promisify(execFile);

/** Runs a program to its end and answers its standard output; rejects with what it has said if it fails. */
export async function run(
  program: string,
  debianPackage: string,
  args: readonly string[],
  folder?: string,
): Promise<string> {
  const path = findProgram(program, debianPackage);
  return (await execute(path, args, { cwd: folder, timeout: READY_MS, maxBuffer: 2 ** 24 })).stdout;
}

/** Where a program is. Throws a sentence that names the package if it is nowhere. */
export function findProgram(program: string, debianPackage: string): string {
  // Servers stand in folders that an ordinary user's path lacks.
  const folders = isAbsolute(program)
    ? ['']
    : [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = folders.map((folder) => join(folder, program)).find(isExecutable);
  if (found === undefined) {
    throw new Error(`${program} is not installed; peer tests need the Debian package ${debianPackage}.`);
  }
  return found;
}

/** Waits until something is so; rejects with that complaint if it does not come to be so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  complaint: string,
  atMostMs = READY_MS,
): Promise<void> {
  const deadline = performance.now() + atMostMs;
  while (!(await Promise.resolve(isSo()).catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`${complaint} after ${atMostMs} ms`);
    await pause(POLL_MS);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ends a process, and then what is left of the group that it leads. */
async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await Promise.race([ended, pause(STOP_MS)]);
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
  await ended;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
