import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { RecipientReport } from '../engine/recipient-report.js';
import type { Internet } from '../testing/index.js';
import { worldArguments } from './world-arguments.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));

export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What stands on standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly launcher?: string;
  /** Where it runs. Default: where the tests do. */
  readonly cwd?: string;
  /** Given the process as soon as it runs. */
  readonly during?: (child: ChildProcess) => void;
}

/** Runs the compiled command in a process of its own, and waits until it ends. */
export function waxseal(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { input = '', env = {}, launcher = LAUNCHER, cwd, during } = options;
  const child = spawn(process.execPath, [launcher, ...args], { cwd, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  // A command that does not read its input closes it early.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  during?.(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, stdout, stderr }));
  });
}

const IN_TURN = fileURLToPath(new URL('./in-turn.fixture.js', import.meta.url));
let host: ChildProcess | undefined;
let answer: (ended: Ended | Error) => void = () => undefined;
let last: Promise<unknown> = Promise.resolve();
afterAll(() => host?.kill());

/** Runs the compiled command in a process that runs others of this file too, one after the other: for what needs no process of its own. */
export function inTurn(args: readonly string[]): Promise<Ended> {
  const ended = last.then(async () => {
    host ??= fork(IN_TURN, { execArgv: [] })
      .on('message', (said) => answer(said as Ended))
      .on('exit', (exit) => answer(new Error(`it ended with ${exit}`)));
    const answered = new Promise<Ended | Error>((resolve) => {
      answer = resolve;
    });
    host.send(args);
    const said = await answered;
    if (said instanceof Error) throw said;
    return said;
  });
  last = ended.catch(() => undefined);
  return ended;
}

/** The options by which the command finds its way in a small internet. */
export async function optionsFor(internet: Internet, folder: string): Promise<readonly string[]> {
  return worldArguments(internet, await internet.writeCa(join(folder, 'ca.pem')));
}

/** A folder for one test file. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'waxseal-cli-'));
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

export async function fileIn(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

export function resultsOf({ stdout }: Ended): readonly RecipientReport[] {
  return (JSON.parse(stdout) as { readonly results: readonly RecipientReport[] }).results;
}

export const MESSAGE = 'From: <s@s.test>\r\nTo: <u@a.test>\r\nSubject: Hello\r\n\r\nHello.\r\n';
