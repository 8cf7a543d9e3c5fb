import { type AddressInfo, createServer, type Socket } from 'node:net';
import tls from 'node:tls';
import { createPki, type Pki } from '../../../testing/index.js';

/** One connection, as its server saw it. */
export interface Seen {
  /** Lines without their ends, those under TLS with "TLS " before them; of a message only the dot. */
  readonly lines: string[];
  /** Null: no handshake. */
  resumed: boolean | null;
  serverName: string | null;
  socket: Socket;
}

export interface StartTlsServer {
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Another certificate, for handshakes from now on. */
  renew(options: tls.SecureContextOptions): void;
  close(): void;
}

export interface ServerOptions {
  readonly tls?: tls.TlsOptions;
  /** By command word, "greeting" or "." for the end of the message, each with "TLS " before it if under TLS. */
  readonly replies?: Readonly<Record<string, string | ((seen: Seen, all: readonly Seen[]) => string)>>;
  /** Instead of a handshake, once STARTTLS was accepted. */
  readonly onStartTls?: (socket: Socket) => void;
}

const REPLIES: NonNullable<ServerOptions['replies']> = {
  greeting: '220 mx.example ESMTP',
  EHLO: '250-mx.example\r\n250 STARTTLS',
  'TLS EHLO': '250-mx.example\r\n250 SIZE 1000',
  STARTTLS: '220 go',
  DATA: '354 go on',
  'TLS DATA': '354 go on',
  QUIT: '221 bye',
  'TLS QUIT': '221 bye',
};

/** An SMTP server on 127.0.0.1 that notes what it hears. Replies of "" are withheld, those of "close" close. */
export async function startTlsServer(options: ServerOptions = {}): Promise<StartTlsServer> {
  const seen: Seen[] = [];
  const secure = tls.createServer(options.tls ?? {});
  secure.on('tlsClientError', () => undefined);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const own: Seen = { lines: [], resumed: null, serverName: null, socket };
    seen.push(own);
    say(socket, replyTo('greeting', options, own, seen));
    converse(socket, '', { options, own, seen, secure });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = () => {
    server.close();
    for (const { socket } of seen) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    renew: (renewed) => secure.setSecureContext(renewed),
    close,
  };
}

/** A PKI, and a certificate for `mx.example` below it. */
export async function makeIdentity(): Promise<{ readonly pki: Pki; readonly tls: tls.TlsOptions }> {
  const pki = await createPki();
  const { chainPem, keyPem } = await pki.issue({}, 'mx.example');
  return { pki, tls: { cert: chainPem, key: keyPem } };
}

interface Scene {
  readonly options: ServerOptions;
  readonly own: Seen;
  readonly seen: readonly Seen[];
  readonly secure: tls.Server;
}

function converse(socket: Socket, prefix: '' | 'TLS ', scene: Scene): void {
  let buffered = '';
  let inMessage = false;
  const onData = (octets: Buffer) => {
    buffered += octets.toString('latin1');
    const lines = buffered.split('\r\n');
    buffered = lines.pop()!;
    for (const line of lines) {
      if (inMessage && line !== '.') continue;
      inMessage = false;
      scene.own.lines.push(`${prefix}${line}`);
      const reply = replyTo(`${prefix}${line.split(' ')[0]}`, scene.options, scene.own, scene.seen);
      if (line === 'STARTTLS' && reply.startsWith('220')) {
        socket.off('data', onData);
        socket.pause();
        say(socket, reply);
        upgrade(socket, scene);
        return;
      }
      inMessage = reply.startsWith('354');
      say(socket, reply);
      if (line === 'QUIT') socket.end();
    }
  };
  socket.on('data', onData);
}

function upgrade(socket: Socket, scene: Scene): void {
  if (scene.options.onStartTls !== undefined) {
    socket.resume();
    scene.options.onStartTls(socket);
    return;
  }
  const { remotePort } = socket;
  const onSecured = (secured: tls.TLSSocket) => {
    if (secured.remotePort !== remotePort) return;
    scene.secure.off('secureConnection', onSecured);
    secured.on('error', () => undefined);
    scene.own.resumed = secured.isSessionReused();
    scene.own.serverName = typeof secured.servername === 'string' ? secured.servername : null;
    scene.own.socket = secured;
    converse(secured, 'TLS ', scene);
  };
  scene.secure.on('secureConnection', onSecured);
  scene.secure.emit('connection', socket);
}

function replyTo(word: string, { replies = {} }: ServerOptions, own: Seen, seen: readonly Seen[]): string {
  const reply = replies[word] ?? REPLIES[word] ?? '250 ok';
  return typeof reply === 'string' ? reply : reply(own, seen);
}

function say(socket: Socket, reply: string): void {
  if (reply === 'close') socket.end();
  else if (reply !== '') socket.write(`${reply}\r\n`);
}
