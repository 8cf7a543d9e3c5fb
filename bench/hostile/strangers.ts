/*
 * Hostile servers, in a process of their own so that their work is not counted: a resolver that is believed, a mail host and a
 * policy host, all of one domain. They go when the parent goes.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  TLSSocket,
} from 'node:tls';
import dnsPacket from 'dns-packet';
import {
  FLAGS,
  mx,
  type RecordSpec,
  response,
  soa,
  strings,
} from '../../src/adapters/node/dns/messages.fixture.js';
import type { RecordType } from '../../src/adapters/node/dns/wire.js';
import { CHAINS, HOST, type HostileChain } from './chains.js';
import { altNames, certificate, directory, dnsName, ecKey, pem, sha256, spkiOf } from './der.js';
import { GREETINGS } from './greetings.js';
import { PAGES } from './pages.js';
import { ZONES } from './zones.js';

/** Which of the three is hostile, and how. */
export interface Hostility {
  readonly chain?: keyof typeof CHAINS;
  readonly zone?: keyof typeof ZONES;
  readonly greeting?: keyof typeof GREETINGS;
  readonly page?: keyof typeof PAGES;
}

/** Where they are. */
export interface Place {
  readonly resolver: { readonly address: string; readonly port: number };
  readonly port: number;
  /** Of the mail host's certificates without any mail, to see what TLS alone takes. */
  readonly tlsPort: number;
  readonly httpsPort: number;
  readonly caPem: string;
}

type Answers = Partial<Record<RecordSpec['type'], readonly RecordSpec[]>>;

const ADDRESS = '127.0.0.1';
const POLICY_HOST = 'mta-sts.a.example';

function plainChain(): HostileChain {
  const key = ecKey();
  const own = directory('leaf');
  const names = altNames([dnsName(HOST), dnsName(POLICY_HOST)]);
  return {
    key,
    chain: [certificate({ subject: own, issuer: own, spki: spkiOf(key), signer: key, extensions: [names] })],
  };
}

function served({ key, chain }: HostileChain) {
  return {
    key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: pem(...chain),
    ciphers: 'DEFAULT:@SECLEVEL=0',
  };
}

/** Ports stay while what is behind them changes, so that whoever asks can have made everything ready before. */
async function startAll() {
  const plain = plainChain();
  let now: {
    readonly context: SecureContext;
    readonly greeting: Buffer;
    readonly page: (socket: Socket) => unknown;
    readonly answers: Answers;
  } = {
    context: createSecureContext(served(plain)),
    greeting: GREETINGS.plain,
    page: PAGES.none,
    answers: usual(plain),
  };
  const place: Place = {
    resolver: await startResolver(() => now.answers),
    port: await startMailHost(() => now),
    tlsPort: await startHandshakes(() => now),
    httpsPort: await startPolicyHost(plain, (socket) => now.page(socket)),
    caPem: pem(plain.chain[0]!),
  };
  return (hostility: Hostility): Place => {
    const { chain, zone, greeting = 'plain', page = 'none' } = hostility;
    const shown = chain === undefined ? plain : CHAINS[chain]();
    const policy = page === 'none' ? {} : { TXT: [owned('TXT', strings('v=STSv1; id=1;'))] };
    const answers = { ...usual(shown), ...policy, ...(zone === undefined ? {} : ZONES[zone]) };
    const context = createSecureContext(served(shown));
    now = { context, greeting: GREETINGS[greeting], page: PAGES[page], answers };
    return place;
  };
}

const owned = (type: RecordSpec['type'], rdata: Buffer): RecordSpec => ({
  owner: Buffer.from([0xc0, 12]),
  type,
  rdata,
});

function usual({ chain }: HostileChain): Answers {
  return {
    MX: [owned('MX', mx(10, HOST))],
    A: [owned('A', Buffer.from([127, 0, 0, 1]))],
    TLSA: [owned('TLSA', Buffer.concat([Buffer.from([2, 0, 1]), sha256(chain.at(-1)!)]))],
  };
}

async function startResolver(answersNow: () => Answers): Promise<Place['resolver']> {
  const reply = (query: Buffer, isWhole: boolean): Buffer => {
    const { id = 0, questions: [{ name = '', type = 'A' } = {}] = [] } = dnsPacket.decode(query);
    const flags = FLAGS.response | FLAGS.ad;
    const question = { id, name: name.toLowerCase(), spelt: name, type: type as RecordType };
    const answer = answersNow()[type as RecordType] ?? [];
    const message = response(question, { flags, answer, authority: answer.length === 0 ? [soa(60)] : [] });
    if (message.length > 65_535) throw new Error(`${type}: ${message.length} octets are no message`);
    return isWhole || message.length <= 1232 ? message : response(question, { flags: flags | FLAGS.tc });
  };
  const port = await listening(
    createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        const message = reply(chunk.subarray(2), true);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      });
    }),
  );
  const udp = createSocket('udp4');
  udp.on('message', (query, from) => udp.send(reply(query, false), from.port, from.address));
  udp.bind(port, ADDRESS);
  await once(udp, 'listening');
  return { address: ADDRESS, port };
}

function startMailHost(
  now: () => { readonly context: SecureContext; readonly greeting: Buffer },
): Promise<number> {
  const converse = (socket: Socket) => {
    let inData = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString('latin1').split('\r\n')) {
        const verb = line.slice(0, 4).toUpperCase();
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          socket.write('250 2.0.0 taken\r\n');
        } else if (verb === 'EHLO') socket.write(now().greeting);
        else if (verb === 'STAR') {
          socket.removeAllListeners('data');
          socket.pause();
          socket.write('220 2.0.0 go on\r\n');
          const secure = new TLSSocket(socket, { isServer: true, secureContext: now().context });
          return converse(secure);
        } else if (verb === 'DATA') {
          inData = true;
          socket.write('354 go on\r\n');
        } else if (verb !== '') socket.write('250 2.0.0 yes\r\n');
      }
    });
  };
  return listening(
    createServer((socket) => {
      socket.write('220 mx.a.example ESMTP\r\n');
      converse(socket);
    }),
  );
}

function startHandshakes(now: () => { readonly context: SecureContext }): Promise<number> {
  return listening(
    createServer((socket) => {
      const secure = new TLSSocket(socket, { isServer: true, secureContext: now().context });
      secure.on('error', () => secure.destroy());
    }),
  );
}

function startPolicyHost(chain: HostileChain, page: (socket: Socket) => unknown): Promise<number> {
  return listening(
    createTlsServer(served(chain), (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => page(socket));
    }),
  );
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.on('connection', (socket: Socket) => socket.on('error', () => socket.destroy()));
  server.on('tlsClientError', () => undefined);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const become = startAll();
process.on('message', async (hostility: Hostility) => process.send!((await become)(hostility)));
process.once('disconnect', () => process.exit(0));
