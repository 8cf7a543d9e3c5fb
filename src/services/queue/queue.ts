import type { MessageSource } from '../../effects/ports.js';
import type { BodyStore, Doorbell, KeptOrder, QueuedEvent, QueueStore } from '../../effects/queue-stores.js';
import type { Engine } from '../../engine/engine.js';
import type { Notify, Ret } from '../../policy/dsn/index.js';
import type { Crowd } from '../../policy/queue/crowd.js';
import type { OperatorOrder, QueuedMessage, ShownMessage } from '../../policy/queue/message.js';
import type { OrderVerdict } from '../../policy/queue/operator-order.table.js';
import type { RetrySettings } from '../../policy/queue/settings.js';
import type { DoorbellState } from './doorkeeper.js';
import type { NoticeSender } from './notices.js';
import type { QueueOutcome } from './outcomes.js';
import type { QueuePlatform } from './platform.js';
import type { LaneOf } from './waiting-mail.js';

export interface QueueOptions extends NoticeSender {
  readonly engine: Pick<Engine, 'deliver' | 'lastLook'>;
  readonly store: QueueStore;
  readonly bodies: BodyStore;
  /** Default: eight attempts in sixteen hours. */
  readonly retry?: RetrySettings;
  readonly limits?: Partial<QueueLimits>;
  /** How long nothing is looked for where nothing is due, in milliseconds: other processes may put something in. Default: half a minute. */
  readonly lookEveryMs?: number;
  /**
   * Rings for other processes over the same store what this one cannot take up, and lets them ring for it. While it is heard, nothing is
   * looked for more often than each half minute. Default: none.
   */
  readonly doorbell?: Doorbell;
  /** Told when rings are heard, and why they are not. */
  readonly onDoorbell?: (state: DoorbellState) => void;
  /** How long what has ended can still be shown, in milliseconds. Default: seven days. */
  readonly keepEndedMs?: number;
  /** Milliseconds since 1970. Default: the platform's. */
  readonly clock?: () => number;
  /** Time that passes, and chance. Default: Node's. */
  readonly platform?: QueuePlatform;
  /** A domain with U-labels to A-labels, or "" where that cannot be done. Default: such domains are refused. */
  readonly toAscii?: (domain: string) => string;
  /** In which lane a message waits for a domain by the routes as they are now. Default: by its own transport. */
  readonly laneOf?: LaneOf;
  /** Who is to be told what of an outcome; it is kept with the outcome. Default: nobody. */
  readonly eventsOf?: (outcome: QueueOutcome) => readonly Pick<QueuedEvent, 'to' | 'event' | 'body'>[];
  /** Told when turns are being kept: what else is to be written then may share their transaction. */
  readonly onSettling?: () => void;
  /** Told of attempts that went back, because a server had all sessions open that it may. */
  readonly onCrowded?: (crowd: Crowd) => void;
  /** Told of faults of ours; the message waits all the same. */
  readonly onFault?: (message: string) => void;
}

/** What of a queue can be changed while it runs. */
export type QueueTuning = Pick<
  QueueOptions,
  'retry' | 'limits' | 'keepEndedMs' | 'postmaster' | 'reportingMta' | 'dkimKeys'
>;

export interface IntakeOptions {
  readonly store: Pick<QueueStore, 'accept' | 'whole'>;
  readonly bodies: Pick<BodyStore, 'keep' | 'whole'>;
  /** Default: five days. */
  readonly retry?: Pick<RetrySettings, 'lifetimeMs'>;
  /** Milliseconds since 1970. Default: the platform's. */
  readonly clock?: () => number;
  /** A domain with U-labels to A-labels, or "" where that cannot be done. Default: such domains are refused. */
  readonly toAscii?: (domain: string) => string;
  /** As for a queue. */
  readonly laneOf?: LaneOf;
  /** Time that passes. Default: Node's. */
  readonly platform?: Pick<QueuePlatform, 'elapsed'>;
}

/** How much goes on at once. */
export interface QueueLimits {
  /** Attempts. */
  readonly concurrency: number;
  /** Attempts to one domain, or to one relay. */
  readonly perDomain: number;
  /** Attempts in a minute to one domain, or to one relay, evenly spread. Default: as many as there are. */
  readonly perDomainPerMinute?: number | undefined;
}

/** A message to be queued. */
export interface MailToQueue {
  /** Letters, digits and "-", and unlike any other; default: one that is made up. */
  readonly id?: string;
  /** The reverse-path without angle brackets; "" is the null sender. */
  readonly from: string;
  readonly to: readonly (string | RecipientToQueue)[];
  /** The octets, with CRLF line ends; read once. */
  readonly content: MessageSource;
  /** What its octets and its envelope say; `readMessage` learns it, and so does the queue, where only these are given. */
  readonly facts: QueuedMessage['facts'] | Pick<QueuedMessage['facts'], 'requireTls' | 'report'>;
  readonly origin?: 'ordinary' | 'report';
  /** RET and ENVID, decoded (RFC 3461, Sections 4.3 and 4.4). */
  readonly ret?: Ret;
  readonly envelopeId?: string;
  /** Which host handed it in, by name. */
  readonly receivedFrom?: string;
  /** Whose it is, by the name that he logged in with; routes may ask for it. */
  readonly account?: string;
  readonly transport?: string;
}

export interface RecipientToQueue {
  readonly address: string;
  readonly notify?: Notify;
  /** ORCPT, `type;address`, decoded. */
  readonly original?: string;
}

/** Which messages are shown. */
export interface QueuePage {
  readonly after?: string | null;
  readonly messagesMax?: number;
  readonly ended?: 'no' | 'yes';
  readonly domain?: string;
}

/** The way into a queue. */
export interface Intake {
  /**
   * Keeps a message and resolves to its id once no crash can take it away. Rejects with a `MisuseError` for what is no address,
   * with what its content threw, and with an Error if the message cannot be kept.
   */
  enqueue(mail: MailToQueue): Promise<string>;
}

/** A queue: it keeps what it accepts, delivers it by the engine, and tells senders what became of it. */
export interface Queue extends Intake {
  /** Delivers what is due until the signal aborts; resolves when what was under way has ended. Rejects with a `MisuseError` alone. */
  run(signal: AbortSignal, options?: { readonly graceMs?: number }): Promise<void>;
  /** What becomes of messages, from now on, as soon as it is kept. */
  outcomes(): AsyncIterableIterator<QueueOutcome>;
  list(page?: QueuePage): Promise<readonly ShownMessage[]>;
  show(ids: readonly string[]): Promise<readonly ShownMessage[]>;
  /** What became of the order for each message, in order; see the table `operator-order`. */
  order(
    ids: readonly string[],
    order: OperatorOrder,
    actor: string,
  ): Promise<readonly (OrderVerdict | 'unknown')[]>;
  orders(id: string): Promise<readonly KeptOrder[]>;
  /** From now on these are used, also for what waits already; what is not named stays. Throws a `MisuseError`. */
  tune(tuning: Partial<QueueTuning>): void;
}
