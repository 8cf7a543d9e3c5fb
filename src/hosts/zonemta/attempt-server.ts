/*
 * Where ZoneMTA's own client hands a delivery over, signed and with all its headers: an LMTP server within the sender process, on
 * loopback, that serves nobody but connections which were made here. One delivery a connection, one recipient a delivery.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { errorText } from '../../effects/error-text.js';
import { happenedIn } from '../../engine/happened-in.js';
import { withAddresses } from '../../engine/read-message.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { parseHostName } from '../../policy/names/domain-name.js';
import { attemptKey } from '../lmtp/attempt-keys.js';
import { envelopeOf, refuseRecipient, refuseSender, replyError } from '../lmtp/envelope.js';
import { replyTo } from '../lmtp/reply.js';
import type { Origin, PluginEngine } from '../plugin-config.js';
import { replyAsOne } from '../protocol-server.js';
import { spool } from '../spool.js';
import type { ZoneDelivery } from './zonemta.js';

/** A delivery that was dialled for. */
export interface Task {
  readonly delivery: ZoneDelivery;
  /** Told before the answer is. */
  readonly onReport: (report: RecipientReport) => void;
  /** Told of an envelope that no attempt can be made with. */
  readonly onRefused: () => void;
}

export interface AttemptServer {
  readonly port: number;
  /** A connection for one delivery. Rejects if it cannot be made. */
  dial(task: Task): Promise<Socket>;
}

const MEMORY_OCTETS_MAX = 262_144;
const DEADLINE_MS = 480_000;
/** ZoneMTA has taken the message already, within its own limit. */
const MESSAGE_OCTETS_MAX = 2 ** 31;

/** Listens on a free port of loopback. Rejects if it cannot. */
export async function startAttemptServer(
  made: PluginEngine,
  onFault: (message: string) => void,
): Promise<AttemptServer> {
  const tasks = new Map<number, Task>();
  const server: SMTPServer = new SMTPServer({
    lmtp: true,
    name: 'waxseal',
    authOptional: true,
    hideSTARTTLS: true,
    disabledCommands: ['AUTH', 'STARTTLS', 'XCLIENT'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    maxRecipients: 1,
    socketTimeout: 2 ** 31 - 1,
    onConnect(session, done) {
      replyAsOne(server, session);
      done();
    },
    onMailFrom(address, session, done) {
      const task = tasks.get(session.remotePort);
      if (task === undefined) {
        done(replyError(550, '5.7.1 this server is for the process that it runs in'));
        return;
      }
      const refusal = refuseSender(address, session, 'off');
      if (refusal !== null) task.onRefused();
      done(refusal);
    },
    onRcptTo(address, session, done) {
      const refusal = refuseRecipient(address, session);
      if (refusal !== null) tasks.get(session.remotePort)?.onRefused();
      done(refusal);
    },
    onData(stream, session, done) {
      const task = tasks.get(session.remotePort)!;
      attempt(stream, session, task, made).then(
        ({ code, text }) => done(null, [code < 300 ? text : replyError(code, text)]),
        (error: unknown) => {
          stream.resume();
          onFault(errorText(error));
          done(replyError(451, '4.3.0 a fault of ours, and nothing was delivered'));
        },
      );
    },
    onClose(session) {
      tasks.delete(session.remotePort);
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  // ZoneMTA's sender process ends by itself.
  server.server.unref();
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    async dial(task) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      tasks.set(socket.localPort!, task);
      return socket;
    },
  };
}

async function attempt(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  { delivery, onReport }: Task,
  made: PluginEngine,
): Promise<{ readonly code: number; readonly text: string }> {
  const { sender, recipients } = envelopeOf(session);
  const to = recipients.map(({ address }) => address);
  const message = await spool(stream, {
    directory: tmpdir(),
    memoryOctetsMax: MEMORY_OCTETS_MAX,
    messageOctetsMax: MESSAGE_OCTETS_MAX,
  });
  if (message === 'too-large') return { code: 552, text: '5.3.4 the message is too large' };
  try {
    // Its content differs at each attempt, because ZoneMTA dates it anew; its name is its own.
    const key = attemptKey({ ident: `${delivery.id}.${delivery.seq}`, sender, digest: '' }, to[0]!);
    const [known] = await made.attempts.read([key]);
    if (known?.delivered != null) return { code: 250, text: known.delivered };
    const number = (delivery._deferred?.count ?? 0) + 1;
    const attempted = await made.from(originOf(delivery)).deliver(
      {
        from: sender,
        to,
        content: message.content,
        facts: { ...withAddresses(message.facts, [sender, ...to]), requireTls: 'no', report: 'none' },
      },
      { attempt: number, dialled: known?.dialled ?? {}, deadlineMs: DEADLINE_MS },
    );
    const { results, dialled } = attempted;
    const [report] = results;
    const reply = replyTo(report!, happenedIn(attempted)[0]!.toStrangers);
    const delivered = report!.outcome === 'delivered' ? reply.text : null;
    await made.attempts
      .write([{ key, attempts: number, dialled, delivered, at: Date.now() }])
      // What was delivered is told all the same: to say otherwise would double it for certain.
      .catch(() => undefined);
    onReport(report!);
    return reply;
  } finally {
    await message.discard();
  }
}

/** The address of the pool that ZoneMTA chose for this delivery, and the name that goes with it. */
function originOf({ zoneAddress, zoneAddressIPv4 }: ZoneDelivery): Origin {
  const { address, name } = (zoneAddress || zoneAddressIPv4 || { address: '0.0.0.0' }) satisfies {
    address: string;
    name?: string;
  } as { readonly address: string; readonly name?: string };
  const isComplete = name?.includes('.') === true && parseHostName(name) !== null;
  return {
    localAddress: /^(?:0\.0\.0\.0|::)$/.test(address) ? undefined : address,
    helo: isComplete ? name : undefined,
  };
}
