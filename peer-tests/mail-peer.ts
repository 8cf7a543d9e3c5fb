import type { MailHost } from '../src/adapters/scripted/index.js';
import type { Issued } from '../src/testing/pki.js';
import type { Daemon } from './daemon.js';

/** A mail host that a peer shall be. */
export interface PlacedHost {
  readonly id: string;
  readonly host: MailHost;
  readonly address: string;
  readonly port: number;
  readonly issued: Issued;
}

/** What a mail server says of one connection. */
export interface PeerSession {
  readonly host: string;
  readonly tls: 'yes' | 'no';
  /** The name that the client asked for in its handshake; null if there was none, or the server does not tell. */
  readonly serverName: string | null;
  /** The ids under which it took messages, as it told the client. */
  readonly taken: readonly PeerMessage[];
  /** Commands as the server counts them, such as `ehlo=2 starttls=1`; null if it does not count. */
  readonly commands: string | null;
}

export interface PeerMessage {
  readonly id: string;
  readonly recipients: readonly string[];
  /** Parameters of MAIL; null if the server keeps them to itself. */
  readonly parameters: readonly string[] | null;
}

/** A mail server, with all the hosts that it plays. */
export interface MailPeer extends Daemon {
  /** What it has to say of all connections so far, in the order in which they were made. */
  readonly sessions: () => Promise<readonly PeerSession[]>;
}

/** Whether a host is one that only a server with REQUIRETLS can play: offered after TLS and not before. */
export function offersRequireTls({ keywords = [], keywordsAfterTls = keywords }: MailHost): boolean {
  return keywordsAfterTls.includes('REQUIRETLS') && !keywords.includes('REQUIRETLS');
}
