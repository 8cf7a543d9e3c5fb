/*
 * A small internet of other people's software: NSD holds the zones, Unbound validates them, Postfix and smtp-server take
 * the mail. All stories are told in one, each in domains of its own.
 */
import { randomInt } from 'node:crypto';
import {
  type Addresses,
  allocate,
  type MailHost,
  type PolicyHost,
  type Scenario,
} from '../src/adapters/scripted/index.js';
import type { DeliveryResult, Engine } from '../src/engine/engine.js';
import { createNodeEngine, type NodeOptions, type ResolverConfig } from '../src/node.js';
import { type Settings, settingsOf } from '../src/policy/settings.js';
import { createPki, type Issued, type Pki } from '../src/testing/pki.js';
import { startPolicyHost } from '../src/testing/policy-host.js';
import { mailOf } from '../src/testing/scenario/run.js';
import { zoneOf } from '../src/testing/zone.js';
import type { Daemon } from './daemon.js';
import { type MailPeer, offersRequireTls, type PeerSession, type PlacedHost } from './mail-peer.js';
import { type Endpoint, startNsd } from './nsd.js';
import { startPostfix } from './postfix.js';
import { startSmtpServer } from './smtp-server.js';
import { startUnbound } from './unbound.js';
import { zonesOf } from './zones.js';

/** A scenario that real peers can play, and what only they can be asked for. */
export interface PeerStory extends Scenario {
  /** Signed domains whose signatures have expired. */
  readonly expired?: readonly string[];
  /** More records in presentation form, absolute, of types that worlds do not have; each in the zone of its owner. */
  readonly records?: readonly string[];
}

export interface PeersOptions {
  /** Certificates of mail hosts, by ID, in place of those that their worlds describe. */
  readonly issued?: ReadonlyMap<string, Issued>;
  /** Where Unbound listens. Default: 5302, which needs no privileges. */
  readonly resolverPort?: number;
  /** Who plays the mail hosts. Default: Postfix. */
  readonly startMail?: (hosts: readonly PlacedHost[]) => Promise<MailPeer>;
}

export interface Peers {
  /** Where Unbound listens. */
  readonly resolver: Endpoint;
  /** Sends the message of a story; `resolver` replaces parts of how the resolver is asked. */
  readonly play: (story: PeerStory, resolver?: Partial<ResolverConfig>) => Promise<Played>;
  readonly stop: () => Promise<void>;
}

/** What the engine says of a message, and what the servers say. */
export interface Played extends DeliveryResult {
  readonly sessions: readonly PeerSession[];
}

export const SMTP_PORT = 2525;
const HTTPS_PORT = 8443;
const NSD_PORT = 5301;
const UNBOUND_PORT = 5302;

const PORTS = { port: SMTP_PORT, httpsPort: HTTPS_PORT } as const;

const DEADLINES = {
  dnsMs: 10_000,
  policyFetchMs: 5_000,
  connectMs: 5_000,
  greetingMs: 10_000,
  commandMs: 10_000,
  handshakeMs: 10_000,
  mailMs: 10_000,
  recipientMs: 10_000,
  dataMs: 10_000,
  dataBlockMs: 10_000,
  endOfDataMs: 10_000,
  quitMs: 5_000,
} as const;

/** Starts everything for these stories, whose domains must differ. */
export async function startPeers(stories: readonly PeerStory[], options: PeersOptions = {}): Promise<Peers> {
  // Nearly always free; if not, the first daemon says so.
  const prefix = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  const nameServer = { address: `${prefix}.1`, port: NSD_PORT };
  const resolver = { address: `${prefix}.1`, port: options.resolverPort ?? UNBOUND_PORT };
  const pki = await createPki();
  const mail = hostsOf(stories);
  const policy = policyHostsOf(stories);
  const addresses = allocate({ dns: {}, mail, policy }, (index) => `${prefix}.${index + 2}`);
  const hosts = await placed(mail, addresses, pki, options.issued);
  const zones = zonesFor(stories, mail, hosts, addresses);
  const listening = hosts.filter(({ host }) => host.connect !== 'refuse');
  const { kept, stop } = await startAll(
    async (keep) => {
      const { trustAnchors } = await keep(startNsd(zones, nameServer));
      return keep(startUnbound({ ...resolver, zones, nameServer, trustAnchors }));
    },
    (keep) =>
      keep((options.startMail ?? startPostfix)(listening.filter(({ host }) => !offersRequireTls(host)))),
    async (keep) => {
      await keep(startPolicyHosts(policy, addresses, pki));
      return keep(startSmtpServer(listening.filter(({ host }) => offersRequireTls(host))));
    },
  );
  const [, postfix, smtpServer] = kept;
  const engineFor = engines({ ca: [pki.caPem] });
  const news = newsFrom([postfix, smtpServer]);
  return {
    resolver,
    stop,
    async play(story, own = {}) {
      const engine = engineFor(story.settings, {
        servers: [resolver],
        timeoutMs: 5_000,
        attempts: 1,
        ...own,
      });
      const [step] = story.steps;
      const delivered = await engine.deliver(mailOf(step), { attempt: step.attempt ?? 1 });
      return { ...delivered, sessions: await news() };
    },
  };
}

