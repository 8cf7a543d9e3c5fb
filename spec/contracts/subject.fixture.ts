import type { World } from '../../src/adapters/scripted/index.js';
import type { Adapters, SmtpSession } from '../../src/effects/ports.js';

/** The passwords that are known here, by account: the right one, and a wrong one. */
export const PASSWORDS: Readonly<Record<string, string>> = { smart: 'pencil', wrong: 'crayon' };

/** A world that is played, and the adapters that ask it. Contracts say which parts of it they need. */
export interface Subject {
  readonly dns: Pick<Adapters, 'dns.mx' | 'dns.txt' | 'dns.addresses' | 'dns.cname' | 'dns.tlsa'>;
  readonly fetch: Adapters['policy.fetch'];
  readonly open: () => SmtpSession;
  /** Of the mail hosts, also in TLSA owner names. */
  readonly port: number;
  /** Of the policy hosts. */
  readonly httpsPort: number;
  /** The address of a host, by ID. */
  readonly addressOf: (id: string) => string;
  /** What the mail host of that ID has taken, oldest first. */
  readonly taken: (id: string) => readonly Taken[];
  /** The time in that world, in milliseconds since 1970. */
  readonly now: () => number;
  readonly close: () => Promise<void>;
}

export interface Taken {
  readonly sender: string;
  readonly parameters: readonly string[];
  readonly recipients: readonly string[];
  readonly tls: 'yes' | 'no';
  /** Null: none was sent. */
  readonly serverName?: string | null;
  readonly text?: string;
}

/** Plays a world for the adapters that a contract is about. */
export type Start<Part extends keyof Subject> = (world: World) => Promise<Pick<Subject, Part | 'close'>>;
