/*
 * Postfix as the sending host: it keeps the queue, and goes the way that its settings say. What it made of it is read from its
 * log.
 */

import { chown, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, findProgram, READY_MS, run, startDaemon, startInFolder, until } from './daemon.js';
import { freePort } from './free-port.js';

const PACKAGE = 'postfix';
const LIFE_SECONDS = 3600;
/** How much longer it may take for each message. */
const EACH_MS = 20;
/** Of a log that is shown. */
const SHOWN_LENGTH = 20_000;

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
  /** By which its commands find it. */
  readonly config: readonly string[];
  /** Tries again at once whatever waits. */
  readonly flush: () => Promise<void>;
  /** All that it has handed over, in the order of its log, once there are that many. */
  readonly handedOver: (count: number) => Promise<readonly HandedOver[]>;
}

export interface PostfixClientOptions {
  /** Lines of main.cf: how mail leaves. */
  readonly settings: readonly string[];
  /** Files beside them, by name; the lines find them in `$config_directory`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Its resolver, at port 53. Default: the system's. */
  readonly resolverAddress?: string;
}

/** Starts it, as root. */
export function startPostfixClient({
  settings,
  files = {},
  resolverAddress,
}: PostfixClientOptions): Promise<PostfixClient> {
  return startInFolder('postfix-client', async (folder) => {
    findProgram('postfix', PACKAGE);
    const port = await freePort();
    for (const name of ['conf', 'queue', 'data']) await mkdir(join(folder, name));
    await chown(join(folder, 'data'), Number(await run('id', 'coreutils', ['-u', 'postfix'])), 0);
    await writeFile(join(folder, 'conf/main.cf'), mainCf(folder, settings));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'conf', name), text);
    await writeFile(join(folder, 'conf/master.cf'), masterCf(port));
    const config = ['-c', join(folder, 'conf')];
    await run('postfix', PACKAGE, [...config, 'check']);
    const programs = (await run('postconf', PACKAGE, [...config, '-h', 'daemon_directory'])).trim();
    const log = () => readFile(join(folder, 'log'), 'utf8');
    const outcomes = outcomesOf(join(folder, 'log'));
    const master = [join(programs, 'master'), ...config, '-s', '-e', String(LIFE_SECONDS)];
    const [program, ...args] = await inWorldOf(resolverAddress, folder, master);
    const daemon = await startDaemon({
      program: program!,
      debianPackage: PACKAGE,
      args,
      isReady: async () => (await log()).includes('daemon started'),
    });
    return {
      ...daemon,
      port,
      config,
      flush: async () => {
        await run('postqueue', PACKAGE, [...config, '-f']);
      },
      handedOver: async (count) => {
        await until(
          async () => (await outcomes()).length >= count,
          `Postfix has not handed over ${count} recipients`,
          READY_MS + count * EACH_MS,
        ).catch(async (error) => {
          throw new Error((await log()).slice(-SHOWN_LENGTH), { cause: error });
        });
        return [...(await outcomes())];
      },
    };
  });
}

/** The command that runs another one where /etc/resolv.conf names that resolver. */
async function inWorldOf(
  resolverAddress: string | undefined,
  folder: string,
  command: readonly string[],
): Promise<readonly string[]> {
  if (resolverAddress === undefined) return command;
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${resolverAddress}\noptions trust-ad edns0 timeout:5 attempts:1\n`);
  const steps = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
  return [findProgram('unshare', 'util-linux'), '-m', '/bin/sh', '-c', steps, 'sh', resolvConf, ...command];
}

function mainCf(folder: string, settings: readonly string[]): string {
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
    ...settings,
    '',
  ].join('\n');
}

function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
lmtp      unix       - - n - - lmtp
smtp      unix       - - n - - smtp
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
scache    unix       - - n - 1 scache
tlsproxy  unix       - - n - 0 tlsproxy
error     unix       - - n - - error
retry     unix       - - n - - error
discard   unix       - - n - - discard
anvil     unix       - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;
}

/** Its notices to senders are mail of its own, and left out. */
/** All that a log has come to tell so far; each octet of it is read once, so that it may be asked for often. */
function outcomesOf(path: string): () => Promise<readonly HandedOver[]> {
  const found: HandedOver[] = [];
  let readTo = 0;
  return async () => {
    await using file = await open(path);
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - readTo), { position: readTo });
    // The last line may not be whole yet.
    const whole = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    readTo += whole;
    found.push(...outcomesIn(buffer.toString('utf8', 0, whole)));
    return found;
  };
}

function outcomesIn(log: string): readonly HandedOver[] {
  const line =
    /(?:lmtp|smtp)\[\d+\]: \S+: to=<([^>]*)>, relay=(\S+), .*dsn=([\d.]+), status=(sent|deferred|bounced) \((.*)\)$/gm;
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
