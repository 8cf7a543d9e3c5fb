/*
 * Where mail comes into the queue: by SMTP submission (RFC 6409) and by LMTP (RFC 2033). A message is answered 250 only once no
 * crash can take it away. Who may hand in what is said by tables; the protocol is smtp-server's, and here it is translated and
 * kept within bounds.
 */
import type { TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from 'smtp-server';
import { errorText } from '../../effects/error-text.js';
import { MisuseError } from '../../effects/misuse.js';
import { clearSocket, type InheritedSocket, type ListenAddress } from '../../hosts/listen-address.js';
import {
  envidOf,
  inALabels,
  isGiven,
  notifyOf,
  originalOf,
  replyError,
  retOf,
} from '../../hosts/lmtp/envelope.js';
import type { OwnCertificate } from '../../hosts/own-certificate.js';
import { leaveIdle, listenAt, replyAsOne } from '../../hosts/protocol-server.js';
import { isAscii, parseMailbox } from '../../policy/names/mailbox.js';
import {
  type AdmissionFacts,
  type AdmissionReply,
  judgeAdmission,
  judgeLine,
  judgeSender,
  judgeSubmitter,
  REFUSALS,
} from '../../policy/queue/admission.tables.js';
import { receivedField } from '../../policy/smtp/received-field.js';
import { ContentRefused, type Intake, newId, submittedContent } from '../../services/queue/index.js';
import type { DaemonLimits } from '../config/config.js';
import type { Users } from '../users.js';
import { Connections } from './connections.js';
import { isLocal } from './peers.js';

export type DoorKind = 'smtp' | 'smtps' | 'lmtp';

export interface MailDoorOptions {
  readonly intake: Intake;
  /** The name in the greeting and in trace fields. */
  readonly name: string;
  readonly certificate: OwnCertificate;
  /** As they are now; see `useLimits`. */
  readonly limits: () => Pick<DaemonLimits, 'messageBytes' | 'recipients'>;
  readonly users: Users;
  readonly requireTls: 'keep' | 'off';
  /** Who gets what is for `postmaster` without a domain. */
  readonly postmaster: () => string;
  readonly clock: () => number;
  /** Whether nothing is taken for an address any more; rejects where that cannot be known. */
  readonly isSuppressed: (address: string) => Promise<boolean>;
  /** Whether there is room on the disk for a message more. */
  readonly room: () => Promise<'enough' | 'too-little'>;
  readonly onEvent: (event: DoorEvent) => void;
  readonly onFault: (message: string) => void;
}

/** What happened at a door, for logs and metrics. */
export type DoorEvent =
  | {
      readonly event: 'accepted';
      readonly door: DoorKind;
      readonly id: string;
      readonly from: string;
      readonly recipients: number;
      readonly client: string;
      readonly user: string | null;
      readonly tls: string | null;
      readonly requireTls: 'yes' | 'no';
      readonly seconds: number;
    }
  | {
      readonly event: 'refused';
      readonly door: DoorKind;
      readonly stage: 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA';
      readonly code: number;
      readonly row: string | null;
      readonly client: string;
      readonly user: string | null;
      readonly text: string;
    };

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

/** What is known of a transaction in front of DATA. */
interface Transaction {
  readonly sender: string;
  readonly recipients: { readonly address: string; readonly given: SMTPServerAddress }[];
  readonly beganAt: number;
}

/** A client may be silent that long between commands, in milliseconds (RFC 5321, Section 4.5.3.2.7). */
const IDLE_MS_MAX = 300_000;
const LAST_WORDS_MS = 5_000;
const LOGIN_FAILURES_MAX = 3;
/** Commands of old that nobody needs. */
const NEVER = ['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'];
const MAIL_PARAMETERS = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'REQUIRETLS', 'RET', 'ENVID', 'AUTH']);
const RCPT_PARAMETERS = new Set(['NOTIFY', 'ORCPT']);

/** Thrown at the end of octets that came too late to be kept. */
class TooLate extends Error {}

