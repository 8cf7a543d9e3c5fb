/*
 * A queue that is full when the system starts, drained over loopback: `waxseal serve`, and Postfix, to the same sink, in the same run.
 * The daemon looks up every domain. Postfix is told where the sink is and asks no DNS, which is the least that it can cost; and once more it
 * asks for each domain, with DANE, as on the internet it would. Root runs it, where Postfix is installed.
 * WAXSEAL_LOAD=MESSAGES:DOMAINS says how much.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { findProgram, run } from '../peer-tests/daemon.js';
import { type PostfixClientOptions, startPostfixClient } from '../peer-tests/postfix-client.js';
import { sqliteStores } from '../src/adapters/sqlite/index.js';
import type { StateValues } from '../src/cli/kept-state.js';
import { openQueueState } from '../src/cli/queue-state.js';
import { worldArguments } from '../src/cli/world-arguments.js';
import { createIntake } from '../src/services/queue/index.js';
import type { MailHost, World } from '../src/testing/index.js';
import { type Effort, QUICK } from './measure.js';
import type { Place, Wanted } from './receiver.js';
import { sibling } from './sibling.js';
import type { Benchmark, Line } from './table.js';

export const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const HOST = 'mx.sink.test';
const TEXT = `From: s@s.test\r\nSubject: x\r\n\r\n${'A line of a message of no importance.\r\n'.repeat(50)}`;
const AT_ONCE = 50;
const TICKS_PER_SECOND = 100;
const IS_ROOT = process.getuid?.() === 0;
/** The only one that Postfix asks at. */
const DNS_PORT = 53;

export interface Load {
  readonly messages: number;
  readonly domains: number;
}

/** What a drain took. */
interface Drained {
  readonly perSecond: number;
  readonly cpuMsEach: number;
}

export const queueLoad: Benchmark = {
  title: 'A full queue drained over loopback',
  async run(effort) {
    const load = loadFor(effort);
    const what = `${load.messages} messages to ${load.domains} domains`;
    const receiver = await startReceiver(load);
    const sink = await startSink();
    try {
      const lines: Line[] = [];
      for (const [way, place] of [
        ['in clear', { ...receiver.place, port: sink.port }],
        ['under TLS', receiver.place],
      ] as const) {
        const to = way === 'in clear' ? 'sink' : 'receiver';
        const ours = await drainByDaemon(place, load, to);
        lines.push(
          drainLine(`waxseal serve, ${what}, ${way}`, ours),
          {
            what: 'its first delivery, from the start of the process',
            value: `${ours.firstMs.toFixed(0)} ms`,
            cpu: `${ours.firstCpuMs.toFixed(0)} ms of CPU`,
          },
          { what: 'its peak memory', value: `${(ours.peakOctets / 1_048_576).toFixed(0)} MiB` },
        );
        if (!existsSync('/usr/sbin/postfix') || !IS_ROOT) continue;
        const address = to === 'sink' ? '127.0.0.1' : place.address;
        const told = await drainByPostfix(byNextHop(`[${address}]:${place.port}`), load, to);
        const asking = await drainByPostfix(byAsking(place, load, to), load, to);
        const ratio = ours.perSecond / told.perSecond;
        lines.push(
          drainLine('Postfix, from the same queue, told where the sink is', told),
          {
            what: 'ours, to Postfix',
            ...ratiosOf(ours, told),
            aim: { text: 'at least 1 times', reached: ratio >= 1 },
          },
          drainLine('Postfix, asking for each domain, with DANE', asking),
          { what: 'ours, to Postfix that asks', ...ratiosOf(ours, asking) },
        );
      }
      return lines;
    } finally {
      sink.child.kill();
      receiver.child.disconnect();
    }
  },
};

export function loadFor(effort: Effort): Load {
  const [messages, domains] = (process.env.WAXSEAL_LOAD ?? (effort === QUICK ? '300:10' : '1000:10')).split(
    ':',
  );
  return { messages: Number(messages), domains: Number(domains) };
}

function drainLine(what: string, { perSecond, cpuMsEach }: Drained): Line {
  return { what, value: `${perSecond.toFixed(0)}/s`, cpu: `${cpuMsEach.toFixed(2)} ms of CPU each` };
}

