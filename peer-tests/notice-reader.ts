/* Readers of bounces that are not ours: Sisimai and BounceParser in Perl, Mailman's flufl.bounce and the MIME parser in Python. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What they make of one notice. */
export interface ReadNotice {
  readonly sisimai: readonly Readonly<Record<string, string | null>>[];
  readonly bounceParser: readonly Readonly<Record<string, string | null>>[];
  /** What the MIME parser has against it. */
  readonly defects: readonly string[];
  readonly type: string;
  readonly reportType: string | null;
  /** Unfolded, by names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly types: readonly string[];
  readonly human: string;
  /** The fields about the message, then those about each recipient. */
  readonly status: readonly Readonly<Record<string, string>>[];
  readonly temporary: readonly string[];
  readonly permanent: readonly string[];
}

const PACKAGES = 'libsisimai-perl, libmail-deliverystatus-bounceparser-perl and python3-flufl.bounce';

/** Asks all of them at once. */
export async function readNotices(notices: readonly Uint8Array[]): Promise<readonly ReadNotice[]> {
  const question = JSON.stringify(notices.map((octets) => Buffer.from(octets).toString('base64')));
  const [perl, python] = await Promise.all([
    ask('/usr/bin/perl', 'notice-reader.pl', question),
    ask('/usr/bin/python3', 'notice-reader.py', question),
  ]);
  return notices.map((_, at) => ({ ...(perl[at] as object), ...(python[at] as object) }) as ReadNotice);
}

async function ask(program: string, script: string, question: string): Promise<readonly unknown[]> {
  if (!existsSync(program)) throw new Error(`${program} is not installed; peer tests need Debian's own`);
  const child = spawn(program, [join(import.meta.dirname, script)], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(question);
  const [output, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (status !== 0)
    throw new Error(`a reader of bounces failed; it needs Debian's ${PACKAGES}: ${complaint}`);
  return JSON.parse(output) as readonly unknown[];
}
