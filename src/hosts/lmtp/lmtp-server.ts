/*
 * An LMTP server (RFC 2033) whose answer behind the final dot is the outcome of one attempt for each recipient. Whoever hands
 * mail over keeps its queue, and asks again for who is told to wait. The protocol is smtp-server's; here it is translated.
 */
import { hostname, tmpdir } from 'node:os';
import { createSecureContext } from 'node:tls';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { DkimKey } from '../../services/dkim/index.js';
import { checkGrace, checkListenAddress } from '../check-listening.js';
import type { InheritedSocket, ListenAddress } from '../listen-address.js';
import { makeOwnCertificate, type OwnCertificate } from '../own-certificate.js';
import { endSession, leaveIdle, listenWith, replyAsOne } from '../protocol-server.js';
import { Slots } from '../slots.js';
import { envelopeOf, refuseRecipient, refuseSender, replyError } from './envelope.js';
import { checkCertificate, checkLmtpOptions, checkNoticeKeys, type LmtpOptions } from './lmtp-options.js';
import type { LmtpReply } from './reply.js';
import { handOver, type TransactionPorts, type UnderWay } from './transaction.js';
import { triedBeforehand } from './tried-store.js';

export interface LmtpServer {
  /** Where it listens now, with the port that was found. Rejects if it cannot. */
  listen(address: ListenAddress | InheritedSocket): Promise<ListenAddress>;
  /** Whoever says STARTTLS from now on is shown this one. Throws what Node throws for a key that is none or does not fit, and a {@link MisuseError}. */
  useCertificate(certificate: OwnCertificate): void;
  /** Notices are signed by these from now on; without `notices` there are none. Throws a {@link MisuseError}. */
  useNoticeKeys(keys: readonly DkimKey[]): void;
  /**
   * Takes no new connection and lets what is under way end; after `graceMs`, recipients that still wait are answered 451 and
   * every connection is closed. Rejects with a {@link MisuseError} alone.
   */
  close(graceMs: number): Promise<void>;
}

const DEADLINE_MS = 480_000;
const MEMORY_OCTETS_MAX = 262_144;
/** How long a message may wait for its turn before its client is asked to come again, in milliseconds. */
const TURN_MS_MAX = 120_000;
/** Between what a client may take for a block (RFC 5321, Section 4.5.3.2.5) and what a message is worth. */
const MESSAGE_MS_MAX = 600_000;
const CONNECTIONS_MAX = 2_000;
/** A client may be silent that long between commands, in milliseconds (RFC 5321, Section 4.5.3.2.7). */
const IDLE_MS_MAX = 300_000;
/** What happens here at the most before replies are written once everything was stopped, in milliseconds. */
const LAST_WORDS_MS = 2_000;

/** Makes a server; it listens nowhere yet. Rejects if the certificate cannot be used, and with a {@link MisuseError}. */
export async function lmtpServer(options: LmtpOptions): Promise<LmtpServer> {
  checkLmtpOptions(options);
  const { clock = Date.now, name = hostname(), onFault = () => undefined } = options;
  let certificate = options.certificate ?? (await makeOwnCertificate(name, clock()));
  const shared: Shared = {
    options,
    ports: {
      engine: options.engine,
      attempts: triedBeforehand(options.attempts, clock),
      spool: {
        directory: options.spoolDirectory ?? tmpdir(),
        memoryOctetsMax: MEMORY_OCTETS_MAX,
        messageOctetsMax: options.messageOctetsMax ?? 50_000_000,
      },
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      clock,
      name,
      notices: options.notices,
      onReport: options.onReport,
      onFault,
    },
    slots: new Slots(options.concurrency ?? 50),
    underWay: new Set(),
    transactions: new Set(),
  };
  const servers: SMTPServer[] = [];
  return {
    async listen(address) {
      checkListenAddress(address);
      const server = protocolServer(shared, certificate, name);
      servers.push(server);
      return listenWith(server, address, onFault);
    },
    useCertificate(own) {
      checkCertificate(own);
      createSecureContext(own);
      certificate = own;
      for (const server of servers) server.updateSecureContext({ cert: own.cert, key: own.key });
    },
    useNoticeKeys(keys) {
      const dkimKeys = checkNoticeKeys(keys);
      const { notices } = shared.ports;
      if (notices !== undefined) shared.ports = { ...shared.ports, notices: { ...notices, dkimKeys } };
    },
    async close(graceMs) {
      checkGrace(graceMs);
      const closed = Promise.all(servers.map((server) => new Promise<void>((done) => server.close(done))));
      let timer: NodeJS.Timeout | undefined;
      const passed = new Promise<void>((done) => {
        timer = setTimeout(done, graceMs);
      });
      for (const server of servers) leaveIdle(server);
      await Promise.race([closed, passed]);
      clearTimeout(timer);
      for (const transaction of shared.transactions) transaction.abort();
      await Promise.race([closed, new Promise((done) => setTimeout(done, LAST_WORDS_MS).unref())]);
      for (const server of servers)
        for (const connection of server.connections) connection.send(421, '4.3.2 closing');
      await closed;
    },
  };
}

