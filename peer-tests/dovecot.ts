/* Dovecot as the one who knows passwords, for a Postfix that asks it (smtpd_sasl_type = dovecot). Nobody can log in to it. */
import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, startDaemon, startInFolder } from './daemon.js';

export interface Dovecot extends Daemon {
  /** The socket at which it is asked. */
  readonly socket: string;
}

/** Starts it, as root, with one user. */
export function startDovecot(user: string, password: string): Promise<Dovecot> {
  return startInFolder('dovecot', async (folder) => {
    const socket = join(folder, 'auth');
    await writeFile(join(folder, 'users'), `${user}:{PLAIN}${password}\n`);
    await chmod(join(folder, 'users'), 0o644);
    await writeFile(join(folder, 'dovecot.conf'), configuration(folder, socket));
    const daemon = await startDaemon({
      program: 'dovecot',
      debianPackage: 'dovecot-core',
      args: ['-F', '-c', join(folder, 'dovecot.conf')],
      isReady: async () => (await stat(socket)).isSocket(),
    });
    return { ...daemon, socket };
  });
}

function configuration(folder: string, socket: string): string {
  return `
base_dir = ${folder}/run
log_path = ${folder}/log
protocols =
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
# Nor is who failed often made to wait.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener ${socket} {
    mode = 0666
  }
}
`;
}
