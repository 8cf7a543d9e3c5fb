/* Chromium without a window, spoken to over a pipe in its own protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface Page {
  /** Goes to an address, and waits until all of it is loaded. */
  open(url: string): Promise<void>;
  /** The value of an expression in the page; promises are waited for. Rejects with what was thrown. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses keys one after the other, by their names: "Tab", "Enter", "ArrowDown". */
  press(...keys: readonly string[]): Promise<void>;
  /** From now on the user prefers these colours; `width`: of the screen, in pixels. */
  prefer(scheme: 'light' | 'dark', width?: number): Promise<void>;
  /** The CPU time that the tasks of the page have taken, in milliseconds. It begins anew whenever a page is opened. */
  cpuMs(): Promise<number>;
  /** What went wrong in the page, and every address that it asked for, since it was opened. */
  readonly errors: readonly string[];
  readonly requests: readonly string[];
  close(): Promise<void>;
}

interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, never>>;
  readonly result?: never;
  readonly error?: { readonly message: string };
}

const KEYS: Readonly<Record<string, { readonly code: number; readonly text?: string }>> = {
  Tab: { code: 9 },
  Enter: { code: 13, text: '\r' },
  ArrowDown: { code: 40 },
};

/** Starts a browser with one page. Rejects if there is none to start. */
export async function startChromium(): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'waxseal-chromium-'));
  const options = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn('chromium', options, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const talk = dialogueWith(browser);
  const { targetId } = await talk.ask<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await talk.ask<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  });
  const errors: string[] = [];
  const requests: string[] = [];
  talk.on('Runtime.exceptionThrown', (params) => errors.push(JSON.stringify(params)));
  talk.on('Log.entryAdded', (params) => errors.push(JSON.stringify(params)));
  talk.on('Network.requestWillBeSent', ({ request }: { request: { url: string } }) =>
    requests.push(request.url),
  );
  const ask = <T>(method: string, params: object = {}) => talk.ask<T>(method, params, sessionId);
  await ask('Performance.enable', { timeDomain: 'threadTicks' });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);

  const evaluate = async <T>(expression: string): Promise<T> => {
    const answer = await ask<{ result: { value: T }; exceptionDetails?: object }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
    return answer.result.value;
  };
  return {
    errors,
    requests,
    evaluate,
    async open(url) {
      const loaded = new Promise<void>((done) => talk.on('Page.loadEventFired', () => done()));
      // Another fragment alone would load nothing.
      await ask('Page.navigate', { url: 'about:blank' });
      await loaded;
      errors.length = 0;
      requests.length = 0;
      const again = new Promise<void>((done) => talk.on('Page.loadEventFired', () => done()));
      await ask('Page.navigate', { url });
      await again;
    },
    async cpuMs() {
      const { metrics } = await ask<{ metrics: readonly { name: string; value: number }[] }>(
        'Performance.getMetrics',
      );
      return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
    },
    async prefer(scheme, width = 1280) {
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await ask('Emulation.setEmulatedMedia', { features });
      const size = { width, height: 900, deviceScaleFactor: 1, mobile: false };
      await ask('Emulation.setDeviceMetricsOverride', size);
    },
    async press(...keys) {
      for (const key of keys) {
        const { code, text } = KEYS[key]!;
        const event = { key, code: key, windowsVirtualKeyCode: code, ...(text && { text }) };
        await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
        await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
      }
    },
    async close() {
      const ended = new Promise((done) => browser.once('exit', done));
      browser.kill();
      await ended;
      // Its children end behind it, and write to the last. Only this one of Node's ways to remove a folder reads it again when it tries again.
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

type Listener = (params: never) => unknown;

/** Messages are JSON, each with a NUL behind it. */
function dialogueWith(browser: ChildProcess) {
  const input = browser.stdio[3] as Writable;
  const output = browser.stdio[4] as Readable;
  const waiting = new Map<number, { done: (result: never) => void; failed: (error: Error) => void }>();
  const listeners = new Map<string, Listener>();
  let last = 0;
  let rest = '';
  const fail = (error: Error) => {
    for (const { failed } of waiting.values()) failed(error);
  };
  browser.once('error', fail);
  browser.once('exit', (status) => fail(new Error(`chromium ended with ${status}`)));
  input.on('error', fail);
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\0');
    rest = parts.pop()!;
    for (const part of parts) {
      const told = JSON.parse(part) as Told;
      if (told.method !== undefined) listeners.get(told.method)?.(told.params as never);
      const asked = told.id === undefined ? undefined : waiting.get(told.id);
      if (told.error !== undefined) asked?.failed(new Error(told.error.message));
      else asked?.done(told.result as never);
      if (told.id !== undefined) waiting.delete(told.id);
    }
  });
  return {
    ask<T>(method: string, params: object, sessionId?: string): Promise<T> {
      const id = ++last;
      return new Promise<T>((done, failed) => {
        waiting.set(id, { done: done as never, failed });
        input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
      });
    },
    on(method: string, listener: Listener): void {
      listeners.set(method, listener);
    },
  };
}
