/*
 * Everything the engine may ask of the world, one entry for each question; nothing else does I/O. Each question has
 * exactly one answer, and failure is one of the answers; that we stop waiting for it is another, the same for every
 * question (`Aborted`), so that it can never be taken for something that the world did. From this catalogue come the effects that machines emit, the
 * events that they receive, the adapters that a caller must bring, and the world that a simulation must play.
 */

import type { PeerFacts } from '../policy/certificate/facts.js';
import type { TlsaAnswer, TlsaRecord } from '../policy/dane/tlsa.js';
import type { AddressesAnswer, CnameAnswer, MxAnswer, TxtAnswer } from '../policy/dns/answer.js';
import type { HostInput, HostResult } from '../policy/host/types.js';
import type { CacheAnswer, FetchAnswer } from '../policy/mta-sts/fetch.js';
import type { CachedPolicy, FetchFailure } from '../policy/mta-sts/policy.js';
import type { AuthFailure } from '../policy/relay/auth.js';
import type { AuthMechanism, NamedSocks } from '../policy/relay/transport.js';
import type { TransactionDeadlines } from '../policy/settings.js';
import type { Lost, Reply } from '../policy/smtp/reply.js';

/** How long the answer may take, in milliseconds; then the answer is the question's own kind of timeout. */
interface Deadline {
  readonly deadlineMs: number;
}

/** A connection, numbered by the machine from 1 within its run; the interpreter alone knows the socket. */
interface InSession {
  readonly session: number;
}
interface Session extends InSession, Deadline {}

/** A lookup of one name: lower-case A-labels without a final dot. */
interface Lookup extends Deadline {
  readonly name: string;
}

export type { CacheAnswer, FetchAnswer };

export type ConnectAnswer =
  /** Only where the greeting comes under TLS. */
  | {
      readonly kind: 'connected';
      readonly localAddress: string;
      readonly address: string;
      /** Transactions that went over the connection before; absent: none. */
      readonly mails?: number;
    }
  | {
      readonly kind: 'greeted';
      readonly reply: Reply;
      readonly localAddress: string;
      /** The one of the question's addresses that the connection leads to. */
      readonly address: string;
      /** As above. */
      readonly mails?: number;
    }
  /** No address of the question could be connected to. `proxy`: the proxy could not be reached, or did not lead there; it says nothing of the host. */
  | {
      readonly kind: 'failed';
      readonly cause: 'refused' | 'timeout' | 'unreachable' | 'reset' | 'proxy' | 'other';
    }
  /** Connected to that address, and no greeting came. */
  | (Lost & { readonly address: string });

export type CommandAnswer = { readonly kind: 'replied'; readonly reply: Reply } | Lost;

export type StartTlsAnswer =
  | { readonly kind: 'replied'; readonly reply: Reply }
  /** Octets stood behind the reply in what was read with it (RFC 3207, Section 4; response injection). */
  | { readonly kind: 'injected'; readonly reply: Reply }
  | Lost;

/** How AUTH went. No secret, challenge or response stands in it. */
export type AuthAnswer =
  /** The last reply. `proof`: whether the server has shown that it knows the password (SCRAM); `none`: it has not, or it need not. */
  | { readonly kind: 'replied'; readonly reply: Reply; readonly proof: 'shown' | 'none' }
  /** We broke it off. `reply`: the last one that was heard, which is no challenge. */
  | { readonly kind: 'failed'; readonly cause: AuthFailure; readonly reply: Reply | null }
  | Lost;

export type HandshakeAnswer =
  | { readonly kind: 'established'; readonly protocol: string; readonly cipher: string }
  | {
      readonly kind: 'failed';
      readonly cause: 'alert' | 'closed' | 'reset' | 'timeout' | 'protocol';
      /** The library's own code, for logs and reports. */
      readonly code: string;
    };