function ratiosOf(ours: Drained, theirs: Drained): Pick<Line, 'value' | 'cpu'> {
  return {
    value: `${(ours.perSecond / theirs.perSecond).toFixed(2)} times`,
    cpu: `${(theirs.cpuMsEach / ours.cpuMsEach).toFixed(2)} times`,
  };
}

/**
 * Names for the domains of both sinks: `d1.sink.test` leads to this host, `d1.receiver.test` to the small internet's. That there is no
 * MTA-STS would be remembered by an SOA, which the small internet has not, so a record says it.
 */
function worldOf({ domains }: Load): World {
  const numbers = Array.from({ length: domains }, (_, at) => at);
  return {
    dns: {
      ...Object.fromEntries(
        numbers.flatMap((at) => [
          [`MX ${domainOf(at, 'receiver')}`, [`10 ${HOST}`]],
          [`MX ${domainOf(at, 'sink')}`, ['10 here.sink.test']],
          [`TXT _mta-sts.${domainOf(at, 'receiver')}`, ['none']],
          [`TXT _mta-sts.${domainOf(at, 'sink')}`, ['none']],
        ]),
      ),
      [`A ${HOST}`]: [`@${HOST}`],
      'A here.sink.test': ['127.0.0.1'],
    },
    mail: { [HOST]: {} },
  };
}

export async function startReceiver(
  load: Load,
  host: MailHost = {},
): Promise<{ readonly child: ChildProcess; readonly place: Place }> {
  const child = fork(sibling('./receiver', import.meta.url));
  const wanted: Wanted = {
    world: { ...worldOf(load), mail: { [HOST]: host } },
    host: HOST,
    ...(IS_ROOT && { resolverPort: DNS_PORT }),
  };
  child.send(wanted);
  const [place] = (await once(child, 'message')) as [Place];
  return { child, place };
}

/** Postfix's own sink, which takes everything in clear and keeps nothing. */
export async function startSink(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const child = spawn(
    findProgram('smtp-sink', 'postfix'),
    ['-u', 'nobody', '-c', `127.0.0.1:${port}`, '1000'],
    {
      stdio: 'ignore',
    },
  );
  await pause(300);
  return { child, port };
}

export async function drainByDaemon(
  { resolver, port, httpsPort, caPem }: Place,
  load: Load,
  to: 'sink' | 'receiver',
  waiting = 0,
): Promise<Drained & { readonly firstMs: number; readonly firstCpuMs: number; readonly peakOctets: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-load-'));
  const directory = join(folder, 'state');
  await fillWaiting(directory, waiting);
  await fill({ state: directory }, load, to);
  await writeFile(join(folder, 'ca.pem'), caPem);
  const config = join(folder, 'load.yaml');
  await writeFile(
    config,
    `limits: { concurrency: ${AT_ONCE}, perDomain: ${AT_ONCE}, perHost: ${AT_ONCE} }\n`,
  );
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv.filter((each) => each.startsWith('--cpu-prof')),
      ...[LAUNCHER, 'serve', '--listen', '127.0.0.1:0', '--state', directory, '--config', config],
      ...worldArguments({ resolver, port, httpsPort }, join(folder, 'ca.pem')),
      ...['--log', 'json', '--helo', 'client.test'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let firstMs = 0;
  let firstCpuMs = 0;
  let delivered = 0;
  try {
    for await (const line of createInterface(child.stderr!)) {
      if (!line.includes('"outcome":"delivered"')) {
        if (line.includes('"outcome":')) throw new Error(line);
        continue;
      }
      if (++delivered === 1) {
        firstMs = performance.now() - startedAt;
        firstCpuMs = await cpuMsOf(child.pid!);
      }
      if (delivered === load.messages) break;
    }
    const seconds = (performance.now() - startedAt - firstMs) / 1000;
    const cpuMs = await cpuMsOf(child.pid!);
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    const peakOctets = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    const cpuMsEach = (cpuMs - firstCpuMs) / (delivered - 1);
    return { perSecond: (delivered - 1) / seconds, cpuMsEach, firstMs, firstCpuMs, peakOctets };
  } finally {
    child.stderr!.resume();
    child.kill();
    await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

function domainOf(at: number, to: string): string {
  return `d${at}.${to}.test`;
}

export async function fill(place: StateValues, { messages, domains }: Load, to: string): Promise<void> {
  const state = await openQueueState(place);
  const intake = createIntake({ store: state.queue, bodies: state.bodies });
  // A database that others wait for as well gives no transaction more than a few seconds.
  for (let from = 0; from < messages; from += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, messages - from) }, (_, at) =>
        intake.enqueue({
          from: 's@s.test',
          to: [`u${from + at}@${domainOf((from + at) % domains, to)}`],
          content: () => [Buffer.from(TEXT)],
          facts: { requireTls: 'no', report: 'none' },
        }),
      ),
    );
  await state.close();
}