function hostsOf(stories: readonly PeerStory[]): Readonly<Record<string, MailHost>> {
  const all = stories.flatMap(({ world }) => Object.entries(world.mail ?? {}));
  const ids = all.map(([id]) => id);
  const shared = ids.find((id, at) => ids.indexOf(id) !== at);
  if (shared !== undefined)
    throw new RangeError(`two stories have a host called ${shared}; call it by a domain`);
  return Object.fromEntries(all);
}

function policyHostsOf(stories: readonly PeerStory[]): Readonly<Record<string, PolicyHost>> {
  return Object.assign({}, ...stories.map(({ world }) => world.policy));
}

/** Policy hosts are our own: what they serve is a file. */
async function startPolicyHosts(
  hosts: Readonly<Record<string, PolicyHost>>,
  addresses: Addresses,
  pki: Pki,
): Promise<Daemon> {
  const servers = await Promise.all(
    Object.entries(hosts).map(async ([id, host]) => {
      const issued = await pki.issue(host.certificate ?? {}, id);
      const log = { connections: 0, received: [], sessions: [] };
      return startPolicyHost(host, { id, address: addresses.get(id)!, port: HTTPS_PORT, issued, log });
    }),
  );
  return {
    output: () => '',
    stop: async () => void (await Promise.all(servers.map((server) => server?.close()))),
  };
}

function placed(
  mail: Readonly<Record<string, MailHost>>,
  addresses: Addresses,
  pki: Pki,
  own: ReadonlyMap<string, Issued> = new Map(),
): Promise<PlacedHost[]> {
  return Promise.all(
    Object.entries(mail).map(async ([id, host]) => {
      const issued = own.get(id) ?? (await pki.issue(host.certificate ?? {}, id));
      return { id, host, address: addresses.get(id)!, port: SMTP_PORT, issued };
    }),
  );
}

function zonesFor(
  stories: readonly PeerStory[],
  mail: Readonly<Record<string, MailHost>>,
  hosts: readonly PlacedHost[],
  addresses: Addresses,
) {
  const state = {
    world: { dns: {}, mail },
    addresses,
    certificates: new Map(hosts.map(({ id, issued }) => [id, issued])),
  };
  const references = zoneOf(() => state, SMTP_PORT);
  return zonesOf(
    stories.map(({ world, expired = [], records = [] }) => ({ world, expired, records, references })),
    SMTP_PORT,
  );
}

type Keep = <D extends Daemon>(starting: Promise<D>) => Promise<D>;

/** Starts daemons side by side; if one does not start, none is left running. */
async function startAll<A, B, C>(
  ...starts: [(keep: Keep) => Promise<A>, (keep: Keep) => Promise<B>, (keep: Keep) => Promise<C>]
): Promise<{ readonly kept: readonly [A, B, C]; readonly stop: () => Promise<void> }> {
  const running: Daemon[] = [];
  const stop = async () => void (await Promise.all(running.map((daemon) => daemon.stop())));
  const keep: Keep = async (starting) => {
    const daemon = await starting;
    running.push(daemon);
    return daemon;
  };
  const [a, b, c] = starts;
  const all = [a(keep), b(keep), c(keep)] as const;
  try {
    await Promise.allSettled(all);
    return { kept: await Promise.all(all), stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** One engine for all that is asked of it alike, because a trust store takes a while to build. */
function engines(options: NodeOptions) {
  const known = new Map<string, Engine>();
  return (own: Partial<Settings> | undefined, resolver: ResolverConfig): Engine => {
    const key = JSON.stringify([own, resolver]);
    const deadlines = DEADLINES;
    const settings = settingsOf('rfc', { privateAddresses: 'allow', deadlines, ...own, ...PORTS });
    const engine = known.get(key) ?? createNodeEngine({ ...options, settings, resolver });
    known.set(key, engine);
    return engine;
  };
}

/** Asks the mail servers again and again what has happened since they were asked last. */
function newsFrom(peers: readonly MailPeer[]): () => Promise<readonly PeerSession[]> {
  let told = peers.map(() => 0);
  return async () => {
    const sessions = await Promise.all(peers.map((peer) => peer.sessions()));
    const news = sessions.flatMap((all, at) => all.slice(told[at]!));
    told = sessions.map((all) => all.length);
    return news;
  };
}
