import type {
  AuthAnswer,
  CommandAnswer,
  ConnectAnswer,
  HandshakeAnswer,
  StartTlsAnswer,
} from '../effects/catalog.js';
import type { StopMoment } from '../policy/attempt/stop.table.js';
import type { PeerFacts } from '../policy/certificate/facts.js';
import type { TlsaKnowledge } from '../policy/dane/tlsa-knowledge.js';
import type { AddressesAnswer, CnameAnswer } from '../policy/dns/answer.js';
import type { HostEvidence } from '../policy/explain/evidence.js';
import type { AddressKnowledge } from '../policy/host/addresses.js';
import type { PeerJudgement } from '../policy/host/authenticate.js';
import type { HostPlan } from '../policy/host/plan.js';
import type { TransactionReplies } from '../policy/host/transaction.js';
import type {
  Authentication,
  HandedOn,
  HostInput,
  HostResult,
  RecipientState,
  RequireTlsFailure,
  TlsFacts,
} from '../policy/host/types.js';
import type { Decision } from '../policy/kernel/table.js';
import type { OperatorDemand } from '../policy/local/destination.js';
import { ruleFor, stricterDemand } from '../policy/local/destination.js';
import { demandOf } from '../policy/relay/session.js';
import type { AuthMechanism } from '../policy/relay/transport.js';
import type { MessageKind } from '../policy/require-tls/message-kind.table.js';
import { judgeMessage } from '../policy/require-tls/message-kind.table.js';
import type { Keywords } from '../policy/smtp/ehlo.js';
import { NO_KEYWORDS } from '../policy/smtp/ehlo.js';
import type { Reply } from '../policy/smtp/reply.js';
import type { SessionEnd } from '../policy/tls-report/report.tables.js';

/** How far the reported session came; see the table `session-report`. */
export interface ReportedSession {
  readonly ended: SessionEnd;
  readonly code: string;
  readonly ip: string | null;
  readonly localAddress?: string;
}

/** How a host run ended before or without a transaction; see `HostResult`. */
export interface HostEnd {
  readonly failure: RequireTlsFailure | null;
  /** How every recipient stands. */
  readonly state: RecipientState;
}

/** Of the connection over which the message was taken last. */
export type Served = Pick<HostResult, 'ip' | 'tls' | 'authentication' | 'cleartextRetry' | 'handedOn'>;

/** What a judgement sends the machine to, besides the usual next step. */
export type HostNext =
  | 'go-on'
  | 'learn-alias'
  | 'ask-tlsa'
  | 'connect'
  | 'leave'
  | 'say-helo'
  | 'start-tls'
  | 'shake-hands'
  | 'inspect'
  | 'hear-greeting'
  | 'authenticate'
  | 'send';

/** What the host machine knows. Answers first, then what was made of them. */
export interface HostContext extends HostEvidence {
  readonly input: HostInput;
  /** The latest time an answer carried, in milliseconds since 1970. */
  readonly now: number;
  readonly message: MessageKind;
  readonly operator: OperatorDemand;

  readonly addressAnswer: AddressesAnswer | null;
  readonly aliasAnswer: CnameAnswer | null;
  readonly addressKnowledge: AddressKnowledge | null;
  /** Vetted, in the order to dial; where two were raced, in the order in which they were dialled or lost the race. */
  readonly addresses: readonly string[];
  /** Below which names TLSA records are still to be looked for. */
  readonly tlsaBases: readonly string[];
  readonly tlsa: TlsaKnowledge;
  readonly plan: HostPlan | null;

  /** Number of the connection, from 1. */
  readonly session: number;
  readonly address: number;
  readonly channel: 'first' | 'cleartext-retry';
  readonly helloVerb: 'EHLO' | 'HELO';
  readonly connection: ConnectAnswer | null;
  readonly hello: CommandAnswer | null;
  readonly startTls: StartTlsAnswer | null;
  readonly handshake: HandshakeAnswer | null;
  readonly peerFacts: PeerFacts | null;
  readonly peer: PeerJudgement | null;
  /** That was chosen; null: none was, or AUTH was not judged. */
  readonly mechanism: AuthMechanism | null;
  readonly auth: AuthAnswer | null;
  /** Of the EHLO reply that counts. */
  readonly keywords: Keywords;
  readonly requireTls: 'yes' | 'no';
  /** Null: nothing is asked for about notices, or it was not judged. */
  readonly handedOn: HandedOn | null;
  /** The latest, with a reply for each recipient of the run: what is not named in it has that of an earlier one. */
  readonly transaction: TransactionReplies | null;
  /** Who is named in it, by place. */
  readonly named: readonly number[];
  /** MAIL commands on this connection, and transactions in this run, so far. */
  readonly mails: number;
  readonly transactions: number;
  /** Whether only a connection that nothing went over will do. */
  readonly fresh: 'yes' | 'no';
  /** Null: nobody has been served yet. */
  readonly served: Served | null;
  /** What was under way when we stopped; null: nobody did. */
  readonly stoppedDuring: StopMoment | null;

