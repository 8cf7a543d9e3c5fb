/*
 * A connection that is ready for mail: made, put under TLS and judged as a delivery does it, and handed over behind EHLO. What the
 * mail system then says and hears on it is its own; what came of it is told here, so that it is counted and recorded.
 */
import type { SmtpSession } from '../../effects/ports.js';
import type { HandedSession } from '../../effects/socket-ports.js';
import type { AttemptInput, PlacedDecision } from '../../policy/attempt/types.js';
import type { Authentication, TlsFacts } from '../../policy/host/types.js';
import { inOrder } from '../recipient-report.js';
import { AttemptInHand, type Pending } from './attempt-in-hand.js';
import type { Desk } from './desk.js';
import { evidenceIn } from './foresee.js';
import { finishAttempt, type PlanPorts, type PlanResult } from './plan.js';
import { readTransaction, type TransactionWords } from './words.js';

/** A connection to a host that may take the message, behind EHLO. `Socket`: the platform's. */
export interface Connection<Socket extends object = object> {
  /** Paused; it is the caller's from now on, to be read, ended and destroyed. */
  readonly socket: Socket;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Null: in clear. */
  readonly tls: TlsFacts | null;
  /** What was demanded of the peer and passed. */
  readonly authentication: Authentication;
  /** The lines of the last reply to EHLO, without their codes. */
  readonly ehlo: readonly string[];
  readonly sender: string;
  /** Parameters of MAIL that the message needs and the server offers. */
  readonly parameters: readonly string[];
  /** Those who still wait for the message. */
  readonly recipients: readonly string[];
  /** Why mail may go here. */
  readonly because: PlacedDecision | null;
  /**
   * For Nodemailer's connection, and others that take a socket: they hear a greeting once more and say EHLO themselves. To be called
   * before anything is said; each call answers the same.
   */
  options(): ConnectionOptions<Socket>;
  /** What came of it: the connection for those who still wait, or null. It leads to the same host where that takes only so many at a time. */
  next(replies: TransactionWords): Promise<Connection<Socket> | null>;
  /** Ends the attempt, as that of a plan. */
  finish(replies?: TransactionWords): Promise<PlanResult>;
}

/** As Nodemailer names them. */
export interface ConnectionOptions<Socket extends object = object> {
  readonly connection: Socket;
  readonly host: string;
  readonly port: number;
  /** Whether the socket is under TLS already. */
  readonly secure: boolean;
  readonly secured: boolean;
  /** TLS is not to be begun again: where it is missing here, it is missing for a reason. */
  readonly ignoreTLS: boolean;
}

/** No host that may take the message could be reached; `result` says of each recipient what that means for him. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
  readonly code = 'WAXSEAL_NOT_CONNECTED';
  constructor(readonly result: PlanResult) {
    const [first] = result.results;
    super(
      `no host may take the message: ${first?.status ?? ''} ${first?.because?.why ?? ''} See result for each recipient.`,
    );
  }
}

/** Connects to the first host that passes. Rejects with a {@link NotConnectedError}. */
export async function connectAttempt(ports: PlanPorts, input: AttemptInput): Promise<Connection> {
  const hands = new Hands(ports, input);
  const connection = await hands.reach(await hands.attempt.pending());
  if (connection === null) throw new NotConnectedError(await hands.finish());
  return connection;
}

class Hands {
  readonly attempt: AttemptInHand;
  readonly #ports: PlanPorts;
  readonly #input: AttemptInput;
  /** The connection that is being made, or was made last. */
  #session: HandedSession | null = null;
  #finished: Promise<PlanResult> | null = null;

  constructor(ports: PlanPorts, input: AttemptInput) {
    this.#ports = ports;
    this.#input = input;
    this.attempt = new AttemptInHand(
      (desk, onEntry, signal) =>
        ports.attempt({ ...ports.adapters, 'smtp.session': () => this.#open(desk) }, input, {
          onEntry,
          signal,
          isReal: true,
        }),
      ports.signal,
    );
  }

  /** The connection that waits to be used; a host that spoke out of turn by then is left. */
  async reach(pending: Pending | null): Promise<Connection | null> {
    for (let waiting = pending; waiting !== null; ) {
      const socket = this.#session?.release() ?? null;
      if (socket !== null) return this.#connection(waiting, socket);
      waiting = await this.#tell({ error: new Error('closed') });
    }
    return null;
  }

  finish(replies?: TransactionWords): Promise<PlanResult> {
    this.#finished ??= finishAttempt(this.attempt, this.#input, this.#ports, replies);
    return this.#finished;
  }

  async #tell(replies: TransactionWords): Promise<Pending | null> {
    const pending = await this.attempt.pending();
    if (pending?.ask.type !== 'smtp.send') return pending;
    return this.attempt.give<'smtp.send'>(readTransaction(replies, pending.ask, this.#ports.sockets));
  }

  #connection({ ask, host }: Pending, socket: object): Connection {
    if (ask.type !== 'smtp.send') throw new TypeError(`${ask.type} is answered by the connection itself`);
    const known = evidenceIn({
      input: this.#input,
      places: [],
      entries: this.attempt.entries,
      result: null,
    }).at(-1)!;
    const verdict = known.tls === null ? 'none' : (known.peer?.decision.verdict ?? 'none');
    const table = known.tls === null ? 'start-tls' : 'peer-authentication';
    const passed = known.decisions.findLast((decision) => decision.table === table);
    const port =
      known.input.candidate.source === 'relay' ? known.input.candidate.port : this.#input.settings.port;
    let handedOut: ConnectionOptions | null = null;
    return {
      socket,
      host,
      port,
      address: known.addresses[known.address] ?? '',
      tls: known.tls,
      authentication: verdict === 'refuse' || verdict === 'refuse-for-now' ? 'none' : verdict,
      ehlo: known.hello?.kind === 'replied' ? known.hello.reply.lines : [],
      sender: ask.sender,
      parameters: ask.parameters,
      recipients: ask.recipients,
      because: passed === undefined ? null : inOrder({ ...passed, mx: host }),
      options: () => {
        if (handedOut !== null) return handedOut;
        this.#ports.sockets.greetAgain(socket, host);
        const isSecured = known.tls !== null;
        handedOut = {
          connection: socket,
          host,
          port,
          secure: isSecured,
          secured: isSecured,
          ignoreTLS: !isSecured,
        };
        return handedOut;
      },
      next: async (replies) => this.reach(await this.#tell(replies)),
      finish: (replies) => this.finish(replies),
    };
  }

  /** A connection that is made here, and whose transaction is somebody else's. */
  #open(desk: Desk): SmtpSession {
    const session = this.#ports.sockets.session();
    this.#session = session;
    return {
      connect: (ask, signal) => session.connect(ask, signal),
      greeting: (ask, signal) => session.greeting(ask, signal),
      auth: (ask, signal) => session.auth(ask, signal),
      hello: (ask, signal) => session.hello(ask, signal),
      startTls: (ask, signal) => session.startTls(ask, signal),
      handshake: (ask, signal) => session.handshake(ask, signal),
      inspect: (ask, signal) => session.inspect(ask, signal),
      send: (ask, _, signal) => desk.send(ask, signal),
      // Both do nothing to a socket that was handed over.
      quit: (ask, signal) => session.quit(ask, signal),
      destroy: () => session.destroy(),
    };
  }
}
