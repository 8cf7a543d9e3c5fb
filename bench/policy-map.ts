/*
 * What Postfix waits for: answers of the policy map that are known already, on one connection and on fifty, each with one request
 * under way. Beside it postfix-mta-sts-resolver (Debian's, where it is installed and root runs this), and the least that Node
 * can do. Each responder is a process of its own; the clients are in this one.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPort53 } from '../peer-tests/port-53.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { type Contender, type Effort, measure, type Rate } from './measure.js';
import { cpuMsOf } from './queue-load.js';
import { sibling } from './sibling.js';
import type { SocketmapTask } from './socketmap-server.js';
import { type Benchmark, type Line, ratioLine } from './table.js';

const DOMAINS = Array.from({ length: 100 }, (_, at) => `d${at}.test`);
const OTHER = '/usr/bin/mta-sts-daemon';
const OTHER_PORT = 18461;
const SAMPLES = 20_000;

export const policyMaps: Benchmark = {
  title: 'answers to Postfix that are known already',
  async run(effort) {
    const canPlayOther = existsSync(OTHER) && process.getuid?.() === 0;
    const internet = await startInternet(worldOf(), canPlayOther ? { httpsPort: 443 } : {});
    const ends: (() => Promise<unknown>)[] = [() => internet.close()];
    try {
      const ours = await startOwn('waxseal', internet, ends);
      const bare = await startOwn('bare', internet, ends);
      const other = canPlayOther ? await startOther(internet, ends) : null;
      const lines: Line[] = [];
      for (const connections of [1, 50])
        lines.push(...(await compare(connections, { ours, bare, other }, effort)));
      return lines;
    } finally {
      for (const end of ends.reverse()) await end();
    }
  },
};

function worldOf() {
  const dns: Record<string, readonly string[]> = {};
  const policy: Record<string, { readonly body: string }> = {};
  for (const domain of DOMAINS) {
    dns[`MX ${domain}`] = [`10 mx.${domain}`];
    dns[`A mx.${domain}`] = ['192.0.2.1'];
    dns[`TXT _mta-sts.${domain}`] = ['v=STSv1; id=1;'];
    dns[`A mta-sts.${domain}`] = [`@mta-sts.${domain}`];
    policy[`mta-sts.${domain}`] = {
      body: `version: STSv1\nmode: enforce\nmx: mx.${domain}\nmax_age: 604800\n`,
    };
  }
  return { dns, policy };
}

async function compare(
  connections: number,
  responders: { readonly ours: Responder; readonly bare: Responder; readonly other: Responder | null },
  effort: Effort,
): Promise<readonly Line[]> {
  const on = `${connections} connection${connections === 1 ? '' : 's'}`;
  const { ours: own, bare: least, other: theirs } = responders;
  const all = await Promise.all(
    [own, least, ...(theirs === null ? [] : [theirs])].map((each) => Clients.open(each, connections)),
  );
  const [ours, bare, other] = await measure(
    all.map((clients) => clients.contender()),
    effort,
  );
  const [late, lateBare, lateOther] = await latencies(all);
  for (const clients of all) clients.close();
  const line = (who: string, rate: Rate, { p50, p99, cpu }: Latency): Line => ({
    what: `${who}, ${on}`,
    value: `${Math.round(rate.perSecond).toLocaleString('en')}/s; p50 ${p50} µs, p99 ${p99} µs`,
    cpu: `${cpu.toFixed(1)} µs of its CPU each`,
  });
  return [
    line('waxseal', ours!, late!),
    line('the least in Node', bare!, lateBare!),
    ...(other === undefined ? [] : [line('postfix-mta-sts-resolver', other, lateOther!)]),
    ratio('waxseal, to the least in Node', [ours!, late!], [bare!, lateBare!], 0.9),
    ...(other === undefined
      ? []
      : [ratio('waxseal, to postfix-mta-sts-resolver', [ours!, late!], [other, lateOther!], 1)]),
  ];
}

/** By the wall clock, and by what each answer takes of the responder's own CPU, which a busy machine disturbs less. */
function ratio(
  what: string,
  [one, { cpu }]: readonly [Rate, Latency],
  [other, { cpu: otherCpu }]: readonly [Rate, Latency],
  atLeast: number,
): Line {
  return { ...ratioLine(what, one, other, atLeast), cpu: `${(otherCpu / cpu).toFixed(2)} times by its CPU` };
}

interface Responder {
  readonly port: number;
  readonly pid: number;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the responder's CPU an answer. */
  readonly cpu: number;
}

async function latencies(all: readonly Clients[]): Promise<readonly Latency[]> {
  const found: Latency[] = [];
  for (const clients of all) {
    const before = await cpuMsOf(clients.pid);
    const sorted = (await clients.sample(SAMPLES)).toSorted((a, b) => a - b);
    const cpu = (((await cpuMsOf(clients.pid)) - before) / sorted.length) * 1000;
    const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)]! * 1000);
    found.push({ p50: at(0.5), p99: at(0.99), cpu });
  }
  return found;
}