  readonly localAddress: string;
  readonly lastReply: Reply | null;
  readonly tls: TlsFacts | null;
  readonly authentication: Authentication;
  readonly dialled: readonly string[];
  /** How the first connection that got that far fared, for the report; null until it is decided. */
  readonly reported: ReportedSession | null;

  readonly next: HostNext;
  /** What comes behind `leaving`: the end, or another connection. */
  readonly behind: 'end' | 'connect';
  readonly end: HostEnd | null;
  readonly states: readonly (RecipientState | null)[] | null;
  readonly decisions: readonly Decision[];
}

/** A run before its first question. Total: XState calls it once without an input. */
export function startHost(input: HostInput | undefined): HostContext {
  const message = input && judgeMessage(input.message, input.settings.tlsRequiredNo);
  const rule = input && ruleFor(input.destination, input.settings.destinations, input.startedAt);
  return {
    input: input as HostInput,
    now: input?.startedAt ?? 0,
    message: message?.verdict ?? 'ordinary',
    operator: stricterDemand(
      rule?.demand ?? 'none',
      input?.relay === undefined ? 'none' : demandOf(input.relay),
    ),
    addressAnswer: null,
    aliasAnswer: null,
    addressKnowledge: null,
    addresses: [],
    tlsaBases: [],
    tlsa: { kind: 'not-applicable' },
    plan: null,
    session: 0,
    address: 0,
    channel: 'first',
    helloVerb: 'EHLO',
    connection: null,
    hello: null,
    startTls: null,
    handshake: null,
    peerFacts: null,
    peer: null,
    mechanism: null,
    auth: null,
    keywords: NO_KEYWORDS,
    requireTls: 'no',
    handedOn: null,
    transaction: null,
    named: [],
    mails: 0,
    transactions: 0,
    fresh: 'no',
    served: null,
    stoppedDuring: null,
    localAddress: '',
    lastReply: null,
    tls: null,
    authentication: 'none',
    dialled: [],
    reported: null,
    next: 'go-on',
    behind: 'end',
    end: null,
    states: null,
    decisions: [],
  };
}

/** The address that is dialled side by side with the present one, or null. A retry in clear goes to one address only. */
export function rivalOf({ input, channel, addresses, address }: HostContext): string | null {
  if (input.settings.addressRacing === 'off' || channel !== 'first') return null;
  return addresses[address + 1] ?? null;
}

/** A copy, field by field: spreading an object of this size costs five times as much, and copying is most of a step. */
export function copyHost(run: HostContext): HostContext {
  return {
    input: run.input,
    now: run.now,
    message: run.message,
    operator: run.operator,
    addressAnswer: run.addressAnswer,
    aliasAnswer: run.aliasAnswer,
    addressKnowledge: run.addressKnowledge,
    addresses: run.addresses,
    tlsaBases: run.tlsaBases,
    tlsa: run.tlsa,
    plan: run.plan,
    session: run.session,
    address: run.address,
    channel: run.channel,
    helloVerb: run.helloVerb,
    connection: run.connection,
    hello: run.hello,
    startTls: run.startTls,
    handshake: run.handshake,
    peerFacts: run.peerFacts,
    peer: run.peer,
    mechanism: run.mechanism,
    auth: run.auth,
    keywords: run.keywords,
    requireTls: run.requireTls,
    handedOn: run.handedOn,
    transaction: run.transaction,
    named: run.named,
    mails: run.mails,
    transactions: run.transactions,
    fresh: run.fresh,
    served: run.served,
    stoppedDuring: run.stoppedDuring,
    localAddress: run.localAddress,
    lastReply: run.lastReply,
    tls: run.tls,
    authentication: run.authentication,
    dialled: run.dialled,
    reported: run.reported,
    next: run.next,
    behind: run.behind,
    end: run.end,
    states: run.states,
    decisions: run.decisions,
  };
}
