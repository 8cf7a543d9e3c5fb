import {
  allocate,
  type ScriptedOptions,
  type ScriptedWorld,
  scriptedWorld,
  type World,
} from '../../src/adapters/scripted/index.js';
import type { AskOf } from '../../src/effects/catalog.js';
import type { Port, SmtpSession, WorldEffect } from '../../src/effects/ports.js';
import { PASSWORDS, type Subject } from './subject.fixture.js';

const NOW = Date.UTC(2026, 0, 1, 12);

/** What the scripted world answers, as ports. */
export function scriptedPort<K extends WorldEffect>({ ask: play }: ScriptedWorld, type: K): Port<K> {
  return async (ask) => play({ type, ...ask } as { readonly type: K } & AskOf<K>);
}

/** A world in memory. */
export function playScripted(world: World, options: Partial<ScriptedOptions> = {}): ScriptedWorld {
  const addresses = allocate(world, (index) => `127.0.0.${index + 2}`);
  return scriptedWorld(world, { port: 25, now: NOW, addresses, ...options });
}

export async function scripted(world: World): Promise<Subject> {
  const addresses = allocate(world, (index) => `127.0.0.${index + 2}`);
  const played = playScripted(world, { addresses, passwords: PASSWORDS });
  return {
    dns: {
      'dns.mx': scriptedPort(played, 'dns.mx'),
      'dns.txt': scriptedPort(played, 'dns.txt'),
      'dns.addresses': scriptedPort(played, 'dns.addresses'),
      'dns.cname': scriptedPort(played, 'dns.cname'),
      'dns.tlsa': scriptedPort(played, 'dns.tlsa'),
    },
    fetch: scriptedPort(played, 'policy.fetch'),
    open: () => scriptedConnection(played),
    port: 25,
    httpsPort: 443,
    addressOf: (id) => addresses.get(id)!,
    taken: (id) =>
      played.memory.accepted
        .filter(({ host }) => host === id)
        .map(({ sender, parameters, recipients, tls }) => ({ sender, parameters, recipients, tls })),
    now: () => NOW,
    close: async () => {},
  };
}

/** A connection of the scripted world, which knows it by the number in its questions. */
function scriptedConnection({ ask: play }: ScriptedWorld): SmtpSession {
  let number: number | null = null;
  return {
    connect: async (ask) => {
      number = ask.session;
      return play({ type: 'smtp.connect', ...ask });
    },
    greeting: async (ask) => play({ type: 'smtp.greeting', ...ask }),
    auth: async (ask) => play({ type: 'smtp.auth', ...ask }),
    hello: async (ask) => play({ type: 'smtp.hello', ...ask }),
    startTls: async (ask) => play({ type: 'smtp.starttls', ...ask }),
    handshake: async (ask) => play({ type: 'tls.handshake', ...ask }),
    inspect: async (ask) => play({ type: 'peer.inspect', ...ask }),
    send: async (ask) => play({ type: 'smtp.send', ...ask }),
    quit: async (ask) => play({ type: 'smtp.quit', ...ask }),
    destroy: () => {
      if (number !== null) play({ type: 'smtp.quit', session: number, deadlineMs: 0 });
    },
  };
}
