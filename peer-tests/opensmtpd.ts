/*
 * OpenSMTPD as the receiving server. It takes mail for some, hands it on at once to whom it is told, and keeps nothing. In clear: as
 * Debian 12 builds it, with OpenSSL 3, it ends every handshake, and without TLS it lets nobody log in. Its queue stands where it was
 * compiled to stand, so that one runs at a time.
 */
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, findProgram, startDaemon, startInFolder, until } from './daemon.js';
import { isListening } from './is-listening.js';

export interface OpenSmtpdOptions {
  readonly port: number;
  /** Whom it takes mail for; everybody else is refused. */
  readonly recipients: readonly string[];
  /** Where everything goes that it takes. */
  readonly next: { readonly address: string; readonly port: number };
}

export interface OpenSmtpd extends Daemon {
  /** Resolves once it has handed on what is awaited. */
  readonly handedOn: (isThere: () => boolean) => Promise<void>;
}

const PACKAGE = 'opensmtpd';
const SPOOL = '/var/spool/smtpd';
const EMPTY = '/var/lib/opensmtpd/empty';

/** Starts it, as root, on 127.0.0.1. */
export function startOpenSmtpd(options: OpenSmtpdOptions): Promise<OpenSmtpd> {
  return startInFolder('opensmtpd', async (folder) => {
    const program = findProgram('smtpd', PACKAGE);
    await emptySpool();
    const file = join(folder, 'smtpd.conf');
    await writeFile(file, configuration(options), { mode: 0o600 });
    const daemon = await startDaemon({
      program,
      debianPackage: PACKAGE,
      args: ['-d', '-f', file],
      isReady: () => isListening(options.port),
    });
    return { ...daemon, handedOn: (isThere) => until(isThere, 'OpenSMTPD has not handed everything on') };
  });
}

async function emptySpool(): Promise<void> {
  await rm(SPOOL, { recursive: true, force: true });
  await mkdir(SPOOL, { recursive: true });
  await chmod(SPOOL, 0o711);
  await mkdir(EMPTY, { recursive: true });
  await chown(EMPTY, 0, 0);
}

function configuration({ port, recipients, next }: OpenSmtpdOptions): string {
  return `
table recipients { ${recipients.map((each) => JSON.stringify(each)).join(', ')} }
listen on 127.0.0.1 port ${port} hostname opensmtpd.invalid
action "on" relay host smtp+notls://${next.address}:${next.port}
match from any for any rcpt-to <recipients> action "on"
`;
}
