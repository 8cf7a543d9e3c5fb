/*
 * The query command of postfix-mta-sts-resolver, Postfix's helper for MTA-STS, in a file system of its own, in which
 * /etc/resolv.conf names one resolver. It knows no port of resolvers but 53, so questions that come there are passed on.
 */
import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './daemon.js';

/** What it finds, in its own words; NONE also stands for a record that it could not read. */
export interface Queried {
  readonly result: 'NONE' | 'VALID' | 'FETCH_ERROR' | 'NOT_CHANGED';
  /** These three only of a valid policy. */
  readonly mode: string | null;
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number | null;
  /** All that it wrote. */
  readonly output: string;
}

export interface MtaStsQuery {
  /** Looks for the policy of a domain; `knownId`: of a policy that is known already. */
  readonly ask: (domain: string, knownId?: string) => Promise<Queried>;
  readonly stop: () => Promise<void>;
}

interface Resolver {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;
const DEADLINE_MS = 30_000;

/** Listens beside that resolver; needs root, as all peer tests do. @param caFile whom to trust, in PEM */
export async function mtaStsQuery(resolver: Resolver, caFile: string): Promise<MtaStsQuery> {
  const program = findProgram('mta-sts-query', 'postfix-mta-sts-resolver');
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-mta-sts-query-'));
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${resolver.address}\noptions timeout:2 attempts:1\n`);
  const relay = await startRelay(resolver);
  return {
    async ask(domain, knownId) {
      const steps = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
      const args = [
        '-m',
        '/bin/sh',
        '-c',
        steps,
        'sh',
        resolvConf,
        program,
        domain,
        ...(knownId === undefined ? [] : [knownId]),
      ];
      return read(await end(findProgram('unshare', 'util-linux'), args, { SSL_CERT_FILE: caFile }));
    },
    async stop() {
      relay.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Passes questions on, each from a port of its own, and answers back. */
async function startRelay(resolver: Resolver): Promise<Socket> {
  const relay = createSocket('udp4');
  relay.on('message', (question, from) => {
    const carrier = createSocket('udp4');
    const close = setTimeout(() => carrier.close(), DEADLINE_MS);
    carrier.once('message', (answer) => {
      clearTimeout(close);
      relay.send(answer, from.port, from.address);
      carrier.close();
    });
    carrier.send(question, resolver.port, resolver.address);
  });
  relay.bind(DNS_PORT, resolver.address);
  await once(relay, 'listening');
  return relay;
}

function end(
  program: string,
  args: readonly string[],
  own: Readonly<Record<string, string>>,
): Promise<string> {
  const options = { timeout: DEADLINE_MS, env: { ...process.env, ...own } };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(`mta-sts-query: ${stdout}${stderr}`, { cause: error }));
    });
  });
}

/** It writes a Python tuple: (<STSFetchResult.VALID: 1>, ('id', {'mx': [...], 'mode': ...})). */
function read(output: string): Queried {
  const result = /<STSFetchResult\.(\w+):/.exec(output)?.[1];
  if (result === undefined) throw new Error(`mta-sts-query said neither yes nor no: ${output}`);
  const mx = /'mx': \[([^\]]*)\]/.exec(output)?.[1] ?? '';
  const maxAge = /'max_age': (\d+)/.exec(output)?.[1];
  return {
    result: result as Queried['result'],
    mode: /'mode': '([^']*)'/.exec(output)?.[1] ?? null,
    mx: [...mx.matchAll(/'([^']*)'/g)].map(([, pattern]) => pattern!),
    maxAgeSeconds: maxAge === undefined ? null : Number(maxAge),
    output,
  };
}
