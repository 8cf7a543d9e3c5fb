/* Exim as the sending host: one run for each message, which delivers at once. What it made of it is read from its log. */
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, run, startInFolder } from './daemon.js';

const PACKAGE = 'exim4-daemon-light';
/** Whom Debian's Exim runs as when it need not be root; compiled in. */
const USER = 'Debian-exim';

export interface EximByMx {
  /** Sends a message to that recipient, and says what came of the attempt. */
  readonly send: (recipient: string) => Promise<EximOutcome>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export interface EximOutcome {
  readonly outcome: 'delivered' | 'deferred' | 'bounced' | 'nothing';
  /** The lines of its log that speak of it. */
  readonly says: string;
}

/** Sets it up, as root: it sends to that port, and asks that resolver at port 53. */
export function eximByMx(port: number, resolverAddress: string): Promise<EximByMx> {
  return startInFolder('exim-client', async (folder) => {
    const at = (name: string) => join(folder, name);
    const program = findProgram('exim4', PACKAGE);
    const id = async (which: '-u' | '-g') => Number(await run('id', 'coreutils', [which, USER]));
    const [user, group] = [await id('-u'), await id('-g')];
    for (const name of ['spool', 'log']) {
      await mkdir(at(name));
      await chown(at(name), user, group);
    }
    await writeFile(at('exim.conf'), eximConf(folder, program, port));
    await writeFile(
      at('resolv.conf'),
      `nameserver ${resolverAddress}\noptions trust-ad edns0 timeout:5 attempts:1\n`,
    );
    await writeFile(at('message'), 'From: <me@sender.example>\nSubject: Hello\n\nHello.\n');
    const steps =
      'mount --bind "$1" /etc/resolv.conf && exec "$2" -C "$3" -odi -f me@sender.example "$5" < "$4"';
    return {
      output: () => '',
      stop: async () => undefined,
      async send(recipient) {
        const args = [at('resolv.conf'), program, at('exim.conf'), at('message'), recipient];
        await run('unshare', 'util-linux', ['-m', '/bin/sh', '-c', steps, 'sh', ...args]);
        const log = await readFile(at('log/main'), 'utf8');
        const says = log.split('\n').filter((line) => line.includes(recipient));
        return { outcome: outcomeIn(says, recipient), says: says.join('\n') };
      },
    };
  });
}

/** The last line that says so counts: a host may have been left before. */
function outcomeIn(lines: readonly string[], recipient: string): EximOutcome['outcome'] {
  const flags = { '=>': 'delivered', '==': 'deferred', '**': 'bounced' } as const;
  const found = lines.findLast((line) =>
    Object.keys(flags).some((flag) => [' ', ':'].some((end) => line.includes(` ${flag} ${recipient}${end}`))),
  );
  const flag = Object.keys(flags).find((each) => found?.includes(` ${each} `));
  return flag === undefined ? 'nothing' : flags[flag as keyof typeof flags];
}

function eximConf(folder: string, program: string, port: number): string {
  return [
    `exim_path = ${program}`,
    `spool_directory = ${folder}/spool`,
    `log_file_path = ${folder}/log/%s`,
    'primary_hostname = exim.invalid',
    'local_interfaces = 127.0.0.1',
    'trusted_users = root',
    'keep_environment =',
    'disable_ipv6',
    'dns_dnssec_ok = 1',
    'log_selector = +tls_certificate_verified +dnssec',
    'begin routers',
    'mx:',
    '  driver = dnslookup',
    '  domains = ! sender.example',
    '  dnssec_request_domains = *',
    '  transport = out',
    '  self = send',
    'drop:',
    '  driver = redirect',
    '  domains = sender.example',
    '  data = :blackhole:',
    'begin transports',
    'out:',
    '  driver = smtp',
    `  port = ${port}`,
    '  allow_localhost',
    '  dnssec_request_domains = *',
    '  hosts_try_dane = *',
    '  tls_verify_certificates = system',
    '  tls_try_verify_hosts =',
    '  tls_verify_hosts =',
    'begin retry',
    '* * F,2h,15m',
    '',
  ].join('\n');
}
