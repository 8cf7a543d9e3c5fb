/*
 * One message handed over by LMTP: an attempt for each recipient who has not got it yet, and an answer for each, in order.
 * What LMTP does not carry, the number of the attempt and what was dialled, is kept here by message and recipient; so is a
 * delivery, written before it is told, so that a client that missed the answer gets it again and the message does not.
 */

import type { Readable } from 'node:stream';
import { errorText } from '../../effects/error-text.js';
import type { AttemptRecord, AttemptStore } from '../../effects/stores.js';
import type { DeliveryResult, Engine } from '../../engine/engine.js';
import { happenedIn } from '../../engine/happened-in.js';
import { withAddresses } from '../../engine/read-message.js';
import { domainPart } from '../../policy/names/mailbox.js';
import { type Spooled, type SpoolOptions, spool } from '../spool.js';
import { attemptKey } from './attempt-keys.js';
import type { Envelope, EnvelopeRecipient } from './envelope.js';
import type { LmtpOptions } from './lmtp-options.js';
import { type NoticeOptions, tellRelayed } from './notices.js';
import { type LmtpReply, refusal, replyAgain, replyTo } from './reply.js';

export interface TransactionPorts {
  readonly engine: Pick<Engine, 'deliver'>;
  readonly attempts: AttemptStore;
  readonly spool: SpoolOptions;
  /** How long one attempt may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The name of this server. */
  readonly name: string;
  /** Undefined: success is told by the client. */
  readonly notices: NoticeOptions | undefined;
  /** Told what became of each recipient. */
  readonly onReport?: LmtpOptions['onReport'] | undefined;
  readonly onFault: (message: string) => void;
}

/** Keys of messages and recipients that are being attempted. */
export type UnderWay = Set<string>;

/** Postfix says so in a field of its own where the next hop takes no REQUIRETLS (RFC 8689). */
const REQUIRE_TLS_FIELD = /^Require-TLS-ESMTP:[ \t]*yes[ \t]*\r?$/im;

/** One answer for each recipient, in order. Never rejects. */
export async function handOver(
  stream: Readable,
  envelope: Envelope,
  ports: TransactionPorts,
  underWay: UnderWay,
  signal: AbortSignal,
): Promise<readonly LmtpReply[]> {
  const answerAll = (reply: LmtpReply) => envelope.recipients.map(() => reply);
  const arrivedAt = ports.clock();
  let spooled: Spooled | 'too-large';
  try {
    spooled = await spool(stream, ports.spool);
  } catch (error) {
    stream.resume();
    if (!isClientGone(error))
      ports.onFault(`the message cannot be kept while it is attempted: ${errorText(error)}`);
    return answerAll(refusal(451, '4.3.1 the message cannot be kept here for lack of room; try again later'));
  }
  if (spooled === 'too-large')
    return answerAll(refusal(552, `5.3.4 the message is larger than ${ports.spool.messageOctetsMax} octets`));
  try {
    return await attemptAll({ envelope, message: spooled, arrivedAt }, ports, underWay, signal);
  } catch (error) {
    ports.onFault(errorText(error));
    return answerAll(refusal(451, '4.3.0 a fault of ours, and nothing was delivered that is not said to be'));
  } finally {
    await spooled.discard();
  }
}

/** Nobody hears the answer, and nothing went wrong here. */
function isClientGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ECONNECTION' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

interface Waiting {
  readonly at: number;
  readonly recipient: EnvelopeRecipient;
  readonly key: string;
  readonly known: AttemptRecord | null;
}

interface Taken {
  readonly envelope: Envelope;
  readonly message: Spooled;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
}

