/*
 * Where mail comes into the queue: by SMTP submission (RFC 6409) and by LMTP (RFC 2033). A message is answered 250 only once no
 * crash can take it away. Who may hand in what is said by tables (see `asking.ts`); the protocol is smtp-server's, and here it is kept
 * within bounds.
 */
import type { TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerSession } from 'smtp-server';
import type { InheritedSocket, ListenAddress } from '../../hosts/listen-address.js';
import { inALabels, replyError } from '../../hosts/lmtp/envelope.js';
import type { OwnCertificate } from '../../hosts/own-certificate.js';
import { leaveIdle, listenWith, replyAsOne } from '../../hosts/protocol-server.js';
import type { AdmissionReply } from '../../policy/queue/admission.tables.js';
import type { Users } from '../users.js';
import { Asking } from './asking.js';
import { Connections } from './connections.js';
import type { DoorKind, Gate, MailDoorOptions, Transaction } from './door.js';
import { countedAs } from './peers.js';

export interface MailDoor {
  /** Where it listens now, with the port that was found. Rejects if it cannot. */
  listen(kind: DoorKind, address: ListenAddress | InheritedSocket): Promise<ListenAddress>;
  /** New connections get this certificate. */
  useCertificate(certificate: OwnCertificate): void;
  /** The limits have changed: whoever connects from now on is told so. */
  useLimits(): void;
  /**
   * Takes no new connection and no new message; what is on its way may come in until `graceMs` are over. Resolves when nothing
   * can be answered any more. Never rejects.
   */
  close(graceMs: number): Promise<void>;
}

/** A client may be silent that long between commands, in milliseconds (RFC 5321, Section 4.5.3.2.7). */
const IDLE_MS_MAX = 300_000;
const LAST_WORDS_MS = 5_000;
const LOGIN_FAILURES_MAX = 3;
/** Commands of old that nobody needs. */
const NEVER = ['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'];

export function mailDoor(options: MailDoorOptions): MailDoor {
  const servers: SMTPServer[] = [];
  const gate: Gate = { phase: 'open', begun: new Set() };
  let certificate = options.certificate;
  return {
    async listen(kind, address) {
      const server = protocolServer(options, kind, certificate, gate);
      servers.push(server);
      return listenWith(server, address, options.onFault);
    },
    useCertificate(own) {
      certificate = own;
      for (const server of servers) server.updateSecureContext({ cert: own.cert, key: own.key });
    },
    useLimits() {
      const { messageBytes, recipients } = options.limits();
      for (const server of servers)
        Object.assign(server.options, { size: messageBytes, maxRecipients: recipients });
    },
    async close(graceMs) {
      gate.phase = 'draining';
      const closed = Promise.all(servers.map((server) => new Promise<void>((done) => server.close(done))));
      for (const server of servers) leaveIdle(server);
      await Promise.race([closed, after(graceMs)]);
      gate.phase = 'shut';
      // What began to be kept is answered, so that no client hands it in a second time.
      await Promise.race([Promise.allSettled([...gate.begun]), after(LAST_WORDS_MS)]);
      for (const server of servers)
        for (const connection of server.connections) connection.send(421, '4.3.2 closing');
      await closed;
    },
  };
}
function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function protocolServer(
  options: MailDoorOptions,
  kind: DoorKind,
  { cert, key }: OwnCertificate,
  gate: Gate,
): SMTPServer {
  const { users, requireTls, name } = options;
  const limits = options.limits();
  const transactions = new WeakMap<SMTPServerSession, Transaction>();
  const failures = new WeakMap<SMTPServerSession, number>();
  const connections = new Connections();
  const ask = new Asking(options, kind, gate);
  const server: SMTPServer = new SMTPServer({
    ...{ lmtp: kind === 'lmtp', secure: kind === 'smtps', name, cert, key },
    size: limits.messageBytes,
    maxRecipients: limits.recipients,
    authMethods: ['PLAIN', 'LOGIN'],
    authOptional: true,
    disabledCommands: ['AUTH', ...NEVER],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    hideDSN: false,
    hideREQUIRETLS: requireTls === 'off',
    maxClients: 1000,
    socketTimeout: IDLE_MS_MAX,
    closeTimeout: 2 ** 31 - 1,
    onConnect(session, done) {
      replyAsOne(server, session);
      const refusal = connections.begin(session, () => endSession(server, session));
      done(refusal);
    },
    onSecure(_socket: TLSSocket | unknown, session, done) {
      // A password goes over TLS or not at all.
      if (users.count > 0 && kind !== 'lmtp') session.disabledCommands = NEVER;
      done();
    },
    onAuth(auth, session, done) {
      const failed = failures.get(session) ?? 0;
      const answer = logIn(auth, session, users);
      if (answer.user !== undefined) return done(null, { user: answer.user });
      failures.set(session, failed + 1);
      ask.told('AUTH', session, answer.reply, null);
      if (failed + 1 >= LOGIN_FAILURES_MAX) setImmediate(() => endSession(server, session));
      done(replyError(answer.reply.code, answer.reply.text));
    },
    onMailFrom(address, session, done) {
      void ask.mail(address, session).then((refusal) => {
        if (refusal !== null) return done(replyError(refusal.code, refusal.text));
        connections.busy(session);
        transactions.set(session, {
          sender: inALabels(address.address),
          recipients: [],
          beganAt: options.clock(),
        });
        done();
      });
    },
    onRcptTo(address, session, done) {
      const transaction = transactions.get(session);
      if (transaction === undefined) return done(replyError(503, '5.5.1 MAIL comes first'));
      const isPostmaster = !address.address.includes('@');
      const recipient = isPostmaster ? options.postmaster() : inALabels(address.address);
      void ask.recipient(address, recipient, session).then((refusal) => {
        if (refusal !== null) return done(replyError(refusal.code, refusal.text));
        if (transaction.recipients.length >= options.limits().recipients)
          return done(replyError(452, '4.5.3 no more recipients in one transaction'));
        transaction.recipients.push({ address: recipient, given: address });
        done();
      });
    },
    onData(stream, session, done) {
      const transaction = transactions.get(session)!;
      transactions.delete(session);
      void ask.keep(stream, session, transaction).then((reply) => {
        connections.idle(session);
        const result = reply.code < 300 ? reply.text : replyError(reply.code, reply.text);
        // An answer for each recipient that was accepted, also where one was named twice (RFC 2033, Section 4.2).
        if (kind === 'lmtp')
          done(
            null,
            transaction.recipients.map(() => result),
          );
        else if (typeof result === 'string') done(null, result);
        else done(result);
      });
    },
    onClose(session) {
      connections.end(session);
    },
  });
  return server;
}

function endSession(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of server.connections)
    if (connection.session === session) connection.send(421, '4.4.2 closing');
}

type LoggedIn =
  | { readonly user: string; readonly reply?: undefined }
  | { readonly user?: undefined; readonly reply: AdmissionReply };

function logIn(auth: SMTPServerAuthentication, session: SMTPServerSession, users: Users): LoggedIn {
  const { username = '', password } = auth;
  if (!users.mayTry(countedAs(session.remoteAddress)))
    return { reply: { code: 454, text: '4.7.0 too many log-ins failed from there; try again later' } };
  if (users.logIn(session, username, password ?? '')) return { user: username };
  users.failed(countedAs(session.remoteAddress));
  return { reply: { code: 535, text: '5.7.8 that is no name and password here' } };
}
