/*
 * Exim as the receiving server, with GnuTLS where Postfix has OpenSSL. Unlike our Postfix it keeps what it takes: all
 * messages go into one mailbox. What it says of itself is read from its log.
 */
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, run, startDaemon, startInFolder, until } from './daemon.js';
import type { MailPeer, PeerSession, PlacedHost } from './mail-peer.js';

export interface Exim extends MailPeer {
  /** All messages, each behind a "From " line, with the envelope in its header. */
  readonly mailbox: () => Promise<string>;
}

const PACKAGE = 'exim4-daemon-light';
/** Whom Debian's Exim runs as when it need not be root; compiled in. */
const USER = 'Debian-exim';

/** Who may send through it to everybody, under TLS; without one everybody may. */
export interface EximLogin {
  readonly user: string;
  readonly password: string;
}

/** Starts it, as root, for hosts that do nothing unusual. */
export function startExim(hosts: readonly PlacedHost[], login?: EximLogin): Promise<Exim> {
  return startInFolder('exim', async (folder) => {
    const at = (name: string) => join(folder, name);
    const program = findProgram('exim4', PACKAGE);
    const owner = await ids();
    for (const name of ['spool', 'log', 'mail']) {
      await mkdir(at(name));
      await chown(at(name), owner.user, owner.group);
    }
    for (const { address, issued } of hosts) {
      const file = at(`${address}.pem`);
      await writeFile(file, `${issued.chainPem}\n${issued.keyPem}\n`, { mode: 0o600 });
      await chown(file, owner.user, owner.group);
    }
    const configuration = eximConf(hosts, folder, program, login);
    await writeFile(at('exim.conf'), configuration);
    const text = (name: string) => readFile(at(name), 'utf8').catch(() => '');
    const log = () => text('log/main');
    const daemon = await startDaemon({
      program,
      debianPackage: PACKAGE,
      args: ['-C', at('exim.conf'), '-bdf'],
      isReady: async () => (await log()).includes('daemon started'),
    }).catch(async (cause) => {
      throw new Error(`Exim did not start: ${(await log()) + (await text('log/panic'))}`, { cause });
    });
    return {
      ...daemon,
      mailbox: () => text('mail/box'),
      sessions: async () => {
        await until(async () => isQuiet(await log()), 'Exim has not done its work');
        return readSessions(await log(), hosts);
      },
    };
  });
}

async function ids(): Promise<{ readonly user: number; readonly group: number }> {
  const id = async (which: '-u' | '-g') => Number(await run('id', 'coreutils', [which, USER]));
  return { user: await id('-u'), group: await id('-g') };
}

function eximConf(
  hosts: readonly PlacedHost[],
  folder: string,
  program: string,
  login: EximLogin | undefined,
): string {
  const certificate = `${folder}/$received_ip_address.pem`;
  return [
    `exim_path = ${program}`,
    `spool_directory = ${folder}/spool`,
    `log_file_path = ${folder}/log/%s`,
    `pid_file_path = ${folder}/pid`,
    'log_selector = +incoming_interface +incoming_port +smtp_connection +smtp_no_mail +tls_sni +received_recipients',
    'primary_hostname = exim.invalid',
    `local_interfaces = <; ${hosts.map(({ address }) => address).join('; ')}`,
    `daemon_smtp_ports = ${hosts[0]?.port ?? 25}`,
    'keep_environment =',
    'disable_ipv6',
    'rfc1413_query_timeout = 0s',
    'tls_advertise_hosts = *',
    `tls_certificate = ${certificate}`,
    `tls_privatekey = ${certificate}`,
    'acl_smtp_rcpt = everybody',
    'begin acl',
    'everybody:',
    ...(login === undefined ? [] : ['  deny', '    !authenticated = *']),
    '  accept',
    'begin routers',
    'all:',
    '  driver = accept',
    '  transport = box',
    'begin transports',
    'box:',
    '  driver = appendfile',
    `  file = ${folder}/mail/box`,
    `  user = ${USER}`,
    '  envelope_to_add',
    '  return_path_add',
    ...(login === undefined ? [] : authenticators(login)),
    '',
  ].join('\n');
}

function authenticators({ user, password }: EximLogin): readonly string[] {
  const isIt = (name: string, secret: string) =>
    `  server_condition = \${if and{ {eq{${name}}{${user}}} {eq{${secret}}{${password}}} }}`;
  return [
    'begin authenticators',
    'cram:',
    '  driver = cram_md5',
    '  public_name = CRAM-MD5',
    `  server_secret = \${if eq{$auth1}{${user}}{${password}}fail}`,
    '  server_set_id = $auth1',
    'plain:',
    '  driver = plaintext',
    '  public_name = PLAIN',
    '  server_prompts = :',
    isIt('$auth2', '$auth3'),
    '  server_set_id = $auth2',
    `  server_advertise_condition = \${if def:tls_in_cipher}`,
    'login:',
    '  driver = plaintext',
    '  public_name = LOGIN',
    '  server_prompts = <| Username: | Password:',
    isIt('$auth1', '$auth2'),
    '  server_set_id = $auth1',
    `  server_advertise_condition = \${if def:tls_in_cipher}`,
  ];
}

const OPENED = / SMTP connection from .*\(TCP\/IP connection count = /;
const CLOSED = /^\S+ \S+ SMTP connection from .*(?<!\(TCP\/IP connection count = \d+\))$/;

/** Whether nobody is connected and every message that was taken has been put into the mailbox. */
function isQuiet(log: string): boolean {
  const lines = log.split('\n');
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  return count(OPENED) === count(CLOSED) && count(/ <= /) === count(/ Completed$/);
}

function readSessions(log: string, hosts: readonly PlacedHost[]): readonly PeerSession[] {
  const lines = log.split('\n');
  const opened = lines.filter((line) => OPENED.test(line));
  return opened.map((line) => {
    const [, client = '', address = ''] = /\[([^\]]*\]:\d+) I=\[([^\]]+)\]/.exec(line) ?? [];
    const own = lines.filter((other) => other.includes(`[${client} `));
    return {
      host: hosts.find((host) => host.address === address)?.id ?? '',
      tls: own.some((other) => / X=TLS/.test(other)) ? 'yes' : 'no',
      serverName:
        own.map((other) => / SNI="?([^" ]+)/.exec(other)?.[1]).find((name) => name !== undefined) ?? null,
      commands: own.map((other) => / C=(\S+)$/.exec(other)?.[1]).find((found) => found !== undefined) ?? null,
      taken: own.flatMap((other) => {
        const [, id = '', to = ''] = /^\S+ \S+ (\S+) <= .* for (.+)$/.exec(other) ?? [];
        return id === '' ? [] : [{ id, recipients: to.split(' '), parameters: null }];
      }),
    };
  });
}