/** What a server said to one transaction, stage by stage; null where the stage was not reached or not answered. */
export interface TransactionAnswer {
  readonly mail: Reply | null;
  /** One for each recipient of the question, in order. */
  readonly recipients: readonly (Reply | null)[];
  readonly data: Reply | null;
  /** The reply to the end of data. */
  readonly end: Reply | null;
  /** Why replies are missing; null if the dialogue ended in order. `aborted`: we stopped, and nobody else did. */
  readonly lost: Lost['cause'] | 'aborted' | null;
  /** There where the final dot was sent behind the message and no reply to it was heard: it may be taken all the same. */
  readonly dotSent?: 'yes';
  /** As of {@link Lost}. */
  readonly said?: string;
}

/** A fault of ours in a nested run: the message is deferred, loudly. */
export interface Fault {
  readonly kind: 'fault';
  readonly message: string;
}

export interface EffectCatalog {
  /** RFC 5321, Section 5.1. */
  readonly 'dns.mx': { readonly ask: Lookup; readonly answer: MxAnswer };
  /** RFC 8461, Section 3.1. */
  readonly 'dns.txt': { readonly ask: Lookup; readonly answer: TxtAnswer };
  /** A and AAAA side by side (RFC 3974). */
  readonly 'dns.addresses': { readonly ask: Lookup; readonly answer: AddressesAnswer };
  /** Whether the name itself is an alias, and whether that is secure (RFC 7672, Section 2.2.2). */
  readonly 'dns.cname': { readonly ask: Lookup; readonly answer: CnameAnswer };
  /** RFC 7672, Section 2.2.3; the name is complete, `_25._tcp.mx.example`. */
  readonly 'dns.tlsa': { readonly ask: Lookup; readonly answer: TlsaAnswer };
  /** As many independent uniform integers, 0 to 2^32 - 1. */
  readonly 'random.draw': {
    readonly ask: { readonly count: number };
    readonly answer: { readonly values: readonly number[] };
  };
  /** What is kept of a domain's MTA-STS policy; expiry is judged by policy. */
  readonly 'policy-cache.read': { readonly ask: { readonly domain: string }; readonly answer: CacheAnswer };
  readonly 'policy-cache.write': {
    readonly ask: {
      readonly domain: string;
      readonly change:
        | { readonly kind: 'store'; readonly entry: CachedPolicy }
        | { readonly kind: 'remember-failure'; readonly failure: FetchFailure };
    };
    /** `why`: for who keeps it; it changes nothing. */
    readonly answer: { readonly kind: 'written' | 'failed'; readonly why?: string };
  };
  /** RFC 8461, Section 3.3: GET https://HOST:PORT/.well-known/mta-sts.txt from one of the vetted addresses, in order. */
  readonly 'policy.fetch': {
    readonly ask: Deadline & {
      readonly host: string;
      readonly port: number;
      readonly addresses: readonly string[];
      readonly bytesMax: number;
    };
    readonly answer: FetchAnswer;
  };
  /** One whole host run; see the host machine. */
  readonly 'host.run': { readonly ask: { readonly input: HostInput }; readonly answer: HostResult | Fault };
  /**
   * Opens a TCP connection, for which each address has the deadline to itself, and reads the greeting. With an alternate, a
   * second connection is begun that long after the first, or as soon as the first has failed; the first to stand is used, the
   * other one is dropped before anything is read from it (RFC 8305, Section 5).
   */
  readonly 'smtp.connect': {
    readonly ask: Session & {
      readonly address: string;
      readonly port: number;
      /** How long the greeting may take once a connection stands, in milliseconds. */
      readonly greetingMs: number;
      readonly alternate: { readonly address: string; readonly afterMs: number } | null;
      /** The greeting comes under TLS (RFC 8314, Section 3.3), and is not waited for here; absent: it comes at once. */
      readonly greeting?: 'under-tls';
      /** Proxies to go through (RFC 1928), by address family; absent: none. */
      readonly socks?: NamedSocks;
      /** Nothing may have gone over the connection before; absent: one that was kept will do. */
      readonly fresh?: 'yes';
    };
    readonly answer: ConnectAnswer;
  };
  /** The greeting, where it comes under TLS. */
  readonly 'smtp.greeting': { readonly ask: Session; readonly answer: CommandAnswer };
  /** EHLO, or HELO where EHLO was refused (RFC 5321, Section 4.1.1.1). */
  readonly 'smtp.hello': {
    readonly ask: Session & { readonly verb: 'EHLO' | 'HELO'; readonly name: string };
    readonly answer: CommandAnswer;
  };
  /** The STARTTLS command and its reply (RFC 3207); no handshake yet. */
  readonly 'smtp.starttls': { readonly ask: Session; readonly answer: StartTlsAnswer };
  /** The TLS handshake, with that SNI or none; whoever answers is accepted here and judged by policy. */
  readonly 'tls.handshake': {
    readonly ask: Session & {
      readonly serverName: string | null;
      /** Behind those that RFC 9325 recommends, also what it advises against; absent: those alone. */
      readonly suites?: 'any';
    };
    readonly answer: HandshakeAnswer;
  };
  /** What the peer presented; `tlsa`: the records whose certificates and keys signatures are tried under. */
  readonly 'peer.inspect': {
    readonly ask: Session & { readonly tlsa: readonly TlsaRecord[] };
    readonly answer: PeerFacts;
  };
  /** AUTH (RFC 4954), up to its last reply. The adapter knows the password of the account, and does the cryptography. */
  readonly 'smtp.auth': {
    readonly ask: Session & {
      readonly mechanism: AuthMechanism;
      /** Whose password it is, by the name of the transport. */
      readonly account: string;
      readonly user: string;
      /** As the operator named it, for mechanisms that say it. */
      readonly host: string;
      readonly port: number;
      readonly binding: 'bound' | 'could-bind' | 'unbound';
    };
    readonly answer: AuthAnswer;
  };
  /** MAIL, RCPT, DATA and the message, pipelined if told so (RFC 2920). The interpreter holds the message. */
  readonly 'smtp.send': {
    readonly ask: InSession & {
      /** Each reply, and each block of the message, has a clock of its own. */
      readonly deadlines: TransactionDeadlines;
      readonly sender: string;
      /** Parameters of MAIL, each as `KEYWORD` or `KEYWORD=value`. */
      readonly parameters: readonly string[];
      readonly recipients: readonly string[];
      /** Parameters of RCPT, for each recipient in order; absent: none. */
      readonly recipientParameters?: readonly (readonly string[])[];
      readonly pipelining: 'yes' | 'no';
      /** A transaction before this one was not ended: RSET comes first (RFC 5321, Section 4.1.4). Absent: none was. */
      readonly reset?: 'yes';
    };
    readonly answer: TransactionAnswer;
  };
  /** QUIT, and the connection is closed whatever the server says. */
  readonly 'smtp.quit': { readonly ask: Session; readonly answer: { readonly kind: 'closed' } };
}

