/*
 * What a mail system that owns its sockets needs of TLS, and what its sockets and errors say. An adapter of its own, because only
 * plans ask for it; like all others it states facts and judges nothing.
 */
import type { PeerFacts } from '../policy/certificate/facts.js';
import type { TlsaRecord } from '../policy/dane/tlsa.js';
import type { LostCause } from '../policy/smtp/reply.js';
import type { ConnectAnswer, HandshakeAnswer } from './catalog.js';
import type { SmtpSession } from './ports.js';

/** What a TLS socket shows when its handshake is over. */
export interface ShownBySocket {
  readonly handshake: Extract<HandshakeAnswer, { kind: 'established' }>;
  /** Of the other end; "" if the socket does not tell. */
  readonly address: string;
  readonly localAddress: string;
  /** What the peer presented; `tlsa`: the records whose certificates and keys signatures are tried under. */
  inspect(tlsa: readonly TlsaRecord[]): Promise<PeerFacts>;
}

/** A connection whose socket can be handed over. */
export interface HandedSession extends SmtpSession {
  /** The socket, which is read and closed by somebody else from now on; null if the connection is lost, or something was said unasked. */
  release(): object | null;
}

/** `Tls`: what the platform's function for TLS takes. */
export interface SocketPorts<Tls extends object = object> {
  /** How TLS is to be started with that SNI, or none, so that its outcome can be judged. */
  tlsOptions(serverName: string | null): Tls;
  /** Null: this is no TLS socket whose handshake is over. Looked at once, because a closed socket shows nothing any more. */
  shownBy(socket: unknown): ShownBySocket | null;
  /** What an error of the platform means for a connection that was being made, one that stood, and a handshake. */
  connectCause(error: unknown): Extract<ConnectAnswer, { kind: 'failed' }>['cause'];
  lostCause(error: unknown): LostCause;
  handshakeFailure(error: unknown): Extract<HandshakeAnswer, { kind: 'failed' }>;
  /** A fresh connection; no I/O happens before its `connect`. */
  session(): HandedSession;
  /** Lets a client that knows nothing of this begin on a socket that was handed over: it hears a greeting, and says EHLO itself. */
  greetAgain(socket: object, host: string): void;
}
