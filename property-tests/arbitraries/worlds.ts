/*
 * A world: everything that may be asked during one attempt, drawn beforehand as data, so that the same question gets
 * the same answer whenever and however often it is asked. There are a few servers; names of hosts share them out.
 */
import fc from 'fast-check';
import type { AnswerOf, Ask, AskOf, EffectName } from '../../src/effects/catalog.js';
import type { TlsaAnswer } from '../../src/policy/dane/tlsa.js';
import type { AddressesAnswer, CnameAnswer, MxAnswer } from '../../src/policy/dns/answer.js';
import type { CacheAnswer } from '../../src/policy/mta-sts/fetch.js';
import { aDialogue, commandAnswer, type Dialogue, transact } from './dialogues.js';
import { anAddressesAnswer, anAliasAnswer, anMxAnswer } from './dns-answers.js';
import { type Announcement, aCacheAnswer, anAnnouncement, aServedFile, type Served } from './mta-sts.js';
import { inspect } from './peers.js';
import { aTlsaAnswer } from './tlsa.js';
import { DOMAIN, LITERAL, MX_NAMES, ODD_MX_NAMES, weighted } from './universe.js';

export interface Server {
  readonly addresses: AddressesAnswer;
  readonly alias: CnameAnswer;
  /** Below its own name, and below the one that its alias leads to. */
  readonly tlsa: TlsaAnswer;
  readonly expandedTlsa: TlsaAnswer;
  /** What is said on its connections, used in turn. */
  readonly dialogues: readonly [Dialogue, ...Dialogue[]];
}

export interface World {
  readonly mx: MxAnswer;
  readonly announcement: Announcement;
  readonly cache: CacheAnswer;
  readonly policyHost: AddressesAnswer;
  readonly served: Served;
  readonly written: 'written' | 'failed';
  readonly draws: readonly number[];
  readonly servers: readonly [Server, ...Server[]];
  /** How long answers take, in milliseconds, by kind of question. */
  readonly delays: readonly number[];
}

export const aServer: fc.Arbitrary<Server> = fc.record({
  addresses: anAddressesAnswer,
  alias: anAliasAnswer,
  tlsa: aTlsaAnswer,
  expandedTlsa: aTlsaAnswer,
  dialogues: fc.tuple(aDialogue, aDialogue),
});

export const aWorld: fc.Arbitrary<World> = fc.record({
  mx: anMxAnswer,
  announcement: anAnnouncement,
  cache: aCacheAnswer,
  policyHost: anAddressesAnswer,
  served: aServedFile,
  written: weighted([6, 'written'], [1, 'failed']),
  draws: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
  servers: weighted([2, 1], [3, 2], [1, 3]).chain((length) =>
    fc.array(aServer, { minLength: length, maxLength: length }),
  ) as fc.Arbitrary<readonly Server[]> as fc.Arbitrary<World['servers']>,
  delays: fc.array(fc.nat(2000), { minLength: 3, maxLength: 3 }),
});

const NAMES: readonly string[] = [...MX_NAMES, ...ODD_MX_NAMES];

export function serverAt(world: World, host: string): Server {
  const at = host === DOMAIN || host === LITERAL ? 0 : Math.max(0, NAMES.indexOf(host));
  return world.servers[at % world.servers.length]!;
}

/** A name for the kinds of questions, so that each takes its own time. */
export function delayOf(world: World, { type }: { readonly type: EffectName }): number {
  return world.delays[type.length % world.delays.length] ?? 0;
}

type Answers = { readonly [K in Exclude<EffectName, 'host.run'>]: (ask: AskOf<K>) => AnswerOf<K> };

/** What the world says during the run with that host (null: between runs). */
export function answersOf(world: World, host: string | null, overTls: (session: number) => boolean): Answers {
  const server = serverAt(world, host ?? DOMAIN);
  const dialogue = (session: number) => server.dialogues[(session - 1) % server.dialogues.length]!;
  return {
    'dns.mx': () => world.mx,
    'dns.txt': () => world.announcement.answer,
    'dns.addresses': ({ name }) => (host === null ? world.policyHost : serverAt(world, name).addresses),
    'dns.cname': () => server.alias,
    'dns.tlsa': ({ name }) =>
      host !== null && name.endsWith(`._tcp.${host}`) ? server.tlsa : server.expandedTlsa,
    'random.draw': ({ count }) => ({
      values: Array.from({ length: count }, (_, at) => world.draws[at % world.draws.length] ?? 0),
    }),
    'policy-cache.read': () => world.cache,
    'policy-cache.write': () => ({ kind: world.written }),
    'policy.fetch': () => world.served.answer,
    'smtp.connect': ({ session, address, alternate }) => {
      const { connect, winner } = dialogue(session);
      if (connect.kind === 'failed') return connect;
      return { ...connect, address: winner === 'alternate' ? (alternate?.address ?? address) : address };
    },
    'smtp.greeting': ({ session }) => {
      const { connect } = dialogue(session);
      return connect.kind === 'greeted'
        ? { kind: 'replied', reply: connect.reply }
        : { kind: 'lost', cause: 'closed' };
    },
    'smtp.auth': () => ({ kind: 'lost', cause: 'closed' }),
    'smtp.hello': ({ session, verb }) => {
      const { hello, helo, helloAgain } = dialogue(session);
      return commandAnswer(overTls(session) ? helloAgain : verb === 'HELO' ? helo : hello);
    },
    'smtp.starttls': ({ session }) => dialogue(session).startTls,
    'tls.handshake': ({ session }) => dialogue(session).handshake,
    'peer.inspect': ({ session, tlsa }) => inspect(dialogue(session).peer, host ?? DOMAIN, tlsa),
    'smtp.send': (ask) => transact(dialogue(ask.session), ask, overTls(ask.session) ? 'tls' : 'clear'),
    'smtp.quit': () => ({ kind: 'closed' }),
  };
}

export type WorldAsk = Exclude<Ask, { type: 'host.run' }>;
