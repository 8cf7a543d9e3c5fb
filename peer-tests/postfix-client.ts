/*
 * Postfix as the sending host: it keeps the queue, and hands every message over by LMTP as the README says. What it made of
 * the answers is read from its log.
 */
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Daemon, findProgram, run, startDaemon, startInFolder, until } from './daemon.js';

const PACKAGE = 'postfix';
const LIFE_SECONDS = 600;

/** What Postfix says of one recipient of one attempt. */
export interface HandedOver {
  readonly recipient: string;
  readonly relay: string;
  readonly dsn: string;
  readonly status: 'sent' | 'deferred' | 'bounced';
  /** What stands in brackets behind the status. */
  readonly says: string;
}

export interface PostfixClient extends Daemon {
  /** Where it takes mail. */
  readonly port: number;
  /** Tries again at once whatever waits. */
  readonly flush: () => Promise<void>;
  /** All that it has handed over, in the order of its log, once there are that many. */
  readonly handedOver: (count: number) => Promise<readonly HandedOver[]>;
}

/** Starts it, as root. `lmtpPort`: where the LMTP server listens on loopback. */
export function startPostfixClient(lmtpPort: number): Promise<PostfixClient> {
  return startInFolder('postfix-client', async (folder) => {
    findProgram('postfix', PACKAGE);
    const port = await freePort();
    for (const name of ['conf', 'queue', 'data']) await mkdir(join(folder, name));
    await chown(join(folder, 'data'), Number(await run('id', 'coreutils', ['-u', 'postfix'])), 0);
    await writeFile(join(folder, 'conf/main.cf'), mainCf(folder, lmtpPort));
    await writeFile(join(folder, 'conf/master.cf'), masterCf(port));
    const config = ['-c', join(folder, 'conf')];
    await run('postfix', PACKAGE, [...config, 'check']);
    const programs = (await run('postconf', PACKAGE, [...config, '-h', 'daemon_directory'])).trim();
    const log = () => readFile(join(folder, 'log'), 'utf8');
    const daemon = await startDaemon({
      program: join(programs, 'master'),
      debianPackage: PACKAGE,
      args: [...config, '-s', '-e', String(LIFE_SECONDS)],
      isReady: async () => (await log()).includes('daemon started'),
    });
    return {
      ...daemon,
      port,
      flush: async () => {
        await run('postqueue', PACKAGE, [...config, '-f']);
      },
      handedOver: async (count) => {
        await until(
          async () => outcomesIn(await log()).length >= count,
          `Postfix has not handed over ${count} recipients`,
        ).catch(async (error) => {
          throw new Error(await log(), { cause: error });
        });
        return outcomesIn(await log());
      },
    };
  });
}

function mainCf(folder: string, lmtpPort: number): string {
  return [
    'compatibility_level = 3.6',
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    `maillog_file = ${folder}/log`,
    `maillog_file_prefixes = ${folder}`,
    'myhostname = host.invalid',
    'inet_interfaces = loopback-only',
    'inet_protocols = ipv4',
    'mydestination =',
    'alias_maps =',
    'mynetworks = 127.0.0.0/8',
    'smtpd_peername_lookup = no',
    'smtpd_relay_restrictions = permit_mynetworks, reject',
    'notify_classes =',
    // The four lines of the README.
    `default_transport = lmtp:inet:127.0.0.1:${lmtpPort}`,
    'lmtp_destination_recipient_limit = 1',
    'lmtp_send_xforward_command = yes',
    'lmtp_tls_security_level = may',
    '',
  ].join('\n');
}

function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
lmtp      unix       - - n - - lmtp
cleanup   unix       n - n - 0 cleanup
qmgr      unix       n - n 300 1 qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n - - trivial-rewrite
bounce    unix       - - n - 0 bounce
defer     unix       - - n - 0 bounce
trace     unix       - - n - 0 bounce
flush     unix       n - n 1000? 0 flush
showq     unix       n - n - - showq
pickup    unix       n - n 60 1 pickup
proxymap  unix       - - n - - proxymap
error     unix       - - n - - error
retry     unix       - - n - - error
discard   unix       - - n - - discard
anvil     unix       - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;
}

/** Its notices to senders are mail of its own, and left out. */
function outcomesIn(log: string): readonly HandedOver[] {
  const line =
    /lmtp\[\d+\]: \S+: to=<([^>]*)>, relay=(\S+), .*dsn=([\d.]+), status=(sent|deferred|bounced) \((.*)\)$/gm;
  return [...log.matchAll(line)]
    .map(([, recipient, relay, dsn, status, says]) => ({
      recipient: recipient!,
      relay: relay!,
      dsn: dsn!,
      status: status as HandedOver['status'],
      says: says!,
    }))
    .filter(({ recipient }) => !recipient.endsWith('@sender.example'));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
