/* What the parts of a door share: who it serves, what happens at it, and what is under way. */
import type { SMTPServerAddress } from 'smtp-server';
import type { OwnCertificate } from '../../hosts/own-certificate.js';
import type { Intake } from '../../services/queue/index.js';
import type { DaemonLimits } from '../config/config.js';
import type { Users } from '../users.js';

export type DoorKind = 'smtp' | 'smtps' | 'lmtp';

export interface MailDoorOptions {
  readonly intake: Intake;
  /** The name in the greeting and in trace fields. */
  readonly name: string;
  readonly certificate: OwnCertificate;
  /** As they are now; see `useLimits`. */
  readonly limits: () => Pick<DaemonLimits, 'messageBytes' | 'recipients'>;
  readonly users: Users;
  readonly requireTls: 'keep' | 'off';
  /** Who gets what is for `postmaster` without a domain. */
  readonly postmaster: () => string;
  readonly clock: () => number;
  /** Whether nothing is taken for an address any more; rejects where that cannot be known. */
  readonly isSuppressed: (address: string) => Promise<boolean>;
  /** Whether there is room on the disk for a message more. */
  readonly room: () => Promise<'enough' | 'too-little'>;
  readonly onEvent: (event: DoorEvent) => void;
  readonly onFault: (message: string) => void;
}

/** What happened at a door, for logs and metrics. */
export type DoorEvent =
  | {
      readonly event: 'accepted';
      /** `admin`: by the admin interface. */
      readonly door: DoorKind | 'admin';
      readonly id: string;
      readonly from: string;
      readonly recipients: number;
      readonly client: string;
      readonly user: string | null;
      readonly tls: string | null;
      readonly requireTls: 'yes' | 'no';
      readonly seconds: number;
    }
  | {
      readonly event: 'refused';
      readonly door: DoorKind;
      readonly stage: 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA';
      readonly code: number;
      readonly row: string | null;
      readonly client: string;
      readonly user: string | null;
      readonly text: string;
    };

/** What is known of a transaction in front of DATA. */
export interface Transaction {
  readonly sender: string;
  readonly recipients: { readonly address: string; readonly given: SMTPServerAddress }[];
  readonly beganAt: number;
}

/** Whether messages may still come in, and those that are being kept. */
export interface Gate {
  phase: 'open' | 'draining' | 'shut';
  readonly begun: Set<Promise<unknown>>;
}
