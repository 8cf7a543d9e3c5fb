/*
 * Exim as the sending host: it keeps the queue, and hands over by LMTP as docs/hosts/exim.md says. What it made of it is read from
 * its log.
 */

import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, run, startDaemon, startInFolder, until } from './daemon.js';
import { freePort } from './free-port.js';
import type { HandedOver, LmtpHost } from './lmtp-hosts.js';

const PACKAGE = 'exim4-daemon-light';
/** Whom Debian's Exim runs as when it need not be root; compiled in. */
const USER = 'Debian-exim';

/** Starts it, as root, in front of an LMTP server at that port. */
export function startEximClient(lmtpPort: number): Promise<LmtpHost> {
  return startInFolder('exim-client', async (folder) => {
    const at = (name: string) => join(folder, name);
    const program = findProgram('exim4', PACKAGE);
    const [user, group] = await Promise.all(
      ['-u', '-g'].map(async (which) => Number(await run('id', 'coreutils', [which, USER]))),
    );
    for (const name of ['spool', 'log']) {
      await mkdir(at(name));
      await chown(at(name), user!, group!);
    }
    const port = await freePort();
    await writeFile(at('exim.conf'), conf(folder, program, port, lmtpPort));
    const text = (name: string) => readFile(at(name), 'utf8').catch(() => '');
    const log = () => text('log/main');
    const daemon = await startDaemon({
      ...{ program, debianPackage: PACKAGE, args: ['-C', at('exim.conf'), '-bdf'] },
      isReady: async () => (await log()).includes('daemon started'),
    }).catch(async (cause) => {
      throw new Error(`Exim did not start: ${(await log()) + (await text('log/panic'))}`, { cause });
    });
    return {
      ...daemon,
      port,
      flush: async () => void (await run(program, PACKAGE, ['-C', at('exim.conf'), '-qff'])),
      handedOver: async (count) => {
        await until(
          async () => outcomesIn(await log()).length >= count,
          `Exim has not handed over ${count} recipients`,
        ).catch(async (error) => {
          throw new Error((await log()) + (await text('log/panic')), { cause: error });
        });
        return outcomesIn(await log());
      },
    };
  });
}

function conf(folder: string, program: string, port: number, lmtpPort: number): string {
  return [
    `exim_path = ${program}`,
    `spool_directory = ${folder}/spool`,
    `log_file_path = ${folder}/log/%s`,
    `pid_file_path = ${folder}/pid`,
    'primary_hostname = exim.invalid',
    'local_interfaces = 127.0.0.1',
    `daemon_smtp_ports = ${port}`,
    'keep_environment =',
    'disable_ipv6',
    'rfc1413_query_timeout = 0s',
    'acl_smtp_rcpt = everybody',
    'remote_max_parallel = 30',
    'begin acl',
    'everybody:',
    '  accept',
    'begin routers',
    'notices:',
    '  driver = accept',
    '  senders = :',
    '  transport = nowhere',
    'waxseal:',
    '  driver = manualroute',
    '  route_list = * 127.0.0.1',
    '  self = send',
    '  transport = waxseal',
    '  no_more',
    'begin transports',
    'nowhere:',
    '  driver = appendfile',
    '  file = /dev/null',
    `  user = ${USER}`,
    'waxseal:',
    '  driver = smtp',
    '  protocol = lmtp',
    `  port = ${lmtpPort}`,
    '  allow_localhost',
    '  hosts_try_dane =',
    '  hosts_avoid_tls = *',
    'begin retry',
    '* * F,1h,1m',
    '',
  ].join('\n');
}

const WORDS: Readonly<Record<string, HandedOver['outcome']>> = {
  '=>': 'delivered',
  '->': 'delivered',
  '==': 'deferred',
  '**': 'bounced',
};

/** Notices to senders are mail of its own, and left out. */
function outcomesIn(log: string): readonly HandedOver[] {
  return log.split('\n').flatMap((line) => {
    const [, word = '', recipient = ''] = /^\S+ \S+ \S+ (=>|->|==|\*\*) (\S+@\S+\.test) /.exec(line) ?? [];
    const outcome = WORDS[word];
    return outcome === undefined ? [] : [{ recipient, outcome, says: line }];
  });
}
