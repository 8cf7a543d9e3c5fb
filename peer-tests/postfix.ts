/*
 * Postfix as the receiving server, one smtpd service for each host, with its own configuration, queue and log. It takes
 * every message and throws it away. What it says of itself is read from its log.
 */
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, run, startDaemon, startInFolder, until } from './daemon.js';
import type { MailPeer, PeerSession, PlacedHost } from './mail-peer.js';

const PACKAGE = 'postfix';
const LIFE_SECONDS = 600;

/** Starts it, as root: its processes give that up one by one. `more`: lines for its main.cf. */
export function startPostfix(hosts: readonly PlacedHost[], more: readonly string[] = []): Promise<MailPeer> {
  return startInFolder('postfix', async (folder) => {
    findProgram('postfix', PACKAGE);
    if (process.getuid?.() !== 0) throw new Error('Postfix can be started by root only; so can peer tests.');
    await writeFiles(hosts, folder, more);
    const config = ['-c', join(folder, 'conf')];
    // Makes the folders of the queue.
    await run('postfix', PACKAGE, [...config, 'check']);
    const programs = (await run('postconf', PACKAGE, [...config, '-h', 'daemon_directory'])).trim();
    const log = () => readFile(join(folder, 'log'), 'utf8');
    const daemon = await startDaemon({
      program: join(programs, 'master'),
      debianPackage: PACKAGE,
      // A process that changes who it is loses the signal for the end of its parent; so it is given a time to live.
      args: [...config, '-s', '-e', String(LIFE_SECONDS)],
      // It says so when it listens.
      isReady: async () => (await log()).includes('daemon started'),
    }).catch(async (cause) => {
      throw new Error(`Postfix did not start: ${await log().catch(() => 'it has no log')}`, { cause });
    });
    let marks = 0;
    return {
      ...daemon,
      sessions: async () => {
        // What was on its way to the log before the mark is in the log when the mark is.
        const mark = `mark ${++marks} of the tests`;
        await run('postlog', PACKAGE, [...config, '-t', 'tests', mark]);
        const isWhole = (text: string) => text.includes(mark) && isQuiet(text);
        await until(async () => isWhole(await log()), 'Postfix has not done its work');
        return readSessions(await log());
      },
    };
  });
}

async function writeFiles(
  hosts: readonly PlacedHost[],
  folder: string,
  more: readonly string[],
): Promise<void> {
  const at = (name: string) => join(folder, name);
  for (const name of ['conf', 'queue', 'data']) await mkdir(at(name));
  await chown(at('data'), Number(await run('id', 'coreutils', ['-u', 'postfix'])), 0);
  await writeFile(at('conf/main.cf'), [mainCf(folder), ...more, ''].join('\n'));
  await writeFile(at('conf/master.cf'), masterCf(hosts, folder));
  for (const { id, issued } of hosts) {
    await writeFile(at(`${id}.pem`), `${issued.keyPem}\n${issued.chainPem}\n`, { mode: 0o600 });
  }
}

function mainCf(folder: string): string {
  return [
    'compatibility_level = 3.6',
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    `maillog_file = ${folder}/log`,
    `maillog_file_prefixes = ${folder}`,
    'myhostname = postfix.invalid',
    'inet_interfaces = loopback-only',
    'inet_protocols = ipv4',
    'mydestination =',
    'alias_maps =',
    'mynetworks = 127.0.0.0/8',
    'smtpd_peername_lookup = no',
    // Forgotten at STARTTLS, so that mail after TLS shows another EHLO.
    'smtpd_helo_required = yes',
    'smtpd_relay_restrictions = permit_mynetworks, reject',
    'default_transport = discard:',
    'relay_transport = discard:',
    'smtpd_tls_security_level = may',
    'smtpd_tls_loglevel = 1',
    'smtpd_tls_session_cache_database =',
    'max_idle = 5s',
    '',
  ].join('\n');
}