export type EffectName = keyof EffectCatalog;
export type AskOf<K extends EffectName> = EffectCatalog[K]['ask'];
export type AnswerOf<K extends EffectName> = EffectCatalog[K]['answer'];

/** When the attempt's own deadline ends the waiting, in milliseconds since 1970; `reach`: see the table `attempt-deadline`. */
export interface Until {
  readonly at: number;
  readonly reach: 'until-then' | 'until-sent';
}

/** What a machine emits. Without `until` the attempt has no deadline, or it does not end this question. */
export type Effect = {
  [K in EffectName]: { readonly type: K; readonly until?: Until } & AskOf<K>;
}[EffectName];

/** An effect with the number that its answer repeats; numbered in order of asking, from 1. */
export type Ask = Effect & { readonly id: number };

/** What a machine receives. `at`: when the answer was given, in milliseconds since 1970. */
export type AnsweredBy<K extends EffectName> = {
  readonly type: `${K}.answered`;
  readonly id: number;
  readonly at: number;
  readonly answer: AnswerOf<K>;
};

/**
 * We stopped waiting: the caller's signal aborted, or the attempt's deadline passed. It says nothing about whoever was asked.
 * Only `host.run` has always an answer of its own, and `smtp.send` once it has begun (`lost: 'aborted'`), because what was said
 * until then counts; `smtp.quit` is closed then.
 */
export interface Aborted {
  readonly type: 'aborted';
  readonly id: number;
  readonly at: number;
}

export type Answered = { [K in EffectName]: AnsweredBy<K> }[EffectName] | Aborted;
