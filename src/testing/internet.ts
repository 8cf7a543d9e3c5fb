/*
 * A world, played by real servers on loopback: one resolver, an SMTP server for each mail host and an HTTPS server for
 * each policy host, all of them unprivileged. The world may be changed while it runs. The simulation plays the same
 * description in memory; names, aliases and security are read by one and the same code.
 */
import { writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  allocate,
  applyChange,
  type Certificate,
  type MailHost,
  type Step,
  type World,
} from '../adapters/scripted/index.js';
import { hostsOf, type KnownHosts } from '../adapters/scripted/scenario-contradictions.js';
import { strictObject } from '../effects/codecs/strict-object.js';
import { such, wholeFrom } from '../effects/codecs/values.js';
import { checked, MisuseError } from '../effects/misuse.js';
import { checkChange, checkNextWorld, checkWorld } from './check-world.js';
import type { DnsQuery } from './dns-message.js';
import { allOf, HostServers } from './host-servers.js';
import { claimBlock, type LoopbackBlock } from './loopback-block.js';
import { startMailHost } from './mail-host.js';
import { createPki, type Issued, type Pki } from './pki.js';
import { startPolicyHost } from './policy-host.js';
import type { ReceivedMessage, ReceivedSession } from './smtp-receiver.js';
import { type WorldState, zoneOf } from './zone.js';

export interface InternetOptions {
  /** The SMTP port of all mail hosts. Default: one that is free. */
  readonly port?: number;
  /** The HTTPS port of all policy hosts. Default: one that is free. */
  readonly httpsPort?: number;
  /** The port of the resolver. Default: one that is free; programs that read resolv.conf ask at 53, for which a process needs the right. */
  readonly resolverPort?: number;
  /**
   * The same seed, world and time give certificates with the same serial numbers, names and dates. Keys, and with them signatures,
   * digests and TLSA data, are new at each start, and so are free ports and the loopback block. Default: chance.
   */
  readonly seed?: number;
  /**
   * The time by which certificates are made, in milliseconds since 1970, or a clock that answers it; whoever plays a sender is given the
   * same. Handshakes of Node go by the platform's clock, as everywhere. Default: the platform's clock.
   */
  readonly now?: number | (() => number);
}

/** Changes to a running world: entries by name, replaced or (null) removed. */
export type WorldChange = NonNullable<Step['change']>;

