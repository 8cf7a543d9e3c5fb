/*
 * A world played in memory: one synchronous answer to every question of the catalogue but `host.run`, which is another
 * program. Time does not pass here and nothing is random, so the same questions always get the same answers.
 */
import type { AnswerOf, AskOf, ConnectAnswer } from '../../effects/catalog.js';
import type { SessionEffect, WorldEffect } from '../../effects/ports.js';
import { mergePolicy } from '../../policy/mta-sts/merge-policy.js';
import { type Addresses, idsAt } from './allocate.js';
import { freshMemory, type WorldMemory } from './memory.js';
import { peerFactsOf } from './presented.js';
import { isLost } from './reply-line.js';
import { scriptedDns } from './scripted-dns.js';
import { fetchPolicy } from './scripted-policy.js';
import { ScriptedSession } from './scripted-session.js';
import type { World } from './world.js';

/** Everything that a world answers. */
export type PlayedEffect = WorldEffect | SessionEffect;

export interface ScriptedOptions {
  /** The port of the mail hosts, also in TLSA owner names. */
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly addresses: Addresses;
  /**
   * What certificates date from, in milliseconds since 1970. Default: now. Where time passes, an epoch that stays lets them be what
   * they were.
   */
  readonly epoch?: number;
  /** What earlier steps left behind; it is added to. Default: nothing. */
  readonly memory?: WorldMemory;
  /** By the name of the transport. Default: none. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Where random numbers start. Default: they are all 0. */
  readonly seed?: number;
}

export interface ScriptedWorld {
  ask<K extends PlayedEffect>(effect: { readonly type: K } & AskOf<K>): AnswerOf<K>;
  /** Call before each host run: sessions are numbered from 1 again. */
  beginRun(): void;
  readonly memory: WorldMemory;
}

/** Plays a world; `ask` answers at once and never throws. */
export function scriptedWorld(world: World, options: ScriptedOptions): ScriptedWorld {
  const { port, now, addresses, epoch = now, memory = freshMemory(), passwords = {} } = options;
  const sessions = new Map<number, ScriptedSession>();
  const draw = drawFrom(options.seed);

  const answers: { readonly [K in PlayedEffect]: (ask: AskOf<K>) => AnswerOf<K> } = {
    ...scriptedDns(world, { port, now: epoch, addresses }),
    'random.draw': ({ count }) => ({ values: Array.from({ length: count }, draw) }),
    'policy-cache.read': ({ domain }) => ({ kind: 'read', ...(memory.policies.get(domain) ?? EMPTY) }),
    'policy-cache.write': ({ domain, change }) => {
      const kept = memory.policies.get(domain) ?? EMPTY;
      const merged = mergePolicy({ kind: 'read', ...kept }, change).kept;
      if (merged.kind === 'read')
        memory.policies.set(domain, { cached: merged.cached, failure: merged.failure });
      return { kind: 'written' };
    },
    'policy.fetch': (ask) => fetchPolicy(world, addresses, ask),
    'smtp.connect': (ask) => {
      // Who accepts does so at once, so that the alternate is only met where the first refuses.
      const first = open(ask.address, ask.port);
      const opened = first ?? (ask.alternate && open(ask.alternate.address, ask.port));
      if (opened === null) return { kind: 'failed', cause: 'refused' };
      const address = first === null ? ask.alternate!.address : ask.address;
      memory.connected.add(opened.id);
      sessions.set(ask.session, opened);
      return ask.greeting === 'under-tls'
        ? { kind: 'connected', localAddress: '127.0.0.1', address }
        : greetingOf(opened, address);
    },
    'smtp.greeting': ({ session }) => {
      const open = sessions.get(session);
      if (open === undefined) return LOST;
      const reply = open.greet();
      return isLost(reply) ? reply : { kind: 'replied', reply };
    },
    'smtp.auth': (ask) => sessions.get(ask.session)?.auth(ask, passwords[ask.account] ?? null) ?? LOST,
    'smtp.hello': ({ session, verb }) => sessions.get(session)?.hello(verb) ?? LOST,
    'smtp.starttls': ({ session }) => sessions.get(session)?.startTls() ?? LOST,
    'tls.handshake': ({ session }) =>
      sessions.get(session)?.handshake() ?? { kind: 'failed', cause: 'closed', code: 'ECONNRESET' },
    'peer.inspect': ({ session, tlsa }) => {
      const open = sessions.get(session);
      if (open?.tls !== 'yes') return { kind: 'unreadable', code: 'NO_TLS' };
      return peerFactsOf(world, open.id, world.mail?.[open.id]?.certificate, { tlsa, now: epoch });
    },
    'smtp.send': (ask) =>
      sessions.get(ask.session)?.send(ask, (message) => memory.accepted.push(message)) ?? {
        mail: null,
        recipients: ask.recipients.map(() => null),
        data: null,
        end: null,
        lost: LOST.cause,
      },
    'smtp.quit': ({ session }) => {
      sessions.get(session)?.quit();
      return { kind: 'closed' };
    },
  };

  function open(address: string, to: number): ScriptedSession | null {
    const id = idsAt(address, addresses).find((known) => Object.hasOwn(world.mail ?? {}, known));
    const host = id === undefined ? undefined : world.mail?.[id];
    if (id === undefined || host === undefined || host.connect === 'refuse') return null;
    if (to !== (host.port ?? port)) return null;
    const connections = (memory.connections.get(host) ?? 0) + 1;
    memory.connections.set(host, connections);
    const isWorn = connections > (host.takes?.connections ?? Number.POSITIVE_INFINITY);
    return new ScriptedSession(id, isWorn ? { greeting: 'close' } : host);
  }

  return {
    ask: (effect) => answers[effect.type](effect),
    beginRun: () => sessions.clear(),
    memory,
  };
}

const EMPTY = Object.freeze({ cached: null, failure: null });
const LOST = Object.freeze({ kind: 'lost', cause: 'closed' } as const);

function greetingOf(session: ScriptedSession, address: string): ConnectAnswer {
  const reply = session.greet();
  return isLost(reply)
    ? { ...reply, address }
    : { kind: 'greeted', reply, localAddress: '127.0.0.1', address };
}

/** A linear congruential generator (the constants of Numerical Recipes). */
function drawFrom(seed: number | undefined): () => number {
  if (seed === undefined) return () => 0;
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}
