/*
 * What a scenario wants of its sender and not of the world, over sockets: that a step is stopped where it comes to something, and
 * that kept policies cannot be read. The adapters behind stay what they are.
 */
import type { Step, StopAt } from '../../adapters/scripted/index.js';
import type { Adapters, SmtpSession } from '../../effects/ports.js';

/** The step that is played, and what stops it. */
export interface Stage {
  step: Pick<Step, 'stop' | 'policyCache'>;
  stop: AbortController;
}

type AnyPort = (...parameters: never[]) => Promise<unknown>;

/** These adapters, as the step on that stage finds them. */
export function stagedAdapters(own: Adapters, stage: Stage): Adapters {
  /** Whoever is stopped waits for no answer, whatever it would have been. */
  function staged<P extends AnyPort>(type: StopAt, port: P): P {
    const asked: AnyPort = (...parameters) => {
      if (stage.step.stop !== type) return port(...parameters);
      stage.stop.abort();
      return type === 'smtp.send' ? port(...parameters) : new Promise(() => {});
    };
    return asked as P;
  }
  const read = own['policy-cache.read'];
  return {
    'dns.mx': staged('dns.mx', own['dns.mx']),
    'dns.txt': staged('dns.txt', own['dns.txt']),
    'dns.addresses': staged('dns.addresses', own['dns.addresses']),
    'dns.cname': staged('dns.cname', own['dns.cname']),
    'dns.tlsa': staged('dns.tlsa', own['dns.tlsa']),
    'random.draw': staged('random.draw', own['random.draw']),
    'policy-cache.read': staged('policy-cache.read', async (ask, signal) =>
      stage.step.policyCache === 'unreadable' ? { kind: 'unreadable' } : read(ask, signal),
    ),
    'policy-cache.write': staged('policy-cache.write', own['policy-cache.write']),
    'policy.fetch': staged('policy.fetch', own['policy.fetch']),
    'smtp.session': () => stagedSession(own['smtp.session'](), staged),
  };
}

function stagedSession(
  own: SmtpSession,
  staged: <P extends AnyPort>(type: StopAt, port: P) => P,
): SmtpSession {
  return {
    connect: staged('smtp.connect', own.connect.bind(own)),
    greeting: staged('smtp.greeting', own.greeting.bind(own)),
    hello: staged('smtp.hello', own.hello.bind(own)),
    startTls: staged('smtp.starttls', own.startTls.bind(own)),
    handshake: staged('tls.handshake', own.handshake.bind(own)),
    inspect: staged('peer.inspect', own.inspect.bind(own)),
    auth: staged('smtp.auth', own.auth.bind(own)),
    send: staged('smtp.send', own.send.bind(own)),
    quit: own.quit.bind(own),
    destroy: own.destroy.bind(own),
  };
}
