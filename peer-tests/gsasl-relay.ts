/*
 * A relay whose logins are those of GNU SASL: SMTP under TLS 1.3 is spoken here, and each octet of SASL goes to a `gsasl --server` and
 * comes from it. It is told what its own end of the session exports, so that it binds the channel by itself.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer, type TLSSocket } from 'node:tls';
import type { Issued } from '../src/testing/pki.js';
import { type Daemon, findProgram } from './daemon.js';

export interface GsaslRelay extends Daemon {
  /** Where it listens on 127.0.0.1, with TLS from the first octet. */
  readonly port: number;
  /** Who tried to log in, how, and whether he was let in. */
  readonly logins: () => readonly Login[];
}

interface Login {
  readonly mechanism: string;
  readonly trusts: boolean;
}

const PACKAGE = 'gsasl';
const MECHANISMS = 'SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN';

/** Starts it; everybody has the same password. */
export async function startGsaslRelay(issued: Issued, password: string): Promise<GsaslRelay> {
  findProgram('gsasl', PACKAGE);
  const sockets = new Set<TLSSocket>();
  const logins: Login[] = [];
  const tls = { key: issued.keyPem, cert: issued.chainPem, minVersion: 'TLSv1.3' } as const;
  const server = createServer(tls, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    void serve(socket, password, logins).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    logins: () => logins,
    output: () => '',
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** One client, until it leaves. Who has not logged in may not send. */
async function serve(socket: TLSSocket, password: string, logins: Login[]): Promise<void> {
  const say = (line: string) => void socket.write(`${line}\r\n`);
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const hear = async () => String((await lines.next()).value ?? 'QUIT');
  let isKnown = false;
  say('220 gsasl.invalid');
  for (;;) {
    const [verb = '', ...words] = (await hear()).split(' ');
    switch (verb.toUpperCase()) {
      case 'EHLO':
        say(`250-gsasl.invalid\r\n250 AUTH ${MECHANISMS}`);
        break;
      case 'AUTH': {
        const [mechanism = '', first] = words;
        isKnown = await logIn({ socket, mechanism, first, password, say, hear });
        logins.push({ mechanism, trusts: isKnown });
        say(isKnown ? '235 2.7.0 welcome' : '535 5.7.8 that is not so');
        break;
      }
      case 'DATA':
        say('354 go on');
        while ((await hear()) !== '.');
        say('250 2.0.0 taken');
        break;
      case 'QUIT':
        socket.end('221 2.0.0 bye\r\n');
        return;
      default:
        say(isKnown ? '250 2.0.0 well' : '530 5.7.0 who are you?');
    }
  }
}

interface Dialogue {
  readonly socket: TLSSocket;
  readonly mechanism: string;
  readonly first: string | undefined;
  readonly password: string;
  readonly say: (line: string) => void;
  readonly hear: () => Promise<string>;
}

/** Carries what both sides say to and fro until gsasl has come to an end, and answers whether it trusts the client. */
async function logIn({ socket, mechanism, first, password, say, hear }: Dialogue): Promise<boolean> {
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
