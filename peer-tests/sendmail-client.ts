/*
 * Sendmail as the sending host: it keeps the queue, and hands over by LMTP as docs/hosts/sendmail.md says. It logs to syslog alone, so
 * that what it made of each recipient is read from the transcript that it keeps of its dialogues.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, run, startDaemon, startInFolder, until } from './daemon.js';
import { freePort } from './free-port.js';
import type { HandedOver, LmtpHost } from './lmtp-hosts.js';

/** Debian lets one mail server be installed at a time, so it is only unpacked. */
const ROOT = '/opt/sendmail';
const PROGRAM = join(ROOT, 'usr/libexec/sendmail/sendmail');
const PACKAGE = `sendmail-bin, unpacked in ${ROOT}`;
const CF = join(ROOT, 'usr/share/sendmail/cf');
/** With a dot in it, because it waits for a minute where the machine has no complete name. */
const NAME = 'sendmail.invalid';

/** Starts it, as root, in front of an LMTP server at that port. */
export function startSendmailClient(lmtpPort: number): Promise<LmtpHost> {
  return startInFolder('sendmail-client', async (folder) => {
    const at = (name: string) => join(folder, name);
    findProgram(PROGRAM, PACKAGE);
    await mkdir(at('queue'), { mode: 0o700 });
    const port = await freePort();
    await writeFile(at('sendmail.mc'), macros(folder, port, lmtpPort));
    const m4 = [`-D_CF_DIR_=${CF}/`, join(CF, 'm4/cf.m4'), at('sendmail.mc')];
    await writeFile(at('sendmail.cf'), await run('m4', 'm4', m4));
    const transcript = () => readFile(at('transcript'), 'utf8').catch(() => '');
    const own = ['-C', at('sendmail.cf'), '-X', at('transcript')];
    const steps = 'hostname "$1" && shift && exec "$@"';
    const inWorld = ['-u', '/bin/sh', '-c', steps, 'sh', NAME, PROGRAM];
    const daemon = await startDaemon({
      ...{ program: 'unshare', debianPackage: 'util-linux' },
      args: [...inWorld, ...own, '-bD', '-q1h'],
      isReady: async () => (await readFile(at('pid'), 'utf8')).length > 0,
    });
    return {
      ...daemon,
      port,
      flush: async () => void (await run('unshare', 'util-linux', [...inWorld, ...own, '-q'])),
      handedOver: async (count) => {
        const complaint = `Sendmail has not handed over ${count} recipients`;
        await until(async () => outcomesIn(await transcript()).length >= count, complaint).catch(
          async (error) => {
            throw new Error(await transcript(), { cause: error });
          },
        );
        return outcomesIn(await transcript());
      },
    };
  });
}

function macros(folder: string, port: number, lmtpPort: number): string {
  return [
    'divert(-1)',
    'divert(0)dnl',
    "OSTYPE(`linux')dnl",
    `define(\`confPID_FILE', \`${folder}/pid')dnl`,
    `define(\`QUEUE_DIR', \`${folder}/queue')dnl`,
    `define(\`STATUS_FILE', \`${folder}/statistics')dnl`,
    "define(`ALIAS_FILE', `')dnl",
    `define(\`confCW_FILE', \`-o ${folder}/local-host-names')dnl`,
    `define(\`confDOMAIN_NAME', \`${NAME}')dnl`,
    // It would only queue where much else goes on at this machine.
    "define(`confQUEUE_LA', `10000')dnl",
    "define(`confREFUSE_LA', `10000')dnl",

    "FEATURE(`no_default_msa')dnl",
    "FEATURE(`accept_unresolvable_domains')dnl",
    `DAEMON_OPTIONS(\`Name=MTA, Addr=127.0.0.1, Port=${port}')dnl`,
    "define(`SMART_HOST', `waxseal:[127.0.0.1]')dnl",
    "MAILER(`smtp')dnl",
    'MAILER_DEFINITIONS',
    `Mwaxseal, P=[IPC], F=lsDFMuXmnz, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\\r\\n, L=990, T=DNS/RFC822/SMTP, A=TCP [127.0.0.1] ${lmtpPort}`,
    '',
  ].join('\n');
}

interface Dialogue {
  recipients: string[];
  /** Those of whom nothing was said yet behind the final dot; null: it is not there yet. */
  asked: string[] | null;
}

/** Each line of a dialogue begins with the process that has it. Notices to senders are mail of its own, and left out. */
function outcomesIn(transcript: string): readonly HandedOver[] {
  const dialogues = new Map<string, Dialogue>();
  return transcript.split(/\r?\n/).flatMap((line) => {
    const [, process = '', way = '', text = ''] = /^(\d+) (<<<|>>>) (.*)$/.exec(line) ?? [];
    const dialogue = dialogues.get(process) ?? { recipients: [], asked: null };
    dialogues.set(process, dialogue);
    const recipient = /^RCPT To:<([^>]+)>/i.exec(text)?.[1];
    if (way === '>>>' && text.startsWith('MAIL ')) Object.assign(dialogue, { recipients: [], asked: null });
    else if (way === '>>>' && recipient !== undefined) dialogue.recipients.push(recipient);
    else if (way === '>>>' && text === '.') dialogue.asked = [...dialogue.recipients];
    else if (way === '<<<' && dialogue.asked !== null) {
      const answered = dialogue.asked.shift();
      const outcome = text.startsWith('2') ? 'delivered' : text.startsWith('4') ? 'deferred' : 'bounced';
      if (answered?.endsWith('.test') === true) return [{ recipient: answered, outcome, says: text }];
    }
    return [];
  });
}