/** Connections that each ask for one domain after the other, and wait for each answer. */
class Clients {
  readonly #clients: readonly Client[];
  /** Of the responder. */
  readonly pid: number;

  private constructor(clients: readonly Client[], pid: number) {
    this.#clients = clients;
    this.pid = pid;
  }

  static async open({ port, pid }: Responder, count: number): Promise<Clients> {
    const clients = await Promise.all(Array.from({ length: count }, () => Client.open(port)));
    // Every answer is known before anything counts.
    for (const domain of DOMAINS) {
      const reply = await clients[0]!.ask(domain);
      if (!reply.includes('OK secure match=')) throw new Error(`port ${port} says ${reply} of ${domain}`);
    }
    return new Clients(clients, pid);
  }

  /** A few milliseconds of work. */
  contender(): Contender {
    const each = Math.max(4, Math.round(200 / this.#clients.length));
    return {
      batch: async () => {
        await Promise.all(this.#clients.map((client) => client.askSo(each)));
        return each * this.#clients.length;
      },
    };
  }

  /** How long answers take, in milliseconds. */
  async sample(count: number): Promise<readonly number[]> {
    const each = Math.ceil(count / this.#clients.length);
    const taken = await Promise.all(this.#clients.map((client) => client.askSo(each)));
    return taken.flat();
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

class Client {
  readonly #socket: Socket;
  #heard = '';
  #told: (reply: string) => void = () => undefined;
  #next = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard += text;
      const colon = this.#heard.indexOf(':');
      if (colon < 0 || this.#heard.length < colon + 2 + Number(this.#heard.slice(0, colon))) return;
      const reply = this.#heard;
      this.#heard = '';
      this.#told(reply);
    });
  }

  static async open(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Client(socket);
  }

  ask(domain: string): Promise<string> {
    const payload = `waxseal ${domain}`;
    return new Promise((resolve) => {
      this.#told = resolve;
      this.#socket.write(`${payload.length}:${payload},`, 'latin1');
    });
  }

  async askSo(count: number): Promise<number[]> {
    const taken: number[] = [];
    for (let at = 0; at < count; at++) {
      const start = performance.now();
      await this.ask(DOMAINS[this.#next++ % DOMAINS.length]!);
      taken.push(performance.now() - start);
    }
    return taken;
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function startOwn(
  who: SocketmapTask['who'],
  { resolver, port, httpsPort, caPem }: Internet,
  ends: (() => Promise<unknown>)[],
): Promise<Responder> {
  const child = fork(sibling('./socketmap-server', import.meta.url));
  ends.push(() => endOf(child, () => child.disconnect()));
  const answer = 'OK secure match=mx.d0.test servername=hostname';
  const task: SocketmapTask = {
    who,
    requests: DOMAINS.map((domain) => `waxseal ${domain}`),
    reply: `${answer.length}:${answer},`,
    internet: { resolver, port, httpsPort, caPem },
  };
  child.send(task);
  const [told] = (await once(child, 'message')) as [{ readonly port: number }];
  return { port: told.port, pid: child.pid! };
}

/** In a file system of its own, in which /etc/resolv.conf names the resolver of the small internet. */
async function startOther(internet: Internet, ends: (() => Promise<unknown>)[]): Promise<Responder> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-bench-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const port53 = await onPort53(internet.resolver);
  ends.push(() => port53.stop());
  const resolvConf = join(folder, 'resolv.conf');
  const config = join(folder, 'config.yml');
  await writeFile(resolvConf, `nameserver ${internet.resolver.address}\n`);
  const cache = 'cache:\n  type: internal\n  options:\n    cache_size: 10000\n';
  await writeFile(
    config,
    `host: 127.0.0.1\nport: ${OTHER_PORT}\n${cache}cache_grace: 3600\ndefault_zone: {}\n`,
  );
  const steps = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
  const command = ['-m', '/bin/sh', '-c', steps, 'sh', resolvConf, OTHER, '-c', config, '-v', 'error'];
  const child = spawn('unshare', command, {
    env: { ...process.env, SSL_CERT_FILE: await internet.writeCa(join(folder, 'ca.pem')) },
    stdio: 'inherit',
  });
  ends.push(() => endOf(child, () => child.kill('SIGTERM')));
  for (let attempt = 1; ; attempt++) {
    const socket = connect(OTHER_PORT, '127.0.0.1');
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    // Whoever unshares becomes what it starts, in the end.
    if (isThere) return { port: OTHER_PORT, pid: child.pid! };
    if (attempt > 1_000) throw new Error(`${OTHER} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function endOf(child: ChildProcess, end: () => unknown): Promise<void> {
  const ended = once(child, 'exit');
  end();
  await ended;
}