interface Shared {
  readonly options: LmtpOptions;
  ports: TransactionPorts;
  readonly slots: Slots;
  readonly underWay: UnderWay;
  /** One for each message in hand, which ends with it: a signal for all would keep whatever listens to it. */
  readonly transactions: Set<AbortController>;
}

function protocolServer(shared: Shared, { cert, key }: OwnCertificate, name: string): SMTPServer {
  const {
    requireTls = 'keep',
    recipientsMax = 1000,
    connectionsMax = CONNECTIONS_MAX,
    messageMs = MESSAGE_MS_MAX,
  } = shared.options;
  const server: SMTPServer = new SMTPServer({
    lmtp: true,
    name,
    cert,
    key,
    size: shared.ports.spool.messageOctetsMax,
    authOptional: true,
    disabledCommands: ['AUTH', 'XCLIENT'],
    useXForward: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    hideDSN: shared.options.notices === undefined,
    hideREQUIRETLS: requireTls === 'off',
    maxClients: connectionsMax,
    maxRecipients: recipientsMax,
    maxAllowedUnauthenticatedCommands: false,
    socketTimeout: IDLE_MS_MAX,
    closeTimeout: 2 ** 31 - 1,
    onConnect(session, done) {
      replyAsOne(server, session);
      done();
    },
    onMailFrom(address, session, done) {
      done(refuseSender(address, session, requireTls));
    },
    onRcptTo(address, session, done) {
      done(refuseRecipient(address, session));
    },
    onData(stream, session, done) {
      const giveUp = () => endSession(server, session, '4.4.2 the message took too long; try again later');
      const lateness = { messageMs, giveUp };
      void answer(stream, session, shared, lateness).then((replies) => {
        // It was said of this message; the next one has a name of its own, or none.
        session.xForward.clear();
        done(null, replies.map(asResult));
      });
    },
  });
  return server;
}

async function answer(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  { slots, ports, underWay, transactions }: Shared,
  { messageMs, giveUp }: { readonly messageMs: number; readonly giveUp: () => void },
): Promise<readonly LmtpReply[]> {
  const envelope = envelopeOf(session);
  const transaction = new AbortController();
  transactions.add(transaction);
  const { signal } = transaction;
  const release = await slots.take(AbortSignal.any([signal, AbortSignal.timeout(TURN_MS_MAX)]));
  try {
    if (release !== null) {
      const late = setTimeout(giveUp, messageMs);
      for (const event of ['end', 'close']) stream.once(event, () => clearTimeout(late));
      return await handOver(stream, envelope, ports, underWay, signal);
    }
    stream.resume();
    return envelope.recipients.map(() => ({
      code: 451,
      text: '4.3.2 too much is under way; try again later',
    }));
  } finally {
    release?.();
    transactions.delete(transaction);
  }
}

function asResult({ code, text }: LmtpReply): string | Error {
  return code < 300 ? text : replyError(code, text);
}
