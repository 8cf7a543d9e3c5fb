import { domainToASCII } from 'node:url';
import type { Adapters } from '../../../effects/ports.js';
import type { TlsReportStore } from '../../../effects/stores.js';
import type { Engine } from '../../../engine/engine.js';
import { isAscii, parseMailbox } from '../../../policy/names/mailbox.js';
import { DEFAULT_SETTINGS, type Settings } from '../../../policy/settings.js';
import type { Spread } from '../../../policy/tls-report/send/schedule.js';
import type { DkimKey } from './dkim-keys.js';
import type { PostReport } from './post-report.js';

/** How reports are sent, and in whose name. */
export interface ReportSettings {
  /** Who is responsible for the reports (RFC 8460, Section 4.4). */
  readonly organizationName: string;
  /** A mail address, the sender of the reports; its domain is their submitter, and signs them. */
  readonly contactInfo: string;
  /** Each of them signs. Without one nothing is mailed. */
  readonly keys: readonly DkimKey[];
  /** Tells senders with a store each, and the same submitter, apart; nodes that share a store say the same. Default: "". */
  readonly source?: string;
  /** Default: over the hours after midnight. */
  readonly spread?: Spread;
  /** Endpoints that cannot prove their name get the report all the same (RFC 8460, Section 3): default `accept`. */
  readonly untrustedEndpoints?: 'accept' | 'refuse';
  /** Whether endpoints may be in our own network. Default: `refuse`. */
  readonly privateAddresses?: Settings['privateAddresses'];
  /** Reports in the making at the same time. Default 8. */
  readonly reportsAtOnceMax?: number;
  /** Reports that one pass sends or gives up; those that only wait are not counted. Default 10,000. */
  readonly reportsMax?: number;
  /** Milliseconds for one attempt at a report, all its endpoints together. Default: three minutes; nine at most. */
  readonly attemptMsMax?: number;
  /** Reports that one host gets in an hour, whoever names it. Default 1000. */
  readonly perHostMax?: number;
  /** Milliseconds. */
  readonly deadlines?: { readonly dnsMs: number; readonly postMs: number };
}

/** What a sender of reports needs of the world. */
export interface ReportPorts {
  readonly store: TlsReportStore;
  readonly dns: Pick<Adapters, 'dns.txt' | 'dns.addresses'>;
  /** Carries the mail, with settings of its own. */
  readonly engine: Pick<Engine, 'deliver'>;
  readonly https: PostReport;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export type KnownReportSettings = Required<ReportSettings> & {
  /** The domain of the contact, in A-labels. */
  readonly submitter: string;
};

/** Thrown for settings with which no report can be sent; says what to do. */
export class ReportSettingsError extends Error {
  readonly code = 'WAXSEAL_BAD_REPORT_SETTINGS';
  override readonly name = 'ReportSettingsError';
}

/** The settings with their defaults. Throws a {@link ReportSettingsError}. */
export function completeSettings(settings: ReportSettings): KnownReportSettings {
  const mailbox = parseMailbox(settings.contactInfo, domainToASCII);
  if (mailbox === null || !isAscii(mailbox.address) || mailbox.destination.kind !== 'domain') {
    throw new ReportSettingsError(
      `the contact ${JSON.stringify(settings.contactInfo)} is no mail address with a domain, in ASCII; give one like tlsrpt@example.org`,
    );
  }
  if (settings.organizationName.trim() === '')
    throw new ReportSettingsError('the name of the organization is missing');
  const { dnsMs, policyFetchMs: postMs } = DEFAULT_SETTINGS.deadlines;
  return {
    source: '',
    spread: 'night',
    untrustedEndpoints: 'accept',
    privateAddresses: 'refuse',
    reportsAtOnceMax: 8,
    attemptMsMax: 180_000,
    reportsMax: 10_000,
    perHostMax: 1000,
    deadlines: { dnsMs, postMs },
    ...settings,
    contactInfo: mailbox.address,
    submitter: mailbox.destination.name,
  };
}
