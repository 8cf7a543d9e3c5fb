/*
 * One message handed over by LMTP: an attempt for each recipient who has not got it yet, and an answer for each, in order.
 * What LMTP does not carry, the number of the attempt and what was dialled, is kept here by message and recipient; so is a
 * delivery, written before it is told, so that a client that missed the answer gets it again and the message does not.
 */

import type { Readable } from 'node:stream';
import { errorText } from '../../effects/error-text.js';
import type { AttemptRecord, AttemptStore } from '../../effects/stores.js';
import type { Engine } from '../../engine/engine.js';
import { withAddresses } from '../../engine/read-message.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { type Spooled, type SpoolOptions, spool } from '../spool.js';
import { attemptKey } from './attempt-keys.js';
import { type LmtpReply, refusal, replyAgain, replyTo } from './reply.js';

export interface Envelope {
  /** "": the null sender. */
  readonly sender: string;
  readonly recipients: readonly string[];
  /** What the client calls the message; "" where it does not say. */
  readonly ident: string;
  readonly requireTls: 'yes' | 'no';
}

export interface TransactionPorts {
  readonly engine: Pick<Engine, 'deliver'>;
  readonly attempts: AttemptStore;
  readonly spool: SpoolOptions;
  /** How long one attempt may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Told what became of each recipient. */
  readonly onReport?: ((report: RecipientReport, attempt: number) => void) | undefined;
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
  let spooled: Spooled | 'too-large';
  try {
    spooled = await spool(stream, ports.spool);
  } catch (error) {
    stream.resume();
    ports.onFault(`the message cannot be kept while it is attempted: ${errorText(error)}`);
    return answerAll(refusal(451, '4.3.1 the message cannot be kept here for lack of room; try again later'));
  }
  if (spooled === 'too-large')
    return answerAll(refusal(552, `5.3.4 the message is larger than ${ports.spool.messageOctetsMax} octets`));
  try {
    return await attemptAll(spooled, envelope, ports, underWay, signal);
  } catch (error) {
    ports.onFault(errorText(error));
    return answerAll(refusal(451, '4.3.0 a fault of ours, and nothing was delivered that is not said to be'));
  } finally {
    await spooled.discard();
  }
}

interface Waiting {
  readonly at: number;
  readonly recipient: string;
  readonly key: string;
  readonly known: AttemptRecord | null;
}

async function attemptAll(
  message: Spooled,
  envelope: Envelope,
  ports: TransactionPorts,
  underWay: UnderWay,
  signal: AbortSignal,
): Promise<readonly LmtpReply[]> {
  const { sender, ident, recipients } = envelope;
  const keys = recipients.map((recipient) =>
    attemptKey({ ident, sender, digest: message.digest }, recipient),
  );
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
        const answered = await attemptGroup(group, message, envelope, ports, signal);
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
    const domain = each.recipient.slice(each.recipient.lastIndexOf('@') + 1).toLowerCase();
    const key = `${each.known?.attempts ?? 0} ${domain}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

async function attemptGroup(
  group: readonly Waiting[],
  message: Spooled,
  envelope: Envelope,
  { engine, attempts, deadlineMs, clock, onReport, onFault }: TransactionPorts,
  signal: AbortSignal,
): Promise<readonly LmtpReply[]> {
  const to = group.map(({ recipient }) => recipient);
  const known = group[0]!.known;
  const attempt = (known?.attempts ?? 0) + 1;
  const facts = withAddresses(message.facts, [envelope.sender, ...to]);
  const isDemanded = envelope.requireTls === 'yes' || REQUIRE_TLS_FIELD.test(headerOf(message.head));
  const { results, dialled } = await engine.deliver(
    {
      from: envelope.sender,
      to,
      content: message.content,
      facts: {
        ...facts,
        requireTls: isDemanded ? 'yes' : 'no',
        report: 'none',
      },
    },
    { attempt, dialled: known?.dialled ?? {}, deadlineMs, signal },
  );
  const replies = results.map(replyTo);
  try {
    await attempts.write(
      group.map(({ key }, at) => ({
        key,
        attempts: attempt,
        dialled,
        delivered: results[at]!.outcome === 'delivered' ? replies[at]!.text : null,
        at: clock(),
      })),
    );
  } catch (error) {
    // What was delivered is told all the same: to say otherwise would double it for certain.
    onFault(`attempts cannot be kept: ${errorText(error)}`);
  }
  for (const report of results) onReport?.(report, attempt);
  return replies;
}

function headerOf(head: Buffer): string {
  const text = head.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  return text.slice(0, end);
}
