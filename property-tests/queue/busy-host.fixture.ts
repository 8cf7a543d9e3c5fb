/* A queue whose engine finds many domains at few servers, in a time that passes only when everybody waits; sessions are limited as a daemon limits them. */
import { playScripted, scriptedPort } from '../../spec/contracts/scripted.fixture.js';
import { allocate, type World } from '../../src/adapters/scripted/index.js';
import { perHost } from '../../src/daemon/per-host.js';
import type { Adapters, SmtpSession } from '../../src/effects/ports.js';
import { createEngine } from '../../src/engine/engine.js';
import { settingsOf } from '../../src/policy/settings.js';
import type { QueueOptions } from '../../src/services/queue/index.js';
import { textOf, VirtualQueue } from '../../src/services/queue/virtual-queue.fixture.js';

export interface BusyWorld {
  /** How long each mail host takes over a message, in milliseconds, and which domains it serves. */
  readonly hosts: Readonly<Record<string, { readonly ms: number; readonly domains: readonly string[] }>>;
  /** Domains in front of whose host there is one that refuses connections. */
  readonly refused?: readonly string[];
  readonly concurrency: number;
  readonly perHost: number;
  readonly sessionEveryMs?: number;
  readonly queue?: Partial<QueueOptions>;
}

/** What was asked of the world so far. */
export interface Asked {
  attempts: number;
  /** Sessions by host: open now, at most, and messages taken. */
  readonly sessions: Map<string, { open: number; most: number; taken: number }>;
}

export function busyQueue(own: BusyWorld): VirtualQueue & { readonly asked: Asked } {
  const asked: Asked = { attempts: 0, sessions: new Map() };
  const world = worldOf(own);
  const addresses = allocate(world, (index) => `127.0.0.${index + 2}`);
  const played = playScripted(world, { addresses });
  const wait = (ms: number, signal: AbortSignal) => queue.time.wait(ms, signal);
  let numbers = 0;
  const open = (): SmtpSession => {
    const session = ++numbers;
    let host: string | undefined;
    const count = (by: number) => {
      const before = asked.sessions.get(host!) ?? { open: 0, most: 0, taken: 0 };
      const now = before.open + by;
      asked.sessions.set(host!, { ...before, open: now, most: Math.max(before.most, now) });
    };
    const close = () => {
      if (host !== undefined) count(-1);
      host = undefined;
    };
    return {
      connect: async (ask) => {
        host = Object.keys(own.hosts).find((name) => addresses.get(name) === ask.address);
        if (host !== undefined) count(1);
        return played.ask({ type: 'smtp.connect', ...ask, session });
      },
      greeting: async (ask) => played.ask({ type: 'smtp.greeting', ...ask, session }),
      auth: async (ask) => played.ask({ type: 'smtp.auth', ...ask, session }),
      hello: async (ask) => played.ask({ type: 'smtp.hello', ...ask, session }),
      startTls: async (ask) => played.ask({ type: 'smtp.starttls', ...ask, session }),
      handshake: async (ask) => played.ask({ type: 'tls.handshake', ...ask, session }),
      inspect: async (ask) => played.ask({ type: 'peer.inspect', ...ask, session }),
      send: async (ask, _message, signal) => {
        await wait(own.hosts[host!]!.ms, signal);
        asked.sessions.get(host!)!.taken += 1;
        return played.ask({ type: 'smtp.send', ...ask, session });
      },
      quit: async (ask) => {
        close();
        return played.ask({ type: 'smtp.quit', ...ask, session });
      },
      destroy: close,
    };
  };
  const adapters: Adapters = {
    'dns.mx': scriptedPort(played, 'dns.mx'),
    'dns.txt': scriptedPort(played, 'dns.txt'),
    'dns.addresses': scriptedPort(played, 'dns.addresses'),
    'dns.cname': scriptedPort(played, 'dns.cname'),
    'dns.tlsa': scriptedPort(played, 'dns.tlsa'),
    'policy.fetch': scriptedPort(played, 'policy.fetch'),
    'policy-cache.read': scriptedPort(played, 'policy-cache.read'),
    'policy-cache.write': scriptedPort(played, 'policy-cache.write'),
    'random.draw': scriptedPort(played, 'random.draw'),
    'smtp.session': perHost(
      open,
      { sessionsMax: own.perHost, sessionEveryMs: own.sessionEveryMs ?? 0, placesMax: own.concurrency },
      { elapsed: () => queue.sinceStart, wait, octets: (count) => new Uint8Array(count).fill(0x80) },
    ),
  };
  const queue = new VirtualQueue({
    engine: {
      deliver: async (mail, options) => {
        asked.attempts += 1;
        if (mail.from === '') queue.notices.push(await textOf(mail.content));
        return engine.deliver(mail, options);
      },
      lastLook: (...looked) => engine.lastLook(...looked),
    },
    limits: { concurrency: own.concurrency, perDomain: 10 },
    ...own.queue,
  });
  const engine = createEngine({
    ...{ adapters, clock: () => queue.time.now, wait, deadlineMs: 3_600_000 },
    settings: settingsOf('rfc', { privateAddresses: 'allow' }),
  });
  return Object.assign(queue, { asked });
}

function worldOf({ hosts, refused = [] }: BusyWorld): World {
  const names = Object.keys(hosts);
  const inFront = new Set(refused);
  const mx = (domain: string, host: string) =>
    inFront.has(domain) ? ['5 refuses.test', `10 ${host}`] : [`10 ${host}`];
  return {
    dns: Object.fromEntries([
      ...['refuses.test', ...names].map((host) => [`A ${host}`, [`@${host}`]]),
      ...names.flatMap((host) => hosts[host]!.domains.map((domain) => [`MX ${domain}`, mx(domain, host)])),
    ]),
    mail: Object.fromEntries([
      ['refuses.test', { connect: 'refuse' as const }],
      ...names.map((host) => [host, {}] as const),
    ]),
  };
}

export const domainsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${name}${at}.test`);
