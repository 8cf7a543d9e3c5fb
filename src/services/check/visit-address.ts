/*
 * One connection to one address: greeting, EHLO, STARTTLS, the handshake, the certificates, EHLO again, and farewell. It
 * sends no mail, and it goes as far as the server lets it.
 */
import type { AnswerOf, AskOf, EffectName } from '../../effects/catalog.js';
import type { Port, SmtpSession } from '../../effects/ports.js';
import type { Visit } from '../../policy/check/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import { classifyTlsStart, isReadyForTls, type TlsStart } from '../../policy/host/tls-start.js';
import { keywordsOf } from '../../policy/smtp/ehlo.js';
import { codeOf } from '../../policy/smtp/reply.js';
import type { Asker } from './asker.js';

export interface Destination {
  readonly host: string;
  readonly address: string;
  /** SNI, or none. */
  readonly serverName: string | null;
  /** The records whose certificates and keys signatures are tried under. */
  readonly tlsa: readonly TlsaRecord[];
}

/** Never rejects where adapters keep to their contract; the connection is closed whatever happens. */
export async function visitAddress(asker: Asker, destination: Destination): Promise<Visit> {
  const session = asker.adapters['smtp.session']();
  try {
    return await new Conversation(asker, session, destination).hold();
  } finally {
    session.destroy();
  }
}

class Conversation {
  readonly #asker: Asker;
  readonly #session: SmtpSession;
  readonly #destination: Destination;
  readonly #number: number;

  constructor(asker: Asker, session: SmtpSession, destination: Destination) {
    this.#asker = asker;
    this.#session = session;
    this.#destination = destination;
    this.#number = asker.nextSession();
  }

  async hold(): Promise<Visit> {
    const { settings } = this.#asker;
    const { host, address } = this.#destination;
    this.#asker.tellHost(host);
    const greeting = await this.#ask('smtp.connect', this.#session.connect, settings.deadlines.connectMs, {
      address,
      port: settings.port,
      greetingMs: settings.deadlines.greetingMs,
      alternate: null,
    });
    if (greeting.kind === 'failed') return { kind: 'not-connected', cause: greeting.cause };
    if (greeting.kind === 'lost') return { kind: 'lost', stage: 'greeting', cause: greeting.cause };
    // Only whoever asks for it is greeted under TLS.
    if (greeting.kind === 'connected') return { kind: 'lost', stage: 'greeting', cause: 'malformed' };
    const visit =
      codeOf(greeting.reply) === 220
        ? await this.#introduce()
        : ({ kind: 'rejected', stage: 'greeting', reply: greeting.reply } as const);
    await this.#ask('smtp.quit', this.#session.quit, settings.deadlines.quitMs, {});
    return visit;
  }

  async #introduce(): Promise<Visit> {
    const hello = await this.#sayHello();
    if (hello.kind === 'lost') return { kind: 'lost', stage: 'hello', cause: hello.cause };
    if (codeOf(hello.reply) !== 250) return { kind: 'rejected', stage: 'hello', reply: hello.reply };
    return keywordsOf(hello.reply).has('STARTTLS') ? this.#secure() : { kind: 'no-starttls' };
  }

  async #secure(): Promise<Visit> {
    const { deadlines } = this.#asker.settings;
    const startTls = await this.#ask('smtp.starttls', this.#session.startTls, deadlines.commandMs, {});
    if (!isReadyForTls(startTls)) return failureOf({ startTls, handshake: null, hello: null });
    const { serverName, tlsa } = this.#destination;
    const handshake = await this.#ask('tls.handshake', this.#session.handshake, deadlines.handshakeMs, {
      serverName,
    });
    if (handshake.kind === 'failed') return failureOf({ startTls, handshake, hello: null });
    const peer = await this.#ask('peer.inspect', this.#session.inspect, deadlines.commandMs, { tlsa });
    const hello = await this.#sayHello();
    // TLS 1.3 tells late that a handshake was not to a server's liking.
    if (classifyTlsStart({ startTls, handshake, hello }).outcome !== 'established')
      return failureOf({ startTls, handshake, hello });
    const keywords = hello.kind === 'replied' ? keywordsOf(hello.reply) : new Map<string, string>();
    return {
      kind: 'secured',
      protocol: handshake.protocol,
      cipher: handshake.cipher,
      peer,
      requireTls: keywords.has('REQUIRETLS') ? 'offered' : 'missing',
    };
  }

  #sayHello(): Promise<AnswerOf<'smtp.hello'>> {
    const { settings } = this.#asker;
    return this.#ask('smtp.hello', this.#session.hello, settings.deadlines.commandMs, {
      verb: 'EHLO',
      name: settings.helo,
    });
  }

  #ask<K extends Exclude<EffectName, 'host.run'>>(
    type: K,
    port: Port<K>,
    deadlineMs: number,
    rest: Omit<AskOf<K>, 'session' | 'deadlineMs'>,
  ): Promise<AnswerOf<K>> {
    const ask = { session: this.#number, deadlineMs, ...rest } as unknown as AskOf<K>;
    this.#asker.tell(type, ask);
    return port.call(this.#session, ask, this.#asker.signal);
  }
}

function failureOf(start: TlsStart): Visit {
  const { outcome, code } = classifyTlsStart(start);
  return { kind: 'tls-failed', outcome: outcome === 'established' ? 'handshake-failed' : outcome, code };
}
