import type { DestinationRule } from '../../policy/local/destination.js';
import type { RetrySettings } from '../../policy/queue/settings.js';
import type { Route, Transports } from '../../policy/relay/index.js';

/** What an operator says of a queue and of the daemon that runs it. Durations are in milliseconds, sizes in octets. */
export interface DaemonConfig {
  readonly retry: RetrySettings;
  /** How long what has ended can still be shown. */
  readonly keepEndedMs: number;
  readonly limits: DaemonLimits;
  /** Who is written to where mail goes to nobody in particular, and writes notices; null: postmaster at this host. */
  readonly postmaster: string | null;
  /** How long an address that turned out to be gone is on the suppression list, in milliseconds; null: it is not put there. */
  readonly suppressGoneMs: number | null;
  /** Keys of the domain of that address, with which notices are signed. */
  readonly noticeKeys: readonly DkimKeyConfig[];
  readonly transports: Transports;
  /** Where the password of a transport or of its proxy is, by the name of the transport. */
  readonly passwordFiles: Readonly<Record<string, string>>;
  readonly routes: readonly Route[];
  readonly destinations: readonly DestinationRule[];
  readonly users: readonly UserConfig[];
  readonly webhooks: readonly WebhookConfig[];
  readonly tlsReports: TlsReportsConfig | null;
  readonly places: DaemonPlaces;
}

export interface DaemonLimits {
  /** Attempts at once. */
  readonly concurrency: number;
  /** Attempts at once to one domain, and to one host. */
  readonly perDomain: number;
  readonly perHost: number;
  /** Attempts in a minute to one domain, or to one relay; undefined: as many as there are. */
  readonly perDomainPerMinute?: number;
  /** Sessions in a minute with one server, whatever domains it serves; undefined: as many as there are. */
  readonly perHostPerMinute?: number;
  /** Of a message that is handed in. */
  readonly messageBytes: number;
  readonly recipients: number;
}

/** Who may hand mail in. */
export interface UserConfig {
  readonly name: string;
  /** A file whose first line is the password. */
  readonly passwordFile: string;
  /** Addresses and domains that he may write from; empty: whatever he wants. */
  readonly from: readonly string[];
  /** Recipients in an hour; null: as many as he wants. */
  readonly recipientsPerHour: number | null;
}

export const WEBHOOK_EVENTS = ['delivered', 'bounced', 'deferred', 'delayed', 'expired', 'dropped'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Who is told what becomes of messages. */
export interface WebhookConfig {
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** A file whose first line is the secret that events are signed with; null: they are not. */
  readonly secretFile: string | null;
}

/** A key to sign with (RFC 6376). */
export interface DkimKeyConfig {
  /** With the private key in PEM. */
  readonly file: string;
  readonly selector: string;
}

/** In whose name TLS reports are sent (RFC 8460). */
export interface TlsReportsConfig {
  readonly organization: string;
  readonly from: string;
  readonly dkimKeys: readonly DkimKeyConfig[];
}

/** Where things are and where the daemon listens, where the command line does not say so. */
export interface DaemonPlaces {
  readonly state: string | null;
  readonly database: string | null;
  readonly listen: readonly string[];
  readonly tlsListen: readonly string[];
  readonly lmtpListen: readonly string[];
  readonly admin: string | null;
  readonly adminTokenFile: string | null;
  readonly metrics: string | null;
  readonly journals: string | null;
  readonly tlsCertFile: string | null;
  readonly tlsKeyFile: string | null;
}
