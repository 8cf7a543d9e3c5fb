/* A process that listens for every host of the file that it is given, and says in lines of JSON what happens. */
import { readFileSync } from 'node:fs';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { PeerMessage } from './mail-peer.js';

export type SmtpServerEvent =
  | { readonly event: 'listening' | 'connect' | 'close'; readonly host: string; readonly session: string }
  | {
      readonly event: 'secure';
      readonly host: string;
      readonly session: string;
      readonly serverName: string | null;
    }
  | {
      readonly event: 'message';
      readonly host: string;
      readonly session: string;
      readonly message: PeerMessage;
    };

/** One host of the file. */
export interface Listener {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly key: string;
  readonly cert: string;
}

for (const host of JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Listener[]) listen(host);

function listen({ id, address, port, key, cert }: Listener): void {
  const tell = (event: 'listening' | 'connect' | 'close', session = '') => say({ event, host: id, session });
  let messages = 0;
  const server = new SMTPServer({
    name: id,
    key,
    cert,
    disabledCommands: ['AUTH'],
    authOptional: true,
    hideREQUIRETLS: false,
    disableReverseLookup: true,
    onConnect(session, callback) {
      tell('connect', session.id);
      callback();
    },
    onSecure(_socket, session, callback) {
      say({ event: 'secure', host: id, session: session.id, serverName: session.servername || null });
      callback();
    },
    onData(stream, session, callback) {
      stream.resume();
      stream.on('end', () => {
        const message = { ...messageOf(session), id: `${session.id}-${++messages}` };
        say({ event: 'message', host: id, session: session.id, message });
        callback(null, `OK: queued as ${message.id}`);
      });
    },
    onClose(session) {
      tell('close', session.id);
    },
  });
  server.on('error', (error) => console.error(id, error));
  server.listen(port, address, () => tell('listening'));
}

function messageOf({ envelope }: SMTPServerSession): Omit<PeerMessage, 'id'> {
  const { args } = envelope.mailFrom || { args: false };
  return {
    recipients: envelope.rcptTo.map(({ address }) => address),
    parameters: Object.entries(args || {}).map(([name, value]) =>
      value === true ? name : `${name}=${value}`,
    ),
  };
}

function say(event: SmtpServerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
