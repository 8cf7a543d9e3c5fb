/*
 * A Haraka of our own, as it comes from the registry, in a folder that is thrown away: it takes mail on a port, keeps it in its
 * queue, and has our plugin, loaded as its documentation says.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { freePort } from './free-port.js';

const PACKAGES = fileURLToPath(new URL('haraka/node_modules', import.meta.url));
const WAXSEAL = fileURLToPath(new URL('..', import.meta.url));

export interface Haraka {
  readonly port: number;
  /** All that it has logged so far. */
  log(): Promise<string>;
  /** Ends it; with a signal that it cannot catch if told so. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again over the same queue. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** `ini`: of the plugin. */
export async function startHaraka(ini: Readonly<Record<string, string | number>>): Promise<Haraka> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-haraka-'));
  const port = await freePort();
  const file = (name: string, text: string) => writeFile(join(folder, name), text);
  await cp(join(PACKAGES, 'Haraka/config'), join(folder, 'config'), { recursive: true });
  for (const name of ['plugins', 'queue', 'node_modules']) await mkdir(join(folder, name));
  await symlink(WAXSEAL, join(folder, 'node_modules/waxseal'));
  await file('plugins/waxseal.js', "Object.assign(exports, require('waxseal/haraka'))\n");
  await file(
    'plugins/accept.js',
    'exports.hook_rcpt = (next, connection) => { connection.relaying = true; next(OK); };\n',
  );
  await file('config/plugins', 'accept\nwaxseal\n');
  await file('config/smtp.ini', `listen=127.0.0.1:${port}\nnodes=0\n`);
  await file('config/outbound.ini', 'temp_fail_intervals=5s*2,1h*10\n');
  await file('config/me', 'haraka.example\n');
  await file('config/plugin_timeout', '1\n');
  await file('config/loglevel', 'INFO\n');
  await file(
    'config/waxseal.ini',
    Object.entries(ini)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  let text = '';
  let child: ChildProcess | null = null;
  const haraka: Haraka = {
    port,
    log: async () => text,
    async start() {
      const own = spawn(process.execPath, [join(PACKAGES, 'Haraka/bin/haraka'), '-c', folder], {
        cwd: folder,
      });
      own.stdout.on('data', (chunk) => {
        text += chunk;
      });
      own.stderr.on('data', (chunk) => {
        text += chunk;
      });
      child = own;
      const from = text.length;
      await vi.waitFor(
        () => {
          if (!text.slice(from).includes('Listening on')) throw new Error(text.slice(-2000));
        },
        { timeout: 180_000, interval: 50 },
      );
    },
    async stop(signal = 'SIGTERM') {
      const own = child;
      if (own === null || own.exitCode !== null || own.signalCode !== null) return;
      const ended = new Promise((done) => own.once('exit', done));
      own.kill(signal);
      const late = setTimeout(() => own.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
    async remove() {
      await haraka.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await haraka.start();
  return haraka;
}
