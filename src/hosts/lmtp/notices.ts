/*
 * Notices of success. A failure or a delay is told by whoever keeps the queue, out of what is answered to it; but who hands over to
 * a server that announces DSN leaves it to that server to tell of success (RFC 3461, Section 5.2.2).
 */
import { randomBytes } from 'node:crypto';
import type { DeliveryResult } from '../../engine/engine.js';
import { readMessage } from '../../engine/read-message.js';
import { composeNotice, judgeContent, judgeNotice, type NoticeRecipient } from '../../policy/dsn/index.js';
import { type DkimKey, signNotice } from '../../services/dkim/index.js';
import type { Queue } from '../../services/queue/index.js';
import type { Spooled } from '../spool.js';
import type { Envelope, EnvelopeRecipient } from './envelope.js';

export interface NoticeOptions {
  /** The address in From of a notice. */
  readonly postmaster: string;
  /** Keys of the domain of that address, one signature for each (RFC 6376). Default, and with none: notices are not signed. */
  readonly dkimKeys?: readonly DkimKey[];
  /** Keeps notices until they are delivered. */
  readonly queue: Pick<Queue, 'enqueue'>;
}

export interface RelayedMessage {
  readonly envelope: Envelope;
  readonly message: Spooled;
  /** Of the attempt. */
  readonly recipients: readonly EnvelopeRecipient[];
  readonly delivery: Pick<DeliveryResult, 'results' | 'attempts'>;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  readonly endedAt: number;
  /** The name of this server. */
  readonly name: string;
  /** Told of a notice that goes unsigned, since it could not be signed. */
  readonly onFault: (message: string) => void;
}

/** Queues the notice that is due for an attempt, if one is. Rejects if it cannot be kept. */
export async function tellRelayed(relayed: RelayedMessage, options: NoticeOptions): Promise<void> {
  const { envelope, message, arrivedAt, endedAt, name, onFault } = relayed;
  const recipients = dueIn(relayed);
  if (recipients.length === 0) return;
  const { sender, requireTls, ret, envelopeId, receivedFrom, ident } = envelope;
  const { utf8, sizeBytes } = message.facts;
  const composed = composeNotice({
    action: 'relayed',
    ...{ reportingMta: name, postmaster: options.postmaster, returnPath: sender, composedAt: endedAt },
    id: `relayed-${endedAt.toString(36)}-${randomBytes(10).toString('hex')}`,
    message: {
      ...{ queueId: ident === '' ? message.digest : ident, arrivedAt, envelopeId, receivedFrom, utf8 },
      returns: judgeContent('relayed', { ret, requireTls, sizeBytes }).verdict,
      octets: message.head,
    },
    recipients,
  });
  const { postmaster, dkimKeys: keys = [] } = options;
  const octets = await signNotice(composed, { postmaster, keys, at: endedAt, onFault });
  await options.queue.enqueue({
    from: '',
    to: [{ address: sender, notify: 'never' }],
    content: () => octets,
    facts: {
      ...readMessage(Buffer.concat(octets)).facts,
      ...{ utf8: composed.utf8, body: composed.body, requireTls, tlsRequired: 'absent', report: 'none' },
    },
  });
}

function dueIn({ envelope, recipients, delivery, endedAt }: RelayedMessage): readonly NoticeRecipient[] {
  const [attempt] = delivery.attempts;
  return recipients.flatMap(({ address, notify, original }, at) => {
    const report = delivery.results[at]!;
    if (report.outcome !== 'delivered') return [];
    const { sender } = envelope;
    const event = report.handedOn ?? 'relayed';
    const due = judgeNotice({ event, notify, sender, origin: 'ordinary' });
    if (due.verdict !== 'relayed') return [];
    const { status, mx, ip } = report;
    return {
      ...{ address, original, status },
      reply: attempt?.recipients[at]?.state.reply ?? null,
      remote: mx === null ? null : { name: mx, ip },
      ...{ because: null, change: [], lastAttemptAt: endedAt, next: null },
    };
  });
}
