/* Notices of a turn: composed, their octets kept, and made messages of their own, which the settlement takes in. */
import { errorText } from '../../effects/error-text.js';
import type { BodyStore, ClaimedDelivery } from '../../effects/queue-stores.js';
import {
  type ComposedNotice,
  composeNotice,
  judgeContent,
  mechanismsOf,
  type NoticeAction,
  type NoticeRecipient,
} from '../../policy/dsn/index.js';
import { triedUntil } from '../../policy/queue/judge-turn.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import type { RetrySettings } from '../../policy/queue/settings.js';
import type { LastWord, NoticePlan, TurnInput, TurnResult } from '../../policy/queue/turn.js';
import { type DkimKey, signNotice } from '../dkim/index.js';
import type { Attempted } from './attempts.js';
import { digested, ownHead } from './own-octets.js';
import type { LaneOf } from './waiting-mail.js';

/** Who sends notices. */
export interface NoticeSender {
  /** The name of this mail system, as in EHLO. */
  readonly reportingMta: string;
  /** The address that stands in From. */
  readonly postmaster: string;
  /** Keys of the domain of that address, one signature for each (RFC 6376). Default, and with none: notices are not signed. */
  readonly dkimKeys?: readonly DkimKey[];
}

export interface NoticeTask extends NoticeSender {
  readonly claimed: ClaimedDelivery;
  readonly input: TurnInput;
  readonly turn: TurnResult;
  readonly changeAt: Attempted['changeAt'];
  readonly bodies: BodyStore;
  readonly retry: RetrySettings;
  /** The destination of an address that was accepted already, as recipients have it. */
  readonly domainOf: (address: string) => string;
  readonly laneOf: LaneOf;
  /** Told of a notice that goes unsigned, or without what it is about, since that could not be had. */
  readonly onFault: (message: string) => void;
}

/** Keeps the octets of each, and answers them as messages. Rejects if one cannot be kept. */
export async function keepNotices(task: NoticeTask): Promise<readonly QueuedMessage[]> {
  const head = await readHead(task);
  const messages: QueuedMessage[] = [];
  for (const plan of task.turn.notices) {
    const id = idOf(task, plan);
    const composed = composeNotice(factsOf(task, plan, id, head));
    const { postmaster, dkimKeys: keys = [], turn, onFault } = task;
    const octets = await signNotice(composed, { postmaster, keys, at: turn.endedAt, onFault });
    const kept = digested(() => octets);
    const sizeBytes = await task.bodies.keep(id, kept.content);
    messages.push({ ...messageOf(task, id, composed, sizeBytes), ...kept.digests() });
  }
  return messages;
}

/**
 * The same for the same turn: where it is taken a second time, there is still one notice. Several turns may follow the same attempt, by order
 * or where attempts do not count; but nobody ends twice.
 */
function idOf({ claimed, turn }: NoticeTask, { action, recipients }: NoticePlan): string {
  const { position } = claimed.recipients[recipients[0]!]!;
  return `${action}-${turn.attempts}-${position}-${claimed.id.replaceAll('/', '-')}`;
}

/** A search for what would have to change costs some milliseconds. */
const TELLS_OF_CHANGE: ReadonlySet<NoticeAction> = new Set(['failed', 'delayed']);

function factsOf(
  { claimed, turn, input, changeAt, reportingMta, postmaster }: NoticeTask,
  { action, recipients }: NoticePlan,
  id: string,
  octets: Uint8Array | null,
) {
  const { message } = claimed;
  const { ret, envelopeId, receivedFrom, facts } = message;
  const next =
    turn.nextAttemptAt === null
      ? null
      : {
          attemptAt: turn.nextAttemptAt,
          until: triedUntil({ ...input, granted: turn.granted }, turn.attempts, turn.nextAttemptAt),
        };
  return {
    action,
    ...{ reportingMta, postmaster, returnPath: message.from, composedAt: turn.endedAt, id },
    message: {
      ...{ queueId: message.id, arrivedAt: message.queuedAt, envelopeId, receivedFrom, utf8: facts.utf8 },
      ...(octets === null
        ? { returns: 'nothing' as const, octets: new Uint8Array() }
        : {
            returns: judgeContent(action, { ret, requireTls: facts.requireTls, sizeBytes: facts.sizeBytes })
              .verdict,
            octets,
          }),
    },
    recipients: recipients.map((at): NoticeRecipient => {
      const { address, word } = turn.recipients[at]!;
      return {
        address,
        original: claimed.recipients[at]!.original,
        ...toldOf(word),
        change: TELLS_OF_CHANGE.has(action) ? changeAt(at) : [],
        next: action === 'delayed' ? next : null,
      };
    }),
  };
}

function toldOf(word: LastWord | null): Omit<NoticeRecipient, 'address' | 'original' | 'change' | 'next'> {
  if (word === null)
    return { status: '4.4.7', reply: null, remote: null, because: null, lastAttemptAt: null };
  const { status, reply, remote, because, facts, demands, at } = word;
  return {
    ...{ status, reply, lastAttemptAt: at },
    // A host that a policy kept us from was not spoken to.
    remote: reply === null && because?.table === 'host-barrier' ? null : remote,
    because:
      because === null
        ? facts.length === 0
          ? null
          : { row: '', why: facts[0]!, mx: null, mechanisms: [], facts: [] }
        : {
            row: because.row,
            why: because.why,
            mx: because.mx,
            mechanisms: mechanismsOf(because, demands),
            facts,
          },
  };
}

function messageOf(
  { claimed, turn, retry, domainOf, laneOf }: NoticeTask,
  id: string,
  { utf8, body }: ComposedNotice,
  sizeBytes: number,
): QueuedMessage {
  const { from, facts } = claimed.message;
  const domain = domainOf(from);
  return {
    id,
    from: '',
    queuedAt: turn.endedAt,
    lifetimeEndsAt: turn.endedAt + retry.lifetimeMs,
    // The demand stays with what it was made for, as far as the way back allows (RFC 8689, Section 5).
    facts: { requireTls: facts.requireTls, tlsRequired: 'absent', report: 'none', sizeBytes, body, utf8 },
    ...{ origin: 'notice', ret: 'absent', envelopeId: null, receivedFrom: null, transport: null },
    lanes: { [domain]: laneOf({ from: '', transport: null, domain, attempt: 1 }) },
    recipients: [{ address: from, domain, notify: 'never', original: null }],
  };
}

/** Null: it cannot be read, or is not what was accepted; who sent it hears of it all the same. */
async function readHead({ bodies, claimed: { message }, onFault }: NoticeTask): Promise<Uint8Array | null> {
  try {
    return await ownHead(bodies.read(message.id), message);
  } catch (error) {
    onFault(`a notice about message ${message.id} goes without it: ${errorText(error)}`);
    return null;
  }
}
