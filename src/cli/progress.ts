import type { JournalEntry } from '../effects/journal.js';
import { printable } from './output/terminal.js';

/** What is going on, in one line that comes and goes. */
export interface Progress {
  note(entry: JournalEntry): void;
  clear(): void;
}

const CLEAR_LINE = '\r\u001b[K';
const SILENT: Progress = { note: () => {}, clear: () => {} };

/** On standard error if that is a terminal; else nothing at all. */
export function showProgress(): Progress {
  const { stderr } = process;
  if (stderr.isTTY !== true) return SILENT;
  const describe = narrator();
  return {
    note(entry) {
      const text = describe(entry);
      if (text !== null) stderr.write(`${CLEAR_LINE}${printable(text).slice(0, (stderr.columns || 80) - 1)}`);
    },
    clear: () => void stderr.write(CLEAR_LINE),
  };
}

/** Says what each question is about; null where nothing new begins. Sessions belong to the host run that began last. */
export function narrator(): (entry: JournalEntry) => string | null {
  let host = '';
  return (entry) => {
    if (entry.kind === 'run') host = entry.host;
    return entry.kind === 'ask' ? describeAsk(entry.ask, host) : null;
  };
}

function describeAsk(ask: Extract<JournalEntry, { kind: 'ask' }>['ask'], host: string): string | null {
  switch (ask.type) {
    case 'dns.mx':
      return `asking for MX of ${ask.name}`;
    case 'dns.txt':
      return `asking for TXT of ${ask.name}`;
    case 'dns.addresses':
      return `asking for addresses of ${ask.name}`;
    case 'dns.cname':
      return `asking for aliases of ${ask.name}`;
    case 'dns.tlsa':
      return `asking for TLSA of ${ask.name}`;
    case 'policy.fetch':
      return `fetching the MTA-STS policy from ${ask.host}`;
    case 'smtp.connect':
      return `connecting to ${host} [${ask.address}]`;
    case 'smtp.hello':
      return `saying ${ask.verb} to ${host}`;
    case 'smtp.starttls':
    case 'tls.handshake':
      return `starting TLS with ${host}`;
    case 'peer.inspect':
      return `looking at the certificate of ${host}`;
    case 'smtp.greeting':
      return `waiting for the greeting of ${host}`;
    case 'smtp.auth':
      return `saying to ${host} who we are`;
    case 'smtp.send':
      return `sending to ${host}`;
    case 'smtp.quit':
      return `taking leave of ${host}`;
    case 'random.draw':
    case 'policy-cache.read':
    case 'policy-cache.write':
      return null;
  }
}
