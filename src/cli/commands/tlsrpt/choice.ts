import { domainToASCII } from 'node:url';
import { parseDomain } from '../../../policy/names/mailbox.js';
import { isDay } from '../../../policy/tls-report/send/report-day.js';
import type { ReportChoice } from '../../../services/tls-report/send/index.js';
import { misuse, type OptionTable } from '../../arguments.js';

export const CHOICE_OPTIONS = {
  day: { type: 'string' },
  domain: { type: 'string' },
} as const satisfies OptionTable;

/** Which days and domains are meant. Throws a CommandError. */
export function readChoice({
  day,
  domain,
}: {
  readonly day?: string | undefined;
  readonly domain?: string | undefined;
}): ReportChoice {
  if (day !== undefined && !isDay(day))
    throw misuse(`--day ${JSON.stringify(day)} is no day; give one like 2026-05-01`);
  const name = domain === undefined ? undefined : parseDomain(domain, domainToASCII);
  if (name === null)
    throw misuse(`--domain ${JSON.stringify(domain)} is no domain; give one like example.org`);
  return { ...(day === undefined ? {} : { day }), ...(name === undefined ? {} : { domain: name }) };
}
