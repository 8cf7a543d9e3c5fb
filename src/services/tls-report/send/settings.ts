import { domainToASCII } from 'node:url';
import { isAscii, parseMailbox } from '../../../policy/names/mailbox.js';
import { DEFAULT_SETTINGS } from '../../../policy/settings.js';
import { checkReportSettings, type ReportSettings } from './report-options.js';

export type KnownReportSettings = Required<ReportSettings> & {
  /** The domain of the contact, in A-labels. */
  readonly submitter: string;
};

/** Thrown for settings with which no report can be sent; says what to do. */
export class ReportSettingsError extends Error {
  readonly code = 'WAXSEAL_BAD_REPORT_SETTINGS';
  override readonly name = 'ReportSettingsError';
}

/** The settings with their defaults. Throws a {@link ReportSettingsError}, and a {@link MisuseError} for what is none. */
export function completeSettings(settings: ReportSettings): KnownReportSettings {
  checkReportSettings(settings);
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
