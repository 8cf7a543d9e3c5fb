/*
 * A relay whose logins are judged elsewhere: SMTP under TLS is spoken here, and each octet of SASL goes to somebody else's
 * implementation and comes from it.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import type { Issued } from '../src/testing/pki.js';
import type { Daemon } from './daemon.js';

export interface SaslRelay extends Daemon {
  /** Where it listens on 127.0.0.1, with TLS from the first octet. */
  readonly port: number;
  /** Who tried to log in, how, and whether he was let in. */
  readonly logins: () => readonly Login[];
}

interface Login {
  readonly mechanism: string;
  readonly trusts: boolean;
}

export interface SaslRelayOptions {
  readonly issued: Issued;
  /** Of TLS, and no other. */
  readonly version: SecureVersion;
  /** As they are offered. */
  readonly mechanisms: string;
  /** Carries what both sides say to and fro until somebody has judged, and answers whether he trusts the client. */
  readonly logIn: (dialogue: SaslDialogue) => Promise<boolean>;
}

export interface SaslDialogue {
  readonly socket: TLSSocket;
  readonly mechanism: string;
  /** What the client said with its command, in base64. */
  readonly first: string | undefined;
  readonly say: (line: string) => void;
  readonly hear: () => Promise<string>;
}

export async function startSaslRelay({ issued, version, ...options }: SaslRelayOptions): Promise<SaslRelay> {
  const sockets = new Set<TLSSocket>();
  const logins: Login[] = [];
  const tls = { key: issued.keyPem, cert: issued.chainPem, minVersion: version, maxVersion: version };
  const server = createServer(tls, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    void serve(socket, options, logins).catch(() => socket.destroy());
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
async function serve(
  socket: TLSSocket,
  { mechanisms, logIn }: Pick<SaslRelayOptions, 'mechanisms' | 'logIn'>,
  logins: Login[],
): Promise<void> {
  const say = (line: string) => void socket.write(`${line}\r\n`);
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const hear = async () => String((await lines.next()).value ?? 'QUIT');
  let isKnown = false;
  say('220 sasl.invalid');
  for (;;) {
    const [verb = '', ...words] = (await hear()).split(' ');
    switch (verb.toUpperCase()) {
      case 'EHLO':
        say(`250-sasl.invalid\r\n250 AUTH ${mechanisms}`);
        break;
      case 'AUTH': {
        const [mechanism = '', first] = words;
        isKnown = await logIn({ socket, mechanism, first, say, hear });
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
