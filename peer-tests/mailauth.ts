/*
 * The mail library mailauth as a second reader of MTA-STS, in its strict mode. Its current version wants a newer Node than
 * ours, so it runs in a process of its own, under the one that its folder brings.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export type MailauthQuestion =
  /** TXT records, each joined to one string. */
  | { readonly kind: 'record'; readonly texts: readonly string[] }
  | { readonly kind: 'policy'; readonly text: string }
  | { readonly kind: 'listed'; readonly mx: readonly string[]; readonly host: string }
  /** Discovery over the network; `server` is a resolver as "address:port". */
  | {
      readonly kind: 'domain';
      readonly domain: string;
      readonly known: KnownPolicy | null;
      readonly server: string;
    };

/** What a caller of mailauth keeps of an earlier look. */
export interface KnownPolicy {
  readonly id: string;
  readonly mode: string;
  readonly mx: readonly string[];
  /** An ISO 8601 date. */
  readonly expires: string;
}

export type MailauthAnswer =
  | { readonly kind: 'record'; readonly id: string }
  | MailauthPolicy
  | { readonly kind: 'listed' | 'not-listed' }
  | { readonly kind: 'refused'; readonly code: string };

export interface MailauthPolicy {
  readonly kind: 'policy';
  readonly mode: string;
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number | null;
  /** These two only where the network was asked; `code` is of what went wrong on the way. */
  readonly status?: 'found' | 'renewed' | 'not_found' | 'errored';
  readonly code?: string | null;
}

const FOLDER = join(import.meta.dirname, 'mailauth');

/** Asks all of it in one process. @param caFile further trust anchors, in PEM */
export async function askMailauth(
  questions: readonly MailauthQuestion[],
  caFile?: string,
): Promise<readonly MailauthAnswer[]> {
  const node = join(FOLDER, `node_modules/node-linux-${process.arch}/bin/node`);
  if (!existsSync(node)) throw new Error(`${node} is missing; run npm ci --prefix peer-tests/mailauth`);
  const env = caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile };
  const child = spawn(node, [join(FOLDER, 'judge.mjs')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(questions));
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (status !== 0) throw new Error(`mailauth ended with status ${status}`);
  return JSON.parse(output) as MailauthAnswer[];
}
