/* In whose name TLS reports (RFC 8460) are sent. */
import { domainToASCII } from 'node:url';
import type { DaemonConfig } from '../daemon/config/config.js';
import { parseMailbox } from '../policy/names/mailbox.js';
import type { Settings } from '../policy/settings.js';
import type { DkimKey } from '../services/dkim/index.js';
import type { ReportSettings } from '../services/tls-report/send/index.js';
import { misuse } from './arguments.js';
import { readDkimKeys } from './dkim-keys.js';
import { CommandError, EXIT } from './exit.js';
import { bareAddress } from './options.js';

/** The address that reports come from, of `--from`. Throws a CommandError. */
export function readContact(from: string | undefined): string {
  if (from === undefined) throw misuse('--from is missing; give the address that reports come from');
  const contact = contactOf(bareAddress(from));
  if (contact === null)
    throw misuse(
      `--from ${JSON.stringify(from)} is no address with a domain; give one like tlsrpt@example.org`,
    );
  return contact;
}

/** Null for what is no address in ASCII, at a domain. */
function contactOf(address: string): string | null {
  const mailbox = parseMailbox(address, domainToASCII);
  const isContact = mailbox?.destination.kind === 'domain' && /^[\x20-\x7e]+$/.test(mailbox.address);
  return isContact ? mailbox.address : null;
}

/** Who is responsible for reports, of `--organization`. Throws a CommandError. */
export function readOrganization(name: string | undefined): string {
  if (name === undefined || name.trim() === '')
    throw misuse('--organization is missing; say who is responsible for the reports');
  return name;
}

/** Of the configuration; null: nobody says in whose name reports are sent, so that they are not. Throws a CommandError. */
export async function readReports(
  { tlsReports }: Pick<DaemonConfig, 'tlsReports'>,
  settings: Settings,
  onWarning: (warning: string) => void,
): Promise<ReportSettings | null> {
  if (tlsReports === null) return null;
  const { organization, from, dkimKeys } = tlsReports;
  const contact = contactOf(from);
  if (contact === null)
    throw new CommandError(
      EXIT.badSettings,
      `tlsReports: from: ${JSON.stringify(from)} is no address with a domain; give one like tlsrpt@example.org`,
    );
  return reportsOf(organization, contact, { keys: await readDkimKeys(dkimKeys, onWarning), settings });
}

/** How a process that delivers, too, sends reports in that name. */
export function reportsOf(
  organizationName: string,
  contactInfo: string,
  { keys, settings }: { readonly keys: readonly DkimKey[]; readonly settings: Settings },
): ReportSettings {
  return {
    ...{ organizationName, contactInfo, keys },
    ...{ source: settings.helo, privateAddresses: settings.privateAddresses },
  };
}