async function attemptAll(
  taken: Taken,
  ports: TransactionPorts,
  underWay: UnderWay,
  signal: AbortSignal,
): Promise<readonly LmtpReply[]> {
  const { sender, ident, recipients } = taken.envelope;
  const { digest } = taken.message;
  const keys = recipients.map(({ address }) => attemptKey({ ident, sender, digest }, address));
  const records = await ports.attempts.read(keys);
  const replies: LmtpReply[] = [];
  const waiting: Waiting[] = [];
  recipients.forEach((recipient, at) => {
    const known = records[at] ?? null;
    const key = keys[at]!;
    if (known?.delivered != null) replies[at] = replyAgain(known.delivered);
    else if (underWay.has(key))
      replies[at] = refusal(450, '4.2.1 an attempt at this message is still under way; try again later');
    else waiting.push({ at, recipient, key, known });
  });
  for (const { key } of waiting) underWay.add(key);
  try {
    await Promise.all(
      groupsOf(waiting).map(async (group) => {
        const answered = await attemptGroup(group, taken, ports, signal);
        group.forEach(({ at }, index) => {
          replies[at] = answered[index]!;
        });
      }),
    );
  } finally {
    for (const { key } of waiting) underWay.delete(key);
  }
  return replies;
}

/** Those who can share an attempt: of one domain, and at the same attempt. One slow domain keeps no other waiting. */
function groupsOf(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const groups = new Map<string, Waiting[]>();
  for (const each of waiting) {
    const { address } = each.recipient;
    const domain = domainPart(address).toLowerCase();
    const key = `${each.known?.attempts ?? 0} ${domain}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

async function attemptGroup(
  group: readonly Waiting[],
  taken: Taken,
  ports: TransactionPorts,
  signal: AbortSignal,
): Promise<readonly LmtpReply[]> {
  const { engine, deadlineMs, onReport } = ports;
  const { envelope, message } = taken;
  const to = group.map(({ recipient }) => recipient.address);
  const known = group[0]!.known;
  const attempt = (known?.attempts ?? 0) + 1;
  const facts = withAddresses(message.facts, [envelope.sender, ...to]);
  const isDemanded = envelope.requireTls === 'yes' || REQUIRE_TLS_FIELD.test(headerOf(message.head));
  const delivery = await engine.deliver(
    {
      from: envelope.sender,
      to,
      content: message.content,
      facts: {
        ...facts,
        requireTls: isDemanded ? 'yes' : 'no',
        report: 'none',
      },
      dsn: {
        ret: envelope.ret,
        envelopeId: envelope.envelopeId,
        recipients: group.map(({ recipient: { notify, original } }) => ({ notify, original })),
      },
    },
    { attempt, dialled: known?.dialled ?? {}, deadlineMs, signal },
  );
  const happened = happenedIn(delivery);
  const replies = delivery.results.map((report, at) => replyTo(report, happened[at]!.toStrangers));
  await keep(group, taken, ports, { delivery, replies, attempt, isStopped: signal.aborted });
  for (const [at, report] of delivery.results.entries())
    onReport?.(report, attempt, happened[at]!.toOperator);
  return replies;
}

interface Attempted {
  readonly delivery: DeliveryResult;
  readonly replies: readonly LmtpReply[];
  readonly attempt: number;
  readonly isStopped: boolean;
}

/** Never rejects: what was delivered is told all the same, because to say otherwise would double it for certain. */
async function keep(
  group: readonly Waiting[],
  { envelope, message, arrivedAt }: Taken,
  { attempts, clock, name, notices, onFault }: TransactionPorts,
  { delivery, replies, attempt, isStopped }: Attempted,
): Promise<void> {
  const endedAt = clock();
  const recipients = group.map(({ recipient }) => recipient);
  const { results, dialled } = delivery;
  try {
    // In front of what says that it was delivered, behind which nobody would come back to it.
    if (notices !== undefined)
      await tellRelayed(
        { envelope, message, recipients, delivery, arrivedAt, endedAt, name, onFault },
        notices,
      );
  } catch (error) {
    onFault(`a notice cannot be kept: ${errorText(error)}`);
  }
  try {
    await attempts.write(
      group.flatMap(({ key }, at) => {
        const isDelivered = results[at]!.outcome === 'delivered';
        // To be stopped is no attempt: the next one is what this would have been.
        if (isStopped && !isDelivered) return [];
        const delivered = isDelivered ? replies[at]!.text : null;
        return { key, attempts: attempt, dialled, at: endedAt, delivered };
      }),
    );
  } catch (error) {
    onFault(`attempts cannot be kept: ${errorText(error)}`);
  }
}

function headerOf(head: Buffer): string {
  const text = head.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  return text.slice(0, end);
}