const INNER_SERVICES = `
cleanup   unix       n - n - 0 cleanup
qmgr      unix       n - n 300 1 qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n - - trivial-rewrite
bounce    unix       - - n - 0 bounce
defer     unix       - - n - 0 bounce
trace     unix       - - n - 0 bounce
proxymap  unix       - - n - - proxymap
error     unix       - - n - - error
retry     unix       - - n - - error
discard   unix       - - n - - discard
anvil     unix       - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;

function masterCf(hosts: readonly PlacedHost[], folder: string): string {
  return hosts.map((host) => serviceOf(host, folder)).join('') + INNER_SERVICES;
}

function serviceOf(place: PlacedHost, folder: string): string {
  const options = [`syslog_name=${place.id}`, ...tlsOptions(place, folder), ...recipientOptions(place.host)];
  return [
    `${place.address}:${place.port} inet n - n - - smtpd`,
    ...options.map((option) => `  -o { ${option.replace('=', ' = ')} }`),
    '',
  ].join('\n');
}

/** The faults are those of real servers that are badly kept. */
function tlsOptions({ id, host }: PlacedHost, folder: string): readonly string[] {
  const chain = `smtpd_tls_chain_files=${folder}/${id}.pem`;
  switch (host.starttls) {
    case 'not-offered':
      return ['smtpd_tls_security_level=none'];
    case 'broken':
      // No certificate, and so "no shared cipher".
      return ['smtpd_tls_chain_files=/nonexistent.pem'];
    case 'old':
      return [chain, 'smtpd_tls_protocols=<=TLSv1.1', 'tls_medium_cipherlist=ALL:@SECLEVEL=0'];
    case '454 4.7.0 TLS not available':
      // STARTTLS is offered, and then answered with "454 4.7.0 TLS not available due to local problem".
      return [chain, 'smtpd_tls_CAfile=/nonexistent.pem'];
    default:
      return [chain];
  }
}

function recipientOptions({ replies }: PlacedHost['host']): readonly string[] {
  const { '*': others, ...own } = replies?.rcpt ?? {};
  const pairs = Object.entries(own).map(([address, reply]) => `{ ${address} = ${reply} }`);
  const maps = [
    ...(pairs.length === 0 ? [] : [`inline:{ ${pairs.join(', ')} }`]),
    ...(others === undefined ? [] : [`static:{ ${others} }`]),
  ];
  return maps.length === 0
    ? []
    : [`smtpd_recipient_restrictions=${maps.map((map) => `check_recipient_access ${map}`).join(', ')}`];
}

/** Whether nobody is connected and nothing is in the queue. */
function isQuiet(log: string): boolean {
  const count = (pattern: RegExp) => log.match(pattern)?.length ?? 0;
  return (
    count(/smtpd\[\d+\]: connect from /g) === count(/smtpd\[\d+\]: disconnect from /g) &&
    count(/cleanup\[\d+\]: [0-9A-F]+: message-id=/g) === count(/qmgr\[\d+\]: [0-9A-F]+: removed/g)
  );
}

interface OpenSession {
  readonly host: string;
  tls: 'yes' | 'no';
  readonly ids: string[];
  commands: string;
}

/** Reads the log of Postfix. A message counts as taken if Postfix says that it was sent on, to where all are thrown away. */
function readSessions(log: string): readonly PeerSession[] {
  const sessions: OpenSession[] = [];
  const byProcess = new Map<string, OpenSession>();
  const sent = new Map<string, string[]>();
  for (const line of log.split('\n')) {
    const [, host = '', program = '', pid = '', text = ''] =
      / (\S+)\/([a-z]+)\[(\d+)\]: (.*)$/.exec(line) ?? [];
    if (program === 'discard') {
      const [, id = '', to = ''] = /^([0-9A-F]+): to=<([^>]*)>.* status=sent /.exec(text) ?? [];
      sent.set(id, [...(sent.get(id) ?? []), to]);
    }
    if (program !== 'smtpd') continue;
    if (text.startsWith('connect from ')) {
      const session: OpenSession = { host, tls: 'no', ids: [], commands: '' };
      sessions.push(session);
      byProcess.set(pid, session);
    }
    const session = byProcess.get(pid);
    if (session === undefined) continue;
    if (text.includes('TLS connection established from ')) session.tls = 'yes';
    const id = /^([0-9A-F]+): client=/.exec(text)?.[1];
    if (id !== undefined) session.ids.push(id);
    session.commands = /^disconnect from \S+ (.*)$/.exec(text)?.[1] ?? session.commands;
  }
  return sessions.map(({ host, tls, ids, commands }) => ({
    host,
    tls,
    serverName: null,
    commands,
    taken: ids
      .filter((id) => sent.has(id))
      .map((id) => ({ id, recipients: sent.get(id)!, parameters: null })),
  }));
}
