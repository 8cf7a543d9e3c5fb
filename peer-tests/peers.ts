/*
 * A small internet of other people's software: NSD holds the zones, Unbound validates them, Postfix and smtp-server take
 * the mail. All stories are told in one, each in domains of its own.
 */
import { randomInt } from 'node:crypto';
import { allocate, type MailHost, type Scenario } from '../src/adapters/scripted/index.js';
import type { DeliveryResult, Engine } from '../src/engine.js';
import { createNodeEngine, type NodeOptions, type ResolverConfig } from '../src/node.js';
import { type Settings, settingsOf } from '../src/policy/settings.js';
import { createPki, type Issued } from '../src/testing/pki.js';
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

const SMTP_PORT = 2525;
const NSD_PORT = 5301;
const UNBOUND_PORT = 5302;

const DEADLINES = {
  dnsMs: 10_000,
  policyFetchMs: 5_000,
  connectMs: 5_000,
  commandMs: 10_000,
  handshakeMs: 10_000,
  transactionMs: 10_000,
  quitMs: 5_000,
} as const;

/** Starts everything for these stories, whose domains must differ. */
export async function startPeers(stories: readonly PeerStory[]): Promise<Peers> {
  // Nearly always free; if not, the first daemon says so.
  const prefix = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  const nameServer = { address: `${prefix}.1`, port: NSD_PORT };
  const resolver = { address: `${prefix}.1`, port: UNBOUND_PORT };
  const pki = await createPki();
  const world = {
    dns: {},
    mail: Object.assign({}, ...stories.map((story) => story.world.mail)) as Record<string, MailHost>,
  };
  const addresses = allocate(world, (index) => `${prefix}.${index + 2}`);
  const issued = await Promise.all(
    Object.entries(world.mail).map(
      async ([id, host]) => [id, await pki.issue(host.certificate ?? {}, id)] as const,
    ),
  );
  const certificates: ReadonlyMap<string, Issued> = new Map(issued);
  const hosts: PlacedHost[] = issued
    .map(([id, own]) => ({
      id,
      host: world.mail[id]!,
      address: addresses.get(id)!,
      port: SMTP_PORT,
      issued: own,
    }))
    .filter(({ host }) => host.connect !== 'refuse');
  const references = zoneOf(() => ({ world, addresses, certificates }), SMTP_PORT);
  const zones = zonesOf(
    stories.map(({ world, expired = [], records = [] }) => ({ world, expired, records, references })),
    SMTP_PORT,
  );

  const started: Daemon[] = [];
  const stop = async () => void (await Promise.all(started.splice(0).map((daemon) => daemon.stop())));
  const keep = async <D extends Daemon>(starting: Promise<D>): Promise<D> => {
    const daemon = await starting;
    started.push(daemon);
    return daemon;
  };
  const resolving = async () => {
    const { trustAnchors } = await keep(startNsd(zones, nameServer));
    await keep(startUnbound({ ...resolver, zones, nameServer, trustAnchors }));
  };
  const starting = [
    keep(startPostfix(hosts.filter(({ host }) => !offersRequireTls(host)))),
    keep(startSmtpServer(hosts.filter(({ host }) => offersRequireTls(host)))),
  ] satisfies Promise<MailPeer>[];
  const outcomes = await Promise.allSettled([...starting, resolving()]);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const mailPeers = await Promise.all(starting);

  let seen = mailPeers.map(() => 0);
  const enginesBySettings = new Map<string, Engine>();
  const engineOf = (options: NodeOptions & { readonly settings: Settings }) => {
    // A trust store takes a while to build.
    const key = JSON.stringify(options);
    const engine = enginesBySettings.get(key) ?? createNodeEngine(options);
    enginesBySettings.set(key, engine);
    return engine;
  };

  return {
    resolver,
    stop,
    async play(story, resolverOptions = {}) {
      const settings = settingsOf('rfc', {
        privateAddresses: 'allow',
        deadlines: DEADLINES,
        ...story.settings,
        port: SMTP_PORT,
      });
      const asked = { servers: [resolver], timeoutMs: 5_000, attempts: 1, ...resolverOptions };
      const [step] = story.steps;
      const delivered = await engineOf({ settings, ca: [pki.caPem], resolver: asked }).deliver(mailOf(step), {
        attempt: step.attempt ?? 1,
      });
      const sessions = await Promise.all(mailPeers.map((peer) => peer.sessions()));
      const news = sessions.flatMap((all, peer) => all.slice(seen[peer]!));
      seen = sessions.map((all) => all.length);
      return { ...delivered, sessions: news };
    },
  };
}
