/*
 * A relay whose logins are those of GNU SASL, a `gsasl --server` for each. It is told what its own end of the session exports, so that
 * it binds the channel by itself. Its other binding, tls-unique, is none that we use.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Issued } from '../src/testing/pki.js';
import { findProgram } from './daemon.js';
import { type SaslDialogue, type SaslRelay, startSaslRelay } from './sasl-relay.js';

const PACKAGE = 'gsasl';
const MECHANISMS = 'SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN';

/** Starts it; everybody has the same password. */
export async function startGsaslRelay(issued: Issued, password: string): Promise<SaslRelay> {
  findProgram('gsasl', PACKAGE);
  return startSaslRelay({
    ...{ issued, version: 'TLSv1.3', mechanisms: MECHANISMS },
    logIn: (dialogue) => logIn(dialogue, password),
  });
}

/** Carries what both sides say to and fro until gsasl has come to an end, and answers whether it trusts the client. */
async function logIn(
  { socket, mechanism, first, say, hear }: SaslDialogue,
  password: string,
): Promise<boolean> {
  const gsasl = new Gsasl(mechanism, password);
  let given = first;
  let isFirst = true;
  try {
    for (;;) {
      const asked = await gsasl.next();
      switch (asked.kind) {
        case 'ended':
          return asked.trusts;
        case 'binding':
          gsasl.answer(
            socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)).toString('base64'),
          );
          break;
        case 'challenge':
          // What the client said with its command answers the first one; one that says nothing is of no concern to it later.
          if (given === undefined && (isFirst || asked.text !== '')) {
            say(`334 ${asked.text}`);
            given = await hear();
          }
          gsasl.answer(given === undefined || given === '=' ? '' : given);
          given = undefined;
          isFirst = false;
      }
    }
  } finally {
    gsasl.end();
  }
}

type Asked =
  | { readonly kind: 'challenge'; readonly text: string }
  | { readonly kind: 'binding' }
  | { readonly kind: 'ended'; readonly trusts: boolean };

/** Its standard output: the mechanism, and then a line for each step, or a question that ends without one. */
class Gsasl {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: Asked[] = [];
  #wake: () => void = () => undefined;
  #rest = '';
  #isNamed = false;

  constructor(mechanism: string, password: string) {
    const how = ['--server', '--mechanism', mechanism, '--password', password, '--iteration-count=4096'];
    this.#process = spawn(findProgram('gsasl', PACKAGE), how);
    this.#process.stdin.on('error', () => undefined);
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('finished (client trusted)')) this.#put({ kind: 'ended', trusts: true });
    });
    this.#process.on('exit', () => this.#put({ kind: 'ended', trusts: false }));
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (this.#isNamed) this.#put({ kind: 'challenge', text: line });
      this.#isNamed = true;
    }
    if (!this.#rest.endsWith('tls-exporter channel binding: ')) return;
    this.#rest = '';
    this.#put({ kind: 'binding' });
  }

  #put(asked: Asked): void {
    this.#waiting.push(asked);
    this.#wake();
  }

  async next(): Promise<Asked> {
    while (this.#waiting.length === 0)
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    return this.#waiting.shift()!;
  }

  answer(text: string): void {
    this.#process.stdin.write(`${text}\n`);
  }

  end(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}
