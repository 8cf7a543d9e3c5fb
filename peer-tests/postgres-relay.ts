/*
 * A relay whose logins are those of PostgreSQL, which binds SCRAM to the certificate of its server (tls-server-end-point, RFC 5929).
 * That is the same for every session under that certificate, so that the relay and the database, which share it, can be two programs.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Issued } from '../src/testing/pki.js';
import type { PostgresServer } from './postgres.js';
import { type SaslDialogue, type SaslRelay, startSaslRelay } from './sasl-relay.js';

/** In front of that server, under TLS 1.2; `mechanisms`: those that the relay says there are. */
export function startPostgresRelay(
  { tlsPort }: Pick<PostgresServer, 'tlsPort'>,
  issued: Issued,
  user: string,
  mechanisms = 'SCRAM-SHA-256-PLUS SCRAM-SHA-256',
): Promise<SaslRelay> {
  return startSaslRelay({
    ...{ issued, version: 'TLSv1.2', mechanisms },
    logIn: (dialogue) => logIn(dialogue, tlsPort, user),
  });
}

/** What the server says in AuthenticationSASL, -Continue, -Final and Ok (its manual, 55.7). */
const OK = 0;
const MECHANISMS = 10;
const CONTINUE = 11;
const FINAL = 12;

async function logIn(
  { mechanism, first, say, hear }: SaslDialogue,
  port: number,
  user: string,
): Promise<boolean> {
  const server = await Server.open(port, user);
  try {
    if (!(await server.next(MECHANISMS))?.includes(`${mechanism}\0`)) return false;
    let said = Buffer.from(first ?? '', 'base64');
    const size = Buffer.alloc(4);
    size.writeInt32BE(said.length);
    server.say('p', Buffer.concat([Buffer.from(`${mechanism}\0`), size, said]));
    for (const [kind, isLast] of [
      [CONTINUE, false],
      [FINAL, true],
    ] as const) {
      const challenge = await server.next(kind);
      if (challenge === null) return false;
      say(`334 ${challenge.toString('base64')}`);
      said = Buffer.from(await hear(), 'base64');
      if (!isLast) server.say('p', said);
    }
    return (await server.next(OK)) !== null;
  } finally {
    server.end();
  }
}

/** PostgreSQL as a client sees it that is about to log in. */
class Server {
  readonly #socket: Socket;
  readonly #octets: AsyncIterator<Buffer>;
  #rest = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#octets = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  static async open(port: number, user: string): Promise<Server> {
    const plain = connect(port, '127.0.0.1');
    plain.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
    await once(plain, 'readable');
    if (String(plain.read(1)) !== 'S') throw new Error('PostgreSQL has no TLS');
    const socket = connectTls({ socket: plain, rejectUnauthorized: false });
    const server = new Server(socket);
    const names = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
    server.say('', Buffer.concat([Buffer.from([0, 3, 0, 0]), names]));
    return server;
  }

  say(type: string, body: Buffer): void {
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length + 4);
    this.#socket.write(Buffer.concat([Buffer.from(type), size, body]));
  }

  /** What it says under that kind of authentication; null: it has refused. */
  async next(kind: number): Promise<Buffer | null> {
    const head = await this.#take(5);
    const body = await this.#take(head.readInt32BE(1) - 4);
    return head.toString('latin1', 0, 1) === 'R' && body.readInt32BE(0) === kind ? body.subarray(4) : null;
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#rest.length < count) {
      const { value, done } = await this.#octets.next();
      if (done === true) throw new Error('PostgreSQL has hung up');
      this.#rest = Buffer.concat([this.#rest, value]);
    }
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  end(): void {
    this.#socket.destroy();
  }
}
