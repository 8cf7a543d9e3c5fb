/* A reader of TLS reports that is not ours: Python's own MIME, gzip and JSON, jsonschema, and dkimpy, in one process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface ReadSignature {
  readonly tags: Readonly<Record<string, string>> & { readonly h: readonly string[] };
  /** As of a report, whose key has to be for reports (RFC 8460, Section 3); `valid`, `invalid` or dkimpy's complaint. */
  readonly report: string;
  /** As of any mail. */
  readonly mail: string;
}

export interface ReadMessage {
  /** What the MIME parser has against it. */
  readonly defects: readonly string[];
  readonly type: string;
  readonly reportType: string | null;
  readonly parts: readonly string[];
  readonly note: string;
  readonly fileName: string | null;
  /** Unfolded, by names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly isAscii: boolean;
  readonly lineOctetsMax: number;
  readonly signatures: readonly ReadSignature[];
  readonly report: unknown;
}

export interface ReaderQuestion {
  readonly messages?: readonly string[];
  /** Reports to be held against the schema. */
  readonly reports?: readonly unknown[];
  /** TXT records by name. */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface ReaderAnswer {
  readonly messages: readonly ReadMessage[];
  /** For each report what the schema has against it. */
  readonly faults: readonly (readonly string[])[];
}

const PYTHON = '/usr/bin/python3';
const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'tlsrpt.schema.json'), 'utf8'));

/** Asks all of it at once; rejects if the reader cannot read a message at all. */
export async function readReports({
  messages = [],
  reports = [],
  keys = {},
}: ReaderQuestion): Promise<ReaderAnswer> {
  if (!existsSync(PYTHON)) throw new Error(`${PYTHON} is not installed; peer tests need Debian's python3`);
  const script = join(import.meta.dirname, 'tls-report-reader.py');
  // Isolated, so that Debian's packages are used whatever else there is.
  const child = spawn(PYTHON, ['-I', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify({ messages, reports, keys, schema }));
  const [output, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (status !== 0)
    throw new Error(
      `the reader failed; it needs Debian's python3-dkim, python3-nacl and python3-jsonschema: ${complaint}`,
    );
  return JSON.parse(output) as ReaderAnswer;
}
