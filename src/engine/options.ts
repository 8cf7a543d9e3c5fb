/** What an engine is made with, and what is asked of it. */
import type { JournalEntry } from '../effects/journal.js';
import type { Adapters, GoesBack, MessageSource } from '../effects/ports.js';
import type { SocketPorts } from '../effects/socket-ports.js';
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import type { DsnRequest } from '../policy/dsn/request.js';
import type { Patience } from '../policy/mta-sts/last-look.js';
import type { Route } from '../policy/relay/route.js';
import type { Transports } from '../policy/relay/transport.js';
import type { MessageFacts } from '../policy/require-tls/message.js';
import type { Settings } from '../policy/settings.js';
import type { RecipientReport } from './recipient-report.js';
import type { SignalMemory } from './signal-memory.js';

export interface EngineOptions {
  readonly adapters: Adapters;
  /** For plans: what the sockets of a mail system need, and show. Default: a plan can only be gone through turn by turn. */
  readonly sockets?: SocketPorts;
  /** Default: the profile `rfc`. */
  readonly settings?: Settings;
  /** Ways that mail may take, by name, beside `direct`. Default: none. */
  readonly transports?: Transports;
  /** Which mail takes which of them; the first that speaks of it counts. Default: all is direct. */
  readonly routes?: readonly Route[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Waits so many milliseconds, or until the signal aborts; never rejects. Without it there can be no `deadlineMs`. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /**
   * How long the attempts at a message may take as a whole, in milliseconds (table `attempt-deadline`): what is not decided by then
   * waits. Default: as long as the answers take, each of which has a deadline of its own.
   */
  readonly deadlineMs?: number;
  /** Destinations of a message that are attempted side by side. Default 16. */
  readonly destinationsAtOnceMax?: number;
  /** A domain with U-labels to A-labels, or "" where that cannot be done. Default: such domains are refused. */
  readonly toAscii?: (domain: string) => string;
  /**
   * Told of faults of ours, by which a message is deferred, and of a store that does not read or keep: of that once an hour, however
   * much mail waits for it.
   */
  readonly onFault?: (message: string) => void;
  /**
   * Told of every attempt to deliver, before its message is answered for; the engine waits for it, and its failures change
   * nothing. This is where tallies for TLS reports are kept. `endedAt`: milliseconds since 1970.
   */
  readonly onAttempt?: (result: AttemptResult, endedAt: number) => Promise<void>;
  /**
   * When relays were last refused to know us, in milliseconds since 1970, by the name of their transport: given on by an engine to the one
   * that takes its place, so that an account is not tried again at once. Default: nothing is known.
   */
  readonly relayRefusals?: Map<string, number>;
  /** Where it is kept what recipient domains were seen to support (`engine.signals`); no mail waits for it. Default: nowhere. */
  readonly signals?: SignalMemory;
}

/** A message to be sent. */
export interface OutboundMail {
  /** The reverse-path without angle brackets; "" is the null sender. */
  readonly from: string;
  /** Forward-paths without angle brackets, at least one. */
  readonly to: readonly string[];
  /** The octets, with CRLF line ends; read once for each server that takes it. */
  readonly content: MessageSource;
  readonly facts: Omit<MessageFacts, 'sender'>;
  /** What the sender asked for about notices (RFC 3461), for each recipient of `to` in order; default: nothing. */
  readonly dsn?: DsnRequest;
}

/** Of a message that is not there; what is left out is as of a plain one from postmaster. */
export interface LookedAt {
  readonly from?: string;
  readonly facts?: Partial<OutboundMail['facts']>;
}

export interface AttemptOptions {
  /** The name of the transport that the message is to take; default: as the routes say. */
  readonly transport?: string;
  /** Who handed it in, by name, for routes. */
  readonly account?: string;
  /** 1 for the first attempt. */
  readonly attempt?: number;
  /** Of the earlier attempts at this message; see `DeliveryResult.dialled`. */
  readonly dialled?: AttemptInput['dialled'];
  readonly signal?: AbortSignal;
  /** Of this call; default: the engine's. */
  readonly deadlineMs?: number;
  /** Whose mail it is, up to 255 characters: what is seen of the recipients' domains is told to no other (`engine.signals`). Default "". */
  readonly scope?: string;
  /** Told when a question is asked or answered, for showing progress. Destinations take turns, and each numbers its own questions. */
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Told what became of a recipient as soon as it is known, whatever others still wait for, and its place in `to`, from 0. */
  readonly onResult?: (report: RecipientReport, place: number) => void;
  /** Handed to `smtp.session`, for adapters that limit sessions: the attempt is broken off where it would wait for one for long. Default: it waits as long as it may take. */
  readonly goesBack?: GoesBack;
}

/** Of a last look, which is an attempt at a policy alone. */
export interface LastLookOptions extends AttemptOptions {
  /** Default: left. */
  readonly patience?: Patience;
}

/** A message that somebody else sends. What is left out is as of a plain message, to postmaster. */
export interface PlanFacts extends Partial<OutboundMail['facts']> {
  readonly from?: string;
  /** Recipients, all of them at the domain. */
  readonly to?: readonly string[];
}
