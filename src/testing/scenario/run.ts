import type { Step } from '../../adapters/scripted/index.js';
import type { Journal } from '../../effects/journal.js';
import type { OutboundMail } from '../../engine/options.js';
import { readMessage } from '../../engine/read-message.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { domainPart } from '../../policy/names/mailbox.js';

/** How a scenario went. */
export interface ScenarioRun {
  readonly name: string;
  readonly steps: readonly StepRun[];
}

export interface StepRun {
  readonly results: readonly RecipientReport[];
  readonly journal: Journal;
  /** Where it was not as expected; none: as expected. */
  readonly differences: readonly string[];
}

/** The message of a step; of one that is only explained, one to postmaster at its domain. */
export function mailOf(step: Step): OutboundMail {
  const to = step.purpose === 'explain' ? ([`postmaster@${domainOf(step)}`] as const) : step.message.to;
  const message = { ...step.message, to };
  const from = message.from ?? 'sender@sender.example';
  const header = [
    `From: <${from || 'MAILER-DAEMON'}>`,
    `To: ${message.to.map((address) => `<${address}>`).join(', ')}`,
    'Subject: A message through a small internet',
    'Date: Thu, 01 Jan 2026 12:00:00 +0000',
    'Message-ID: <1@sender.example>',
    ...(message.tlsRequiredNo === true ? ['TLS-Required: No'] : []),
  ];
  const { content, facts } = readMessage(
    utf8([...header, '', message.eightBit === true ? 'Gr\u00fc\u00dfe.' : 'Hello.', ''].join('\r\n')),
    message.to,
  );
  return {
    from,
    to: message.to,
    content,
    ...(message.dsn === undefined ? {} : { dsn: message.dsn }),
    facts: {
      ...facts,
      requireTls: message.requireTls === true ? 'yes' : 'no',
      report: message.report ?? 'none',
    },
  };
}

/** The domain of the first recipient, as it is written. */
export function domainOf({ message: { to } }: Step): string {
  return domainPart(to[0]);
}

function utf8(text: string): Uint8Array {
  // encodeURIComponent is the one UTF-8 encoder that every platform of the core has.
  const octets: number[] = [];
  for (const part of encodeURIComponent(text).match(/%[0-9A-F]{2}|[^%]/g) ?? []) {
    octets.push(part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0));
  }
  return Uint8Array.from(octets);
}
