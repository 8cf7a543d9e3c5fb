/*
 * One SMTP connection over Node's sockets: it asks, waits and states what came. Whether TLS is wanted, who the peer is
 * and what a reply means is for policy. Whatever goes wrong is an answer; once a connection is lost every further
 * answer says so.
 */

import { isIP, type Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type {
  AnswerOf,
  AskOf,
  AuthAnswer,
  CommandAnswer,
  ConnectAnswer,
  HandshakeAnswer,
  StartTlsAnswer,
  TransactionAnswer,
} from '../../../effects/catalog.js';
import { Count, Pems } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { callable, Text } from '../../../effects/codecs/values.js';
import { checked, MisuseError } from '../../../effects/misuse.js';
import type { MessageSource } from '../../../effects/ports.js';
import type { HandedSession } from '../../../effects/socket-ports.js';
import type { PeerFacts } from '../../../policy/certificate/facts.js';
import { classOf, type Lost } from '../../../policy/smtp/reply.js';
import { authenticate, channelBinding, clientMechanism } from '../sasl/index.js';
import { PeerInspector, type Presented } from '../x509/peer-inspector.js';
import { isHelloName } from './command-syntax.js';
import { within } from './deadline.js';
import { Dialogue, isLost } from './dialogue.js';
import type { KeepableSession } from './keepable-session.js';
import { type FirstOpening, openFirst } from './open-first.js';
import type { SecretOf } from './secret-of.js';
import { startTls } from './secure-socket.js';
import { transact } from './transaction.js';
import { trustStore } from './trust-store.js';

export interface NodeSmtpOptions {
  /** Trust anchors in PEM beside Node's own. */
  readonly ca?: readonly string[];
  /** The address to connect from, for servers with an address of the same family. Default: the system's choice. */
  readonly localAddress?: string;
  /** How many certificates, and how many verified signatures, are remembered. Default: 1000. */
  readonly certificatesMax?: number;
  /** The password or token of an account, by the name of its transport; null: there is none. Default: there are none. */
  readonly secretOf?: SecretOf;
}

export const SmtpOptionsCodec = strictObject<NodeSmtpOptions>(
  'an object with options',
  { ca: Pems, localAddress: Text, certificatesMax: Count, secretOf: callable() },
  [],
);

/**
 * SMTP over Node's sockets and TLS. Call it once: the sessions share trust store and certificate cache.
 *
 * @throws MisuseError if an option cannot be used.
 */
export function nodeSmtp(options: NodeSmtpOptions = {}): () => KeepableSession & HandedSession {
  const {
    localAddress,
    certificatesMax,
    secretOf = () => null,
  } = checked(SmtpOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  if (localAddress !== undefined && isIP(localAddress) === 0)
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', 'localAddress must be an IP address');
  const shared: Shared = {
    localAddress,
    secretOf,
    context: trustStore(options.ca),
    inspector: new PeerInspector(certificatesMax),
  };
  return () => new NodeSmtpSession(shared);
}

interface Shared {
  readonly localAddress: string | undefined;
  readonly secretOf: SecretOf;
  readonly context: (suites?: 'any') => SecureContext;
  readonly inspector: PeerInspector;
}

const STARTTLS_ACCEPTED = 220;
const CLOSED: Lost = { kind: 'lost', cause: 'closed' };

class NodeSmtpSession implements KeepableSession, HandedSession {
  readonly #shared: Shared;
  #opening: FirstOpening | null = null;
  #socket: Socket | null = null;
  #dialogue: Dialogue | null = null;
  #presented: Presented | null = null;
  #state: 'new' | 'open' | 'closed' = 'new';
  /** Whose end ends the question that is open. */
  #heeded: AbortSignal | null = null;
  #isAsked = false;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  connect(ask: AskOf<'smtp.connect'>, signal: AbortSignal): Promise<ConnectAnswer> {
    return within(null, signal, async (deadline) => {
      if (this.#state !== 'new') return { kind: 'failed', cause: 'other' };
      this.#state = 'open';
      this.#opening = openFirst(ask, this.#shared, deadline);
      const opened = await this.#opening.opened;
      if (opened.socket === null) return { kind: 'failed', cause: opened.cause };
      const { socket, address } = opened;
      this.#socket = socket;
      if (ask.greeting === 'under-tls')
        return { kind: 'connected', localAddress: socket.localAddress ?? '', address };
      const dialogue = this.#converse(socket);
      deadline.whenPassed(() => dialogue.lose('timeout'));
      const from = socket.localAddress ?? '';
      const heard = await dialogue.read(ask.greetingMs);
      return isLost(heard)
        ? { ...heard, address }
        : { kind: 'greeted', reply: heard, localAddress: from, address };
    });
  }

  greeting(ask: AskOf<'smtp.greeting'>, signal: AbortSignal): Promise<CommandAnswer> {
    return this.#under(signal, async (dialogue) => {
      const heard = await dialogue.read(ask.deadlineMs);
      return isLost(heard) ? heard : { kind: 'replied', reply: heard };
    });
  }

  async auth(ask: AskOf<'smtp.auth'>, signal: AbortSignal): Promise<AuthAnswer> {
    const secret = await this.#secretFor(ask);
    return this.#under(signal, async (dialogue) => {
      const { socket } = dialogue;
      const [leaf] = this.#presented?.certificates ?? [];
      const channel = socket instanceof TLSSocket ? channelBinding(socket, leaf) : null;
      const client = clientMechanism({ ...ask, secret, channel });
      if (typeof client === 'string') return { kind: 'failed', cause: client, reply: null };
      return authenticate(ask.mechanism, client, (line) =>
        dialogue.command(`${line}\r\n`, ask.deadlineMs, 'AUTH'),
      );
    });
  }

  async #secretFor({ account, user }: AskOf<'smtp.auth'>): Promise<string | null> {
    try {
      return await this.#shared.secretOf(account, user);
    } catch {
      return null;
    }
  }

  async hello(ask: AskOf<'smtp.hello'>, signal: AbortSignal): Promise<CommandAnswer> {
    if (!isHelloName(ask.name)) return { kind: 'lost', cause: 'malformed' };
    return this.#under(signal, async (dialogue) => {
      const heard = await dialogue.command(`${ask.verb} ${ask.name}\r\n`, ask.deadlineMs, 'EHLO');
      return isLost(heard) ? heard : { kind: 'replied', reply: heard };
    });
  }

  startTls(ask: AskOf<'smtp.starttls'>, signal: AbortSignal): Promise<StartTlsAnswer> {
    return this.#under(signal, async (dialogue) => {
      const heard = await dialogue.commandAndRelease('STARTTLS\r\n', STARTTLS_ACCEPTED, ask.deadlineMs);
      if (isLost(heard)) return heard;
      if (!dialogue.released) return { kind: 'replied', reply: heard };
      return { kind: dialogue.unread > 0 ? 'injected' : 'replied', reply: heard };
    });
  }

  handshake(ask: AskOf<'tls.handshake'>, signal: AbortSignal): Promise<HandshakeAnswer> {
    return within(ask.deadlineMs, signal, async (deadline) => {
      const socket = this.#socket;
      if (socket === null || socket.destroyed || !isFreeForTls(this.#dialogue)) {
        return { kind: 'failed', cause: 'closed', code: 'ERR_SOCKET_CLOSED' };
      }
      const secure = await startTls(socket, this.#shared.context(ask.suites), ask.serverName, deadline);
      if (secure.kind === 'failed') return secure;
      this.#socket = secure.socket;
      this.#presented = secure.presented;
      this.#converse(secure.socket);
      return { kind: 'established', protocol: secure.protocol, cipher: secure.cipher };
    });
  }

  async inspect(ask: AskOf<'peer.inspect'>): Promise<PeerFacts> {
    if (this.#presented === null) return { kind: 'unreadable', code: 'NO_TLS' };
    return this.#shared.inspector.inspect(this.#presented, ask.tlsa);
  }

  async send(
    ask: AskOf<'smtp.send'>,
    message: MessageSource,
    signal: AbortSignal,
  ): Promise<TransactionAnswer> {
    const answer = await this.#under(signal, (dialogue) => transact(dialogue, ask, message));
    const told = 'kind' in answer ? unanswered(ask, answer) : answer;
    return told.lost !== null && signal.aborted ? { ...told, lost: 'aborted' } : told;
  }

  /**
   * Answers as soon as QUIT has been sent. The connection closes behind it: on the reply, or when the server closes, or
   * when the deadline has passed; `destroy` cuts that short.
   */
  quit(ask: AskOf<'smtp.quit'>, signal: AbortSignal): Promise<AnswerOf<'smtp.quit'>> {
    const dialogue = this.#dialogue;
    if (dialogue === null || dialogue.lost !== null || dialogue.released || signal.aborted) {
      this.destroy();
      return Promise.resolve({ kind: 'closed' });
    }
    this.#state = 'closed';
    this.#heed(null);
    const { socket } = dialogue;
    return new Promise((resolve) => {
      const sent = () => {
        resolve({ kind: 'closed' });
        // The rest is courtesy, and keeps no process alive.
        socket.unref();
      };
      const over = () => {
        socket.destroy();
        resolve({ kind: 'closed' });
      };
      const ending = within(ask.deadlineMs, signal, (deadline) => {
        deadline.whenPassed(() => dialogue.lose('timeout'));
        return dialogue.read(ask.deadlineMs);
      });
      ending.then(over, over);
      socket.end('QUIT\r\n', sent);
    });
  }

  park(gone: () => void): void {
    this.#heed(null);
    this.#socket?.unref();
    this.#dialogue?.whenLost().then(gone, gone);
  }

  async wake(deadlineMs: number | null, signal: AbortSignal): Promise<'awake' | 'gone'> {
    this.#socket?.ref();
    if (deadlineMs !== null) {
      const heard = await this.#under(signal, (dialogue) => dialogue.command('RSET\r\n', deadlineMs));
      if (isLost(heard) || classOf(heard) !== '2yz') return 'gone';
    }
    return this.#dialogue?.refuseUnasked() === false && this.#dialogue.lost === null ? 'awake' : 'gone';
  }

  release(): Socket | null {
    const dialogue = this.#dialogue;
    if (dialogue === null || dialogue.released || dialogue.refuseUnasked() || dialogue.lost !== null)
      return null;
    dialogue.release();
    this.#heed(null);
    // Until its new owner listens, nothing that happens to it may become an uncaught exception.
    dialogue.socket.on('error', () => undefined);
    this.#state = 'closed';
    this.#socket = null;
    return dialogue.socket;
  }

  destroy(): void {
    if (this.#state === 'closed' && this.#socket === null) return;
    this.#state = 'closed';
    this.#heed(null);
    this.#opening?.destroy();
    this.#dialogue?.lose('closed');
    this.#socket?.destroy();
  }

  #converse(socket: Socket): Dialogue {
    this.#dialogue = new Dialogue(socket);
    return this.#dialogue;
  }

  /** Work on an open dialogue, which is lost when the signal aborts, whatever the work waits for. */
  async #under<T>(signal: AbortSignal, work: (dialogue: Dialogue) => Promise<T>): Promise<T | Lost> {
    const dialogue = this.#dialogue;
    if (dialogue === null || this.#state === 'closed' || dialogue.released) return CLOSED;
    this.#isAsked = true;
    this.#heed(signal);
    try {
      return await work(dialogue);
    } finally {
      this.#isAsked = false;
    }
  }

  /** The questions of a session come under one signal or two, so that one is listened to until another comes. */
  #heed(signal: AbortSignal | null): void {
    if (signal !== this.#heeded) {
      this.#heeded?.removeEventListener('abort', this.#giveUp);
      this.#heeded = signal;
      signal?.addEventListener('abort', this.#giveUp, { once: true });
    }
    if (signal?.aborted) this.#giveUp();
  }

  readonly #giveUp = (): void => {
    if (this.#isAsked) this.#dialogue?.lose('timeout');
  };
}

/** After an accepted STARTTLS with nothing behind the reply, or where nothing was said yet. */
function isFreeForTls(dialogue: Dialogue | null): boolean {
  return dialogue === null || (dialogue.released && dialogue.unread === 0);
}

function unanswered(ask: AskOf<'smtp.send'>, { cause, said }: Lost): TransactionAnswer {
  const recipients = ask.recipients.map(() => null);
  return { mail: null, recipients, data: null, end: null, lost: cause, ...(said !== undefined && { said }) };
}
