/* Who is asked for where only a domain is named. */
import { MisuseError } from '../effects/misuse.js';
import { type Mailbox, parseMailbox } from '../policy/names/mailbox.js';
import { checkText } from './check-arguments.js';

export const POSTMASTER = 'postmaster@localhost.localdomain';

export function postmasterAt(domain: string, toAscii: (domain: string) => string): Mailbox {
  checkText(domain, 'WAXSEAL_BAD_DOMAIN', 'domain');
  const mailbox = parseMailbox(`postmaster@${domain}`, toAscii);
  if (mailbox === null) throw notADomain(domain);
  return mailbox;
}

export function notADomain(text: string): MisuseError {
  return new MisuseError('WAXSEAL_BAD_DOMAIN', `"${text}" is not a domain; give one like example.org`);
}
