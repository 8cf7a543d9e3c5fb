/*
 * ZoneMTA as it comes from the registry, all its processes, with our plugin loaded as its documentation says. Redis is Debian's;
 * only MongoDB is stood in for.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { startDaemon } from './daemon.js';
import { freePorts } from './free-port.js';
import { startMongoStandIn } from './mongo-stand-in.js';

const PACKAGES = fileURLToPath(new URL('zonemta/node_modules', import.meta.url));
const WAXSEAL = fileURLToPath(new URL('..', import.meta.url));

export interface ZoneMta {
  /** Where it takes mail. */
  readonly port: number;
  /** All that its processes have logged so far. */
  log(): string;
  remove(): Promise<void>;
}

export interface ZoneMtaOptions {
  readonly name: 'zone-mta' | '@zone-eu/zone-mta';
  /** Of the plugin. */
  readonly plugin: Readonly<Record<string, unknown>>;
}

export async function startZoneMta({ name, plugin }: ZoneMtaOptions): Promise<ZoneMta> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-zonemta-'));
  // As if it were installed beside ZoneMTA.
  const installed = join(folder, 'node_modules');
  await mkdir(installed);
  await symlink(WAXSEAL, join(installed, 'waxseal'));
  const mongo = await startMongoStandIn(PACKAGES);
  const [smtp = 0, api = 0, queue = 0, redisPort = 0] = await freePorts(4);
  const redis = await startDaemon({
    ...{ program: 'redis-server', debianPackage: 'redis-server' },
    args: ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    isReady: (output) => output.includes('eady to accept connections'),
  });
  const bounces = { enabled: 'main', mailerDaemon: { name: 'MD', address: 'mailer-daemon@host.test' } };
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      dbs: {
        mongo: `mongodb://127.0.0.1:${mongo.port}/zone-mta`,
        redis: { host: '127.0.0.1', port: redisPort, db: 3 },
        sender: 'zone-mta',
      },
      queue: { deferTimes: [1000, 1000, 3_600_000] },
      api: { port: api, host: '127.0.0.1' },
      queueServer: { port: queue, host: '127.0.0.1', hostname: '127.0.0.1' },
      smtpInterfaces: { feeder: { port: smtp, processes: 1 } },
      dns: { caching: false },
      plugins: {
        'core/delivery-loop': false,
        'core/email-bounce': { ...bounces, sendingZone: 'default' },
        'modules/waxseal/zonemta': { enabled: 'sender', ...plugin },
      },
      pools: { default: [{ address: '0.0.0.0', name: 'pool.host.test' }] },
      zones: { default: { connections: 20 } },
    }),
  );
  let text = '';
  const child: ChildProcess = spawn(process.execPath, ['app.js', `--config=${join(folder, 'config.json')}`], {
    cwd: join(PACKAGES, name),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, NODE_PATH: installed },
  });
  const note = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout!.on('data', note);
  child.stderr!.on('data', note);
  const zoneMta: ZoneMta = {
    port: smtp,
    log: () => text,
    async remove() {
      const ended = new Promise((done) => child.once('exit', done));
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
      await Promise.all([redis.stop(), mongo.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await vi.waitFor(
    () => {
      if (!text.includes('Initialized Waxseal') || !text.includes('MTA server started'))
        throw new Error(text.slice(-3000));
    },
    { timeout: 120_000, interval: 50 },
  );
  return zoneMta;
}