/** Messages that are not due for an hour, a hundred to a domain; nobody reads their octets before. */
async function fillWaiting(directory: string, messages: number): Promise<void> {
  const stores = sqliteStores({ directory });
  const intake = createIntake({
    store: stores.queue,
    bodies: { keep: async () => TEXT.length },
    clock: () => Date.now() + 3_600_000,
  });
  for (let from = 0; from < messages; from += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, messages - from) }, (_, at) =>
        intake.enqueue({
          from: 's@s.test',
          to: [`u${from + at}@w${Math.floor((from + at) / 100)}.test`],
          content: () => [],
          facts: {
            ...{ requireTls: 'no', report: 'none', tlsRequired: 'absent' },
            sizeBytes: TEXT.length,
            body: '7bit',
            utf8: 'not-needed',
          },
        }),
      ),
    );
  await stores.close();
}

function byNextHop(next: string): PostfixClientOptions {
  return { settings: [`default_transport = smtp:${next}`, 'smtp_tls_security_level = may'] };
}

/** By MX at another port than 25, which is all that a world beside others has. */
function byAsking({ port, resolver }: Place, { domains }: Load, to: string): PostfixClientOptions {
  const names = Array.from({ length: domains }, (_, at) => domainOf(at, to));
  return {
    resolverAddress: resolver.address,
    files: { transport: names.map((name) => `${name} smtp:${name}:${port}\n`).join('') },
    settings: [
      'transport_maps = texthash:$config_directory/transport',
      'smtp_host_lookup = dns',
      'smtp_dns_support_level = dnssec',
      'smtp_tls_security_level = dane',
    ],
  };
}

async function drainByPostfix(
  way: PostfixClientOptions,
  { messages, domains }: Load,
  to: string,
): Promise<Drained> {
  const postfix = await startPostfixClient({
    ...way,
    settings: [
      ...way.settings,
      'smtp_destination_recipient_limit = 1',
      `smtp_destination_concurrency_limit = ${AT_ONCE}`,
      `initial_destination_concurrency = ${AT_ONCE}`,
      'smtpd_data_restrictions = check_client_access static:HOLD',
    ],
  });
  try {
    const client = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true, pool: true });
    await Promise.all(
      Array.from({ length: messages }, (_, at) =>
        client.sendMail({
          envelope: { from: 's@s.test', to: [`u${at}@${domainOf(at % domains, to)}`] },
          raw: TEXT,
        }),
      ),
    );
    client.close();
    await run('postsuper', 'postfix', [...postfix.config, '-H', 'ALL']);
    const before = await cpuMsBelow(postfix.config[1]!);
    const from = performance.now();
    await postfix.flush();
    await postfix.handedOver(messages);
    const perSecond = (messages / (performance.now() - from)) * 1000;
    return { perSecond, cpuMsEach: ((await cpuMsBelow(postfix.config[1]!)) - before) / messages };
  } finally {
    await postfix.stop();
  }
}

/** User and system time of a process, in milliseconds. */
export async function cpuMsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Of a Postfix and all its processes, by the folder of its configuration. */
export async function cpuMsBelow(configuration: string): Promise<number> {
  let sum = 0;
  const parents = new Map<number, number>();
  let master = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (stat === null) continue;
    parents.set(pid, Number(stat.replace(/^.*\) /, '').split(' ')[1]));
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('sbin/master') && command.includes(configuration)) master = pid;
  }
  for (const [pid, parent] of parents)
    if (pid === master || parent === master) sum += await cpuMsOf(pid).catch(() => 0);
  return sum;
}
