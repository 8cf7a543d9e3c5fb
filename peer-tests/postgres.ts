/* A PostgreSQL server of our own: a new cluster in a folder, on a socket in that folder, asked by nobody else. */
import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Issued } from '../src/testing/pki.js';
import { type Daemon, findProgram, run, startDaemon, startInFolder } from './daemon.js';
import { freePort } from './free-port.js';

export interface PostgresServer extends Daemon {
  /** Where it is reached on 127.0.0.1 by who has a name, under TLS; 0: nowhere. */
  readonly tlsPort: number;
  /** Lets somebody log in there, by SCRAM-SHA-256. */
  readonly createUser: (name: string, password: string) => Promise<void>;
  /** Makes an empty database and answers its address. */
  readonly createDatabase: (name: string) => Promise<string>;
  /** Ends it without a goodbye, as a machine that fails does. */
  readonly fail: () => Promise<void>;
  /** Starts it again over what it has kept. */
  readonly begin: () => Promise<void>;
  /** Lets the server end all connections to a database, as when it is restarted. */
  readonly disconnect: (name: string) => Promise<void>;
}

const DEBIAN_PACKAGE = 'postgresql';
/** Debian keeps the programs of each version in a folder of its own, which is on nobody's path. */
const VERSIONS = '/usr/lib/postgresql';
const USER = 'postgres';

/** Starts a server without a password, which only those who may enter its folder can reach; with a certificate others as well, by name. */
export function startPostgres({
  fsync = 'off',
  issued,
}: {
  readonly fsync?: 'on' | 'off';
  readonly issued?: Issued;
} = {}): Promise<PostgresServer> {
  return startInFolder('postgres', async (folder) => {
    const data = join(folder, 'data');
    const socket = join(folder, 'socket');
    const asUser = await unprivileged(folder, data, socket);
    await asUser.run(await programOf('initdb'), [
      '-D',
      data,
      '-U',
      USER,
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
    ]);
    const program = await programOf('postgres');
    const tlsPort = issued === undefined ? 0 : await freePort();
    const net = issued === undefined ? ['listen_addresses='] : await asUser.underTls(data, issued, tlsPort);
    const start = () =>
      asUser.start(
        program,
        [
          ...['-D', data, '-k', socket],
          ...[...net, `fsync=${fsync}`, 'max_connections=50'].flatMap((setting) => ['-c', setting]),
        ],
        () => answers(urlOf(socket, USER, tlsPort)),
      );
    let daemon = await start();
    const administer = (sql: string) => ask(urlOf(socket, USER, tlsPort), sql);
    return {
      tlsPort,
      output: () => daemon.output(),
      createUser: (name, password) =>
        administer(`CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`),
      stop: () => daemon.stop(),
      fail: async () => {
        const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
        process.kill(Number(pid), 'SIGQUIT');
        await daemon.stop();
      },
      begin: async () => {
        daemon = await start();
      },
      createDatabase: async (name) => {
        await administer(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
        return urlOf(socket, name, tlsPort);
      },
      disconnect: async (name) => {
        const others = `datname = ${pg.escapeLiteral(name)} AND pid <> pg_backend_pid()`;
        await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
      },
    };
  });
}

function urlOf(socket: string, database: string, port: number): string {
  const at = port === 0 ? '' : `&port=${port}`;
  return `postgres:///${database}?host=${encodeURIComponent(socket)}&user=${USER}${at}`;
}

async function answers(url: string): Promise<boolean> {
  await ask(url, 'SELECT 1');
  return true;
}

async function ask(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function programOf(name: string): Promise<string> {
  const versions = await readdir(VERSIONS).catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? name : join(VERSIONS, newest, 'bin', name);
}

type Start = (program: string, args: readonly string[], isReady: () => Promise<boolean>) => Promise<Daemon>;

/** PostgreSQL refuses to be root; who is root becomes the user that comes with the package. */
async function unprivileged(folder: string, ...folders: readonly string[]) {
  const isRoot = process.getuid?.() === 0;
  const become = ['--reuid', USER, '--regid', USER, '--clear-groups', '--pdeathsig', 'TERM'];
  const commandOf = (program: string, args: readonly string[]): [string, string, string[]] => {
    const path = findProgram(program, DEBIAN_PACKAGE);
    return isRoot ? ['setpriv', 'util-linux', [...become, path, ...args]] : [path, DEBIAN_PACKAGE, [...args]];
  };
  const [uid, gid] = isRoot ? await idsOf(USER) : [-1, -1];
  for (const each of folders) {
    await mkdir(each, { mode: 0o700 });
    if (isRoot) await chown(each, uid, gid);
  }
  const start: Start = (program, args, isReady) => {
    const [path, debianPackage, all] = commandOf(program, args);
    return startDaemon({ program: path, debianPackage, args: all, isReady });
  };
  /** Settings for who comes over TLS, with that certificate. */
  const underTls = async (data: string, { keyPem, chainPem }: Issued, port: number) => {
    const access = 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n';
    const files = { 'own.key': keyPem, 'own.crt': chainPem, 'own.hba': access };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(data, name), text, { mode: 0o600 });
      if (isRoot) await chown(join(data, name), uid, gid);
    }
    return [
      ...['listen_addresses=127.0.0.1', `port=${port}`, 'password_encryption=scram-sha-256', 'ssl=on'],
      ...[`ssl_key_file=${data}/own.key`, `ssl_cert_file=${data}/own.crt`, `hba_file=${data}/own.hba`],
    ];
  };
  return {
    start,
    underTls,
    run: (program: string, args: readonly string[]) => run(...commandOf(program, args), folder),
  };
}

async function idsOf(user: string): Promise<[uid: number, gid: number]> {
  const id = async (which: string) => Number(await run('id', 'coreutils', [which, user]));
  return [await id('-u'), await id('-g')];
}