/** A running world. Close it, or its servers keep the process alive. */
export interface Internet {
  /** Where its DNS is served, by UDP and TCP. Ask for AD or DO to be told what is secure. */
  readonly resolver: { readonly address: string; readonly port: number };
  readonly port: number;
  readonly httpsPort: number;
  /** The certificate of its public CA in PEM; trust it to play a sender. */
  readonly caPem: string;
  /** Writes {@link Internet.caPem} to a file, for programs that want one, and answers the path. Rejects as writeFile does. */
  writeCa(path: string): Promise<string>;
  /**
   * A resolv.conf(5) that leads to its resolver and believes what it validates. Only for a `resolverPort` of 53: the file has no
   * place for another one, and then says so in a comment.
   */
  resolvConf(): string;
  /** What its resolver was asked, oldest first: of the last 10,000 questions those that could be read. */
  queries(): readonly DnsQuery[];
  /** The IDs of mail hosts that are or ever were in this world. */
  hosts(): readonly string[];
  /** The connections that a mail host has accepted, oldest first. Throws a RangeError for a host that never was in this world. */
  sessions(id: string): readonly ReceivedSession[];
  /** The IPv4 address of a host, by ID. Throws a RangeError for a host that never was in this world. */
  addressOf(id: string): string;
  /**
   * How many TCP connections a mail host has accepted, or the policy host of that ID if there is no such mail host.
   * Throws a RangeError for a host that never was in this world.
   */
  connections(id: string): number;
  /** What a mail host has accepted, oldest first. Throws a RangeError for a host that never was in this world. */
  received(id: string): readonly ReceivedMessage[];
  /**
   * Changes the world. DNS entries change at once; a host whose entry changes keeps its address and its key, but its
   * open connections are closed. Rejects when closed, when a new host finds no room, and with a {@link MisuseError} for what
   * `waxseal simulate` would refuse.
   */
  change(change: WorldChange): Promise<void>;
  /** As {@link Internet.change}, to another world as a whole: what it does not name is gone, and a host whose entry is the same stays as it is. */
  become(world: World): Promise<void>;
  /** Closes every server and connection. Calling it again is harmless. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a world on a loopback block of its own (127.x.y.0/24, so Linux, or a system with these addresses configured).
 * Rejects with a {@link MisuseError} for a world that `waxseal simulate` would refuse, and if a port that was asked for cannot be
 * bound, or if there are more than 250 hosts.
 */
export async function startInternet(world: World, options: InternetOptions = {}): Promise<Internet> {
  checkWorld(world);
  return startKnownWorld(world, hostsOf(world), options);
}

/** What is decided for a scenario. */
export interface Staging {
  /** A CA that others share. */
  readonly pki?: Pki;
  /** Told when a mail host has a message whole, before it answers. */
  readonly dotRead?: () => void;
}

/** As {@link startInternet}, of a world whose hosts, also those to come, have been looked at. */
export async function startKnownWorld(
  world: World,
  hosts: KnownHosts,
  options: InternetOptions = {},
  { pki: ownPki, dotRead }: Staging = {},
): Promise<Internet> {
  const read = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  const { port = 0, httpsPort = 0, resolverPort = 0, seed, now } = read;
  if (port !== 0 && port === httpsPort)
    throw new MisuseError(
      'WAXSEAL_BAD_OPTIONS',
      'port and httpsPort must differ: SMTP and HTTPS need a port each',
    );
  const current: Current = {
    state: { world: { dns: {} }, addresses: new Map(), certificates: new Map() },
    hosts,
  };
  const pki = ownPki ?? (await createPki({ seed, now: typeof now === 'number' ? () => now : now }));
  const asked: DnsQuery[] = [];
  const block = await claimBlock(
    { port, httpsPort, resolverPort },
    {
      zone: (smtpPort) => zoneOf(() => current.state, smtpPort),
      heard: (query) => {
        asked.push(query);
        if (asked.length > QUERIES_MAX) asked.shift();
      },
    },
  );
  return new SmallInternet(block, pki, current, asked, dotRead).start(world);
}

const QUERIES_MAX = 10_000;
/** Where programs that read resolv.conf ask. */
const DNS_PORT = 53;
const Port = wholeFrom(0, 65_535);
const Time = such(
  'a time in milliseconds since 1970, or a function that answers one',
  (value): value is number | (() => number) => Number.isFinite(value) || typeof value === 'function',
);
const OptionsCodec = strictObject<InternetOptions>(
  'an object with options',
  { port: Port, httpsPort: Port, resolverPort: Port, seed: wholeFrom(0, Number.MAX_SAFE_INTEGER), now: Time },
  [],
);

interface Current {
  state: WorldState;
  hosts: KnownHosts;
}

class SmallInternet implements Internet {
  readonly resolver: { readonly address: string; readonly port: number };
  readonly port: number;
  readonly httpsPort: number;
  readonly caPem: string;
  readonly #block: LoopbackBlock;
  readonly #pki: Pki;
  readonly #current: Current;
  readonly #asked: readonly DnsQuery[];
  readonly #mail: HostServers<MailHost>;
  readonly #policy = new HostServers(startPolicyHost);
  readonly #issued = new Map<string, Promise<Issued>>();
  /** Changes come one after the other, and the end after them. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    block: LoopbackBlock,
    pki: Pki,
    current: Current,
    asked: readonly DnsQuery[],
    dotRead?: () => void,
  ) {
    this.#mail = new HostServers((host, place) => startMailHost(host, place, dotRead));
    this.resolver = block.resolver;
    this.port = block.port;
    this.httpsPort = block.httpsPort;
    this.caPem = pki.caPem;
    this.#block = block;
    this.#pki = pki;
    this.#current = current;
    this.#asked = asked;
  }

  async start(world: World): Promise<this> {
    try {
      await this.#become(world);
      return this;
    } catch (cause) {
      await this.close();
      throw cause;
    }
  }

  async writeCa(path: string): Promise<string> {
    await writeFile(path, this.caPem);
    return path;
  }

  resolvConf(): string {
    const { address, port } = this.resolver;
    const elsewhere =
      port === DNS_PORT
        ? ''
        : `# It listens at port ${port}; start it with resolverPort ${DNS_PORT} to be asked.\n`;
    return `${elsewhere}nameserver ${address}\noptions edns0 trust-ad\n`;
  }

  queries(): readonly DnsQuery[] {
    return [...this.#asked];
  }

  hosts(): readonly string[] {
    return this.#mail.ids;
  }

  sessions(id: string): readonly ReceivedSession[] {
    return structuredClone(known(this.#mail.logOf(id), id).sessions);
  }

  addressOf(id: string): string {
    return known(this.#current.state.addresses.get(id), id);
  }

  connections(id: string): number {
    return known(this.#mail.logOf(id) ?? this.#policy.logOf(id), id).connections;
  }

  received(id: string): readonly ReceivedMessage[] {
    return [...known(this.#mail.logOf(id), id).received];
  }

  change(change: WorldChange): Promise<void> {
    return this.#inTurn((world, hosts) => ({
      hosts: checkChange(change, hosts),
      world: applyChange(world, change),
    }));
  }

  become(next: World): Promise<void> {
    return this.#inTurn((world, known) => {
      const hosts = checkNextWorld(next, known);
      const [mail, policy] = [unchanged(world.mail, next.mail), unchanged(world.policy, next.policy)];
      return { hosts, world: { ...next, mail, policy } };
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#turn.then(async () => {
      await Promise.all([this.#mail.close(), this.#policy.close(), this.#block.close()]);
    });
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn(next: (world: World, hosts: KnownHosts) => { world: World; hosts: KnownHosts }): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(new Error('this internet is closed'));
    const changed = this.#turn.then(() => {
      const { world, hosts } = next(this.#current.state.world, this.#current.hosts);
      this.#current.hosts = hosts;
      return this.#become(world);
    });
    this.#turn = changed.catch(() => {});
    return changed;
  }

  async #become(world: World): Promise<void> {
    const { mail = {}, policy = {} } = world;
    const addresses = allocate(world, this.#block.addressAt, this.#current.state.addresses);
    const [held, shown] = await Promise.all([this.#certificates(mail), this.#certificates(policy)]);
    const place = (port: number, issued: ReadonlyMap<string, Issued>) => (id: string) => ({
      port,
      address: addresses.get(id)!,
      issued: issued.get(id)!,
    });
    await allOf([
      this.#mail.become(mail, place(this.port, held)),
      this.#policy.become(policy, place(this.httpsPort, shown)),
    ]);
    this.#current.state = { world, addresses, certificates: held };
  }

  async #certificates(hosts: Readonly<Record<string, { readonly certificate?: Certificate }>>) {
    const issued = Object.entries(hosts).map(
      async ([id, host]) => [id, await this.#issue(id, host.certificate)] as const,
    );
    return new Map(await Promise.all(issued));
  }

  /** Kept, so that a host whose entry changes in other respects shows the same certificate as before. */
  #issue(id: string, certificate: Certificate = {}): Promise<Issued> {
    const key = JSON.stringify([id, certificate]);
    const issued = this.#issued.get(key) ?? this.#pki.issue(certificate, id);
    this.#issued.set(key, issued);
    return issued;
  }
}

/** Entries, those that stay as they were by their old identity: whoever runs them goes by that. */
function unchanged<T>(
  old: Readonly<Record<string, T>> = {},
  entries: Readonly<Record<string, T>> = {},
): Readonly<Record<string, T>> {
  const kept = Object.entries(entries).map(
    ([id, entry]) => [id, isDeepStrictEqual(old[id], entry) ? old[id]! : entry] as const,
  );
  return Object.fromEntries(kept);
}

function known<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new RangeError(`no host ${id} in this internet`);
  return value;
}
