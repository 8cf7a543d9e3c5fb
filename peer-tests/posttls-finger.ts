/* Postfix's probe: it goes the way of a message as Postfix would, and says what it thinks of the server. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './daemon.js';

/** What it says, in every detail. It ends with status 0 whatever it finds. */
export interface Fingered {
  readonly output: string;
  /** What it demanded of the server last looked at. */
  readonly demand: 'dane' | 'encrypt' | 'none';
  /** Its verdict, in its own word; `Trusted` is how it writes `Verified` where the MX records were insecure. */
  readonly tls: 'Verified' | 'Trusted' | 'Untrusted' | 'Anonymous' | 'none';
  readonly connected: 'yes' | 'no';
}

/** Asks about domains in a file system of its own, in which /etc/resolv.conf names one resolver, at port 53. */
export interface PosttlsFinger {
  readonly ask: (domain: string, port: number) => Promise<Fingered>;
  readonly remove: () => Promise<void>;
}

const DEADLINE_MS = 30_000;
const FAILED = 'posttls-finger: Failed to establish session to ';

/** Writes down how that resolver is asked; needs root, as all peer tests do. */
export async function posttlsFinger(resolverAddress: string): Promise<PosttlsFinger> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-posttls-finger-'));
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${resolverAddress}\noptions trust-ad edns0 timeout:5 attempts:1\n`);
  await writeFile(join(folder, 'main.cf'), 'compatibility_level = 3.6\nmyhostname = client.example\n');
  const program = findProgram('posttls-finger', 'postfix');
  return {
    remove: () => rm(folder, { recursive: true, force: true }),
    ask(domain, port) {
      const probe = [program, '-v', '-l', 'dane', '-t', '5', '-T', '10', '-o', 'inet_protocols=ipv4'];
      const steps = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
      return end(
        findProgram('unshare', 'util-linux'),
        ['-m', '/bin/sh', '-c', steps, 'sh', resolvConf, ...probe, `${domain}:${port}`],
        { MAIL_CONFIG: folder },
      );
    },
  };
}

async function end(
  program: string,
  args: readonly string[],
  own: Readonly<Record<string, string>>,
): Promise<Fingered> {
  const options = { timeout: DEADLINE_MS, maxBuffer: 2 ** 22, env: { ...process.env, ...own } };
  const output = await new Promise<string>((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(`posttls-finger: ${stdout}${stderr}`, { cause: error }));
    });
  });
  return { output, ...read(output) };
}

/** Of several hosts, the last one that was gone to counts. */
function read(output: string): Omit<Fingered, 'output'> {
  const last = output.slice(Math.max(0, output.lastIndexOf(FAILED)));
  const isUnusable = /no usable TLSA records found|all TLSA records unusable/.test(last);
  const established = /: (Verified|Trusted|Untrusted|Anonymous) TLS connection established/.exec(last)?.[1];
  return {
    demand: isUnusable ? 'encrypt' : /: no TLSA records found/.test(last) ? 'none' : 'dane',
    tls: (established as Fingered['tls'] | undefined) ?? 'none',
    connected: /^posttls-finger: Connected to /m.test(last) ? 'yes' : 'no',
  };
}