export function mailDoor(options: MailDoorOptions): MailDoor {
  const servers: SMTPServer[] = [];
  const gate: Gate = { phase: 'open', begun: new Set() };
  let certificate = options.certificate;
  return {
    async listen(kind, address) {
      if (address.kind === 'unix') await clearSocket(address.path);
      const server = protocolServer(options, kind, certificate, gate);
      servers.push(server);
      return listenAt(server, address, options.onFault);
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

/** Whether messages may still come in, and those that are being kept. */
interface Gate {
  phase: 'open' | 'draining' | 'shut';
  readonly begun: Set<Promise<unknown>>;
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
      connections.busy(session);
      void ask.mail(address, session).then((refusal) => {
        if (refusal !== null) return done(replyError(refusal.code, refusal.text));
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
  if (!users.mayTry(session.remoteAddress))
    return { reply: { code: 454, text: '4.7.0 too many log-ins failed from there; try again later' } };
  if (users.isPassword(username, password ?? '')) return { user: username };
  users.failed(session.remoteAddress);
  return { reply: { code: 535, text: '5.7.8 that is no name and password here' } };
}

/** Facts of a session in the words of the tables, and what comes of them. */
class Asking {
  readonly #options: MailDoorOptions;
  readonly #kind: DoorKind;
  readonly #gate: Gate;

  constructor(options: MailDoorOptions, kind: DoorKind, gate: Gate) {
    this.#options = options;
    this.#kind = kind;
    this.#gate = gate;
  }

  /** What is answered to MAIL, if it is refused. Never rejects. */
  async mail(address: SMTPServerAddress, session: SMTPServerSession): Promise<AdmissionReply | null> {
    const { users, requireTls } = this.#options;
    const right = judgeSubmitter({
      peer: isLocal(session.remoteAddress) ? 'local' : 'remote',
      users: users.count > 0 && this.#kind !== 'lmtp' ? 'some' : 'none',
      login: userOf(session) === null ? 'none' : 'done',
    });
    if (right.verdict !== 'take') return this.told('MAIL', session, REFUSALS[right.verdict], right.row);
    const isOff = requireTls === 'off' && isGiven(address, 'REQUIRETLS');
    const line = judgeLine({
      parameters: isOff ? 'switched-off' : parametersOf(address, MAIL_PARAMETERS, isSoundSender(address)),
      address: address.address === '' ? 'fit' : addressWord(address, session),
    });
    if (line.verdict !== 'take')
      return this.told('MAIL', session, refusalOf(line.verdict, 'bad-sender'), line.row);
    const his = judgeSender(inALabels(address.address), users.named(userOf(session) ?? '')?.from ?? []);
    if (his.verdict === 'refuse') return this.told('MAIL', session, REFUSALS['not-yours'], his.row);
    return this.#admit('MAIL', session, 'fit', 1);
  }

  /** What is answered to RCPT, if it is refused. Never rejects. */
  async recipient(
    address: SMTPServerAddress,
    recipient: string,
    session: SMTPServerSession,
  ): Promise<AdmissionReply | null> {
    const isLost = await this.#options.isSuppressed(recipient).catch((error: unknown) => {
      this.#options.onFault(`the suppression list cannot be read: ${errorText(error)}`);
      return null;
    });
    if (isLost === null)
      return this.told(
        'RCPT',
        session,
        { code: 451, text: '4.3.0 it cannot be known now; try again later' },
        null,
      );
    const written = address.address.includes('@') ? addressWord(address, session) : 'fit';
    const line = judgeLine({
      parameters: parametersOf(address, RCPT_PARAMETERS, isSoundRecipient(address)),
      address: isLost ? 'suppressed' : written,
    });
    if (line.verdict === 'take') return null;
    return this.told('RCPT', session, refusalOf(line.verdict, 'bad-recipient'), line.row);
  }

  /** Keeps a message, and says what is answered behind its final dot. Never rejects. */
  async keep(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    transaction: Transaction,
  ): Promise<AdmissionReply> {
    const { users, onFault } = this.#options;
    const user = userOf(session);
    const refusal = await this.#admit('DATA', session, 'fit', transaction.recipients.length);
    if (refusal !== null) {
      stream.resume();
      return refusal;
    }
    try {
      const id = await this.#enqueue(stream, session, transaction);
      users.spend(user, transaction.recipients.length);
      return { code: 250, text: `2.6.0 queued as ${id}` };
    } catch (error) {
      stream.resume();
      if (error instanceof ContentRefused) {
        const found = await this.#admit('DATA', session, error.fault, 0);
        if (found !== null) return found;
      }
      if (error instanceof TooLate) return this.told('DATA', session, REFUSALS['come-again'], null);
      if (error instanceof MisuseError)
        return this.told('DATA', session, { code: 554, text: `5.6.0 ${error.message}` }, null);
      if (!stream.destroyed) onFault(`a message cannot be kept: ${errorText(error)}`);
      return this.told(
        'DATA',
        session,
        { code: 451, text: '4.3.0 it cannot be kept now; try again later' },
        null,
      );
    }
  }

  async #enqueue(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    { sender, recipients, beganAt }: Transaction,
  ): Promise<string> {
    const { intake, name, limits, clock, onEvent } = this.#options;
    const id = newId(clock());
    const user = userOf(session);
    const mailFrom = session.envelope.mailFrom;
    const requireTls = session.envelope.requireTLS === true ? 'yes' : 'no';
    const content = submittedContent({
      octets: this.#untilShut(stream.iterator({ destroyOnReturn: false })),
      trace: this.#trace(id, session, recipients),
      ...{ from: sender, messageId: `${id}@${name}`, now: clock() },
      ...{ octetsMax: limits().messageBytes, lineEnds: 'as-given' },
    });
    const kept = intake.enqueue({
      ...{ id, from: sender, content, facts: { requireTls, report: 'none' } },
      to: uniqueRecipients(recipients),
      ret: mailFrom === false ? 'absent' : (retOf(mailFrom) ?? 'absent'),
      ...envelopeIdOf(mailFrom),
      ...(session.hostNameAppearsAs ? { receivedFrom: session.hostNameAppearsAs } : {}),
      ...(user === null ? {} : { account: user }),
    });
    this.#gate.begun.add(kept);
    try {
      await kept;
    } finally {
      this.#gate.begun.delete(kept);
    }
    onEvent({
      ...{ event: 'accepted', door: this.#kind, id, from: sender, recipients: recipients.length },
      ...{ client: session.remoteAddress, user, tls: tlsOf(session)?.protocol ?? null, requireTls },
      seconds: Math.max(0, clock() - beganAt) / 1000,
    });
    return id;
  }

  /** Nothing begins to be kept that could not be answered any more. */
  async *#untilShut(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield* octets;
    if (this.#gate.phase === 'shut') throw new TooLate();
  }

  #trace(id: string, session: SMTPServerSession, recipients: Transaction['recipients']): string {
    return receivedField({
      helo: session.hostNameAppearsAs || '',
      address: session.remoteAddress,
      by: this.#options.name,
      protocol: this.#kind === 'lmtp' ? 'LMTP' : 'SMTP',
      extended: session.openingCommand === 'HELO' ? 'no' : 'yes',
      login: userOf(session) === null ? 'none' : 'done',
      utf8: session.envelope.smtpUtf8 === true ? 'asked-for' : 'not-asked-for',
      tls: tlsOf(session),
      requireTls: session.envelope.requireTLS === true ? 'yes' : 'no',
      id,
      recipient: recipients.length === 1 ? recipients[0]!.address : null,
      now: this.#options.clock(),
    });
  }

  async #admit(
    stage: 'MAIL' | 'DATA',
    session: SMTPServerSession,
    content: AdmissionFacts['content'],
    recipients: number,
  ): Promise<AdmissionReply | null> {
    const { room, users } = this.#options;
    const decision = judgeAdmission({
      door:
        this.#gate.phase === 'open' || (stage === 'DATA' && this.#gate.phase === 'draining')
          ? 'open'
          : 'closing',
      room: await room(),
      allowance: users.allowanceOf(userOf(session), recipients),
      content,
    });
    if (decision.verdict === 'keep') return null;
    return this.told(stage, session, REFUSALS[decision.verdict], decision.row);
  }

  told(
    stage: 'AUTH' | 'MAIL' | 'RCPT' | 'DATA',
    session: SMTPServerSession,
    reply: AdmissionReply,
    row: string | null,
  ): AdmissionReply {
    const { code, text } = reply;
    const [client, user] = [session.remoteAddress, userOf(session)];
    this.#options.onEvent({ event: 'refused', door: this.#kind, stage, code, row, client, user, text });
    return reply;
  }
}

function refusalOf(
  verdict: 'refuse' | 'bad-parameter' | 'unknown-parameter' | 'bad-address' | 'ask-for-utf8',
  bad: 'bad-sender' | 'bad-recipient',
): AdmissionReply {
  if (verdict === 'refuse') return REFUSALS.suppressed;
  return verdict === 'bad-address' ? REFUSALS[bad] : REFUSALS[verdict];
}

function userOf({ user }: SMTPServerSession): string | null {
  return typeof user === 'string' ? user : null;
}

function tlsOf({
  secure,
  tlsOptions,
}: SMTPServerSession): { readonly protocol: string; readonly cipher: string } | null {
  if (!secure || tlsOptions === false) return null;
  return { protocol: tlsOptions.version, cipher: tlsOptions.name };
}

function parametersOf({ args }: SMTPServerAddress, known: ReadonlySet<string>, isSound: boolean) {
  if (args !== false && Object.keys(args).some((name) => !known.has(name))) return 'unknown';
  return isSound ? 'known' : 'malformed';
}

function isSoundSender(address: SMTPServerAddress): boolean {
  return retOf(address) !== null && (!isGiven(address, 'ENVID') || envidOf(address) !== null);
}

function isSoundRecipient(address: SMTPServerAddress): boolean {
  return notifyOf(address) !== null && (!isGiven(address, 'ORCPT') || originalOf(address) !== null);
}

function addressWord({ address }: SMTPServerAddress, { envelope }: SMTPServerSession) {
  if (parseMailbox(address, domainToASCII) === null) return 'malformed';
  const local = address.slice(0, address.lastIndexOf('@'));
  return isAscii(local) || envelope.smtpUtf8 === true ? 'fit' : 'beyond-ascii';
}

function envelopeIdOf(sender: SMTPServerAddress | false) {
  const envelopeId = sender === false ? null : envidOf(sender);
  return envelopeId === null ? {} : { envelopeId };
}

/** Each once, with what was asked for the first time. */
function uniqueRecipients(recipients: Transaction['recipients']) {
  const known = new Map<string, SMTPServerAddress>();
  for (const { address, given } of recipients) if (!known.has(address)) known.set(address, given);
  return [...known].map(([address, given]) => {
    const original = originalOf(given);
    return {
      ...{ address, notify: notifyOf(given) ?? ('absent' as const) },
      ...(original === null ? {} : { original }),
    };
  });
}
