/*
 * One host of a plan, for a mail system that makes the connection itself: it says what it saw, and hears what may be done next.
 * Every verdict is the next question of the attempt, which is the one that a delivery would have asked.
 */
import type { AnswerOf } from '../../effects/catalog.js';
import { MisuseError } from '../../effects/misuse.js';
import type { SessionEffect } from '../../effects/ports.js';
import type { SocketPorts } from '../../effects/socket-ports.js';
import type { AttemptInput, PlacedDecision } from '../../policy/attempt/types.js';
import type { HostEvidence } from '../../policy/explain/evidence.js';
import type { Strictness } from '../../policy/kernel/scale.js';
import { inOrder } from '../recipient-report.js';
import type { AttemptInHand, Pending } from './attempt-in-hand.js';
import { evidenceIn, type ForeseenHost } from './foresee.js';
import { isLost, type ReplyWords, readReply, readTransaction, type TransactionWords } from './words.js';

/** What a mail system saw of a connection before TLS, or instead of it. What is left out went well. */
export interface SeenInClear {
  /** The address that was connected to, where the socket does not tell, or tells a proxy's. Default: the next one of the plan. */
  readonly address?: string;
  readonly localAddress?: string;
  /** No connection came about: an error of the platform. */
  readonly connect?: unknown;
  readonly greeting?: ReplyWords;
  /** The reply to EHLO. */
  readonly ehlo?: ReplyWords;
  /** The reply to HELO, where EHLO was refused. */
  readonly helo?: ReplyWords;
  /** Instead of `ehlo`: whether STARTTLS was offered. */
  readonly offered?: boolean;
  /** The reply to STARTTLS. */
  readonly startTls?: ReplyWords;
  /** Octets stood behind that reply in what was read with it (RFC 3207, Section 4). */
  readonly injected?: boolean;
  /** Why the handshake failed: an error of the platform. */
  readonly handshake?: unknown;
}

/** What a mail system saw under TLS. */
export interface SeenUnderTls extends Pick<SeenInClear, 'address' | 'localAddress'> {
  /** The reply to the EHLO that was said under TLS. */
  readonly ehlo?: ReplyWords;
}

/** What may be done next. `because`: the decision that led to it. */
export type HostVerdict = { readonly because: PlacedDecision | null } & (
  | { readonly do: 'start-tls' }
  /** Say EHLO (or HELO), and tell what was said. */
  | { readonly do: 'hello'; readonly verb: 'EHLO' | 'HELO'; readonly name: string }
  /** Send, with these parameters of MAIL, to these recipients; behind a transaction: to those who were too many for it, on the same connection. */
  | {
      readonly do: 'send';
      readonly sender: string;
      readonly parameters: readonly string[];
      readonly recipients: readonly string[];
      readonly pipelining: boolean;
    }
  /** Leave, and connect to the same host again: for those who were too many, or (`cleartext`) without TLS, which did not work and is not demanded. */
  | { readonly do: 'connect'; readonly address: string; readonly port: number; readonly cleartext: boolean }
  /** Leave this host, and go to the next one. */
  | { readonly do: 'leave' }
  /** Leave, and finish: nobody is left to be served, or nowhere to be served. */
  | { readonly do: 'end' }
);

/** `Tls`: the options of the platform's function for TLS. */
export interface PlannedHost<Tls extends object = object> {
  readonly host: string;
  /** In the order to dial; empty if nobody may connect. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Whether it may be connected to at all. */
  readonly connect: boolean;
  /** What is demanded of a connection to it. */
  readonly strictness: Strictness;
  /** For `tls.connect`, beside the socket; a peer is judged by how it was asked, so use them as they are. */
  readonly tls: Tls;
  /** Whether mail may go in clear where STARTTLS is not offered. */
  readonly cleartextWithoutOffer: boolean;
  /** Whether mail may go in clear, over a new connection, where TLS was offered and did not work. */
  readonly cleartextRetry: boolean;
  /** Why. */
  readonly decisions: readonly PlacedDecision[];
  /** What was seen before TLS, or instead of it: where STARTTLS is missing or refused, or the handshake fails, or nobody answers. */
  judgeStartTls(seen: SeenInClear): Promise<HostVerdict>;
  /**
   * Who answered. `socket`: made with `tls`, right after the handshake. Without `ehlo` the verdict of a good peer is to say EHLO
   * again and to tell it to {@link judgeHello}, because only then it is known whether the message may be sent.
   */
  judge(socket: object, seen?: SeenUnderTls): Promise<HostVerdict>;
  /** The reply to a hello that was to be said. */
  judgeHello(reply: ReplyWords): Promise<HostVerdict>;
  /** What came of the transaction that was to be begun. */
  sent(replies: TransactionWords): Promise<HostVerdict>;
}

interface Desk {
  readonly attempt: AttemptInHand;
  readonly input: AttemptInput;
  readonly sockets: SocketPorts;
}

/** A host of a plan; `run`: its place in the order of hosts. */
export function plannedHost(foreseen: ForeseenHost, run: number, desk: Desk): PlannedHost {
  const { host, port, addresses, plan, decisions } = foreseen;
  const session = new HostInHand(foreseen, run, desk);
  return {
    host,
    port,
    addresses,
    connect: addresses.length > 0,
    strictness: plan?.strictness ?? 'unreachable',
    tls: desk.sockets.tlsOptions(plan?.serverName ?? null),
    cleartextWithoutOffer: plan?.strictness === 'opportunistic',
    cleartextRetry: plan?.cleartextRetry === 'allowed',
    decisions,
    judgeStartTls: (seen) => session.judgeStartTls(seen),
    judge: (socket, seen) => session.judge(socket, seen),
    judgeHello: (reply) => session.judgeHello(reply),
    sent: (replies) => session.sent(replies),
  };
}

const GREETING = { code: 220, lines: ['(not told)'] };
const READY = { code: 220, lines: ['(not told)'] };
const OFFERS = { code: 250, lines: ['(not told)', 'STARTTLS'] };
const OFFERS_NOTHING = { code: 250, lines: ['(not told)'] };

class HostInHand {
  readonly #foreseen: ForeseenHost;
  readonly #run: number;
  readonly #desk: Desk;

  constructor(foreseen: ForeseenHost, run: number, desk: Desk) {
    this.#foreseen = foreseen;
    this.#run = run;
    this.#desk = desk;
  }

  async judgeStartTls(seen: SeenInClear): Promise<HostVerdict> {
    let pending: Pending | null = await this.#arrive(seen);
    if (pending?.ask.type === 'smtp.connect') {
      pending = await this.#connected(pending, seen);
      // A greeting that never came, or was none, leads to another address or away.
      if (!this.#isHere(pending) || pending.ask.type !== 'smtp.hello') return this.#verdict(pending);
      pending = await this.#hello(seen.ehlo ?? offerOf(seen));
      if (this.#isHere(pending) && pending.ask.type === 'smtp.hello' && seen.helo !== undefined)
        pending = await this.#hello(seen.helo);
    }
    if (this.#isHere(pending) && pending.ask.type === 'smtp.starttls' && tellsOfStartTls(seen)) {
      pending = await this.#startTls(seen);
      if (this.#isHere(pending) && pending.ask.type === 'tls.handshake' && seen.handshake !== undefined)
        pending = await this.#give<'tls.handshake'>(this.#sockets.handshakeFailure(seen.handshake));
    }
    return this.#verdict(pending);
  }

  async judge(socket: object, seen: SeenUnderTls = {}): Promise<HostVerdict> {
    const shown = this.#sockets.shownBy(socket);
    if (shown === null)
      throw this.#misuse(
        "judge takes a TLS socket, made with the host's tls options, whose handshake is over",
      );
    const address = seen.address ?? shown.address;
    let pending: Pending | null = await this.#arrive({ ...seen, address });
    if (pending === null) return this.#verdict(null);
    if (pending.ask.type === 'smtp.connect') {
      if (this.#standing().channel === 'cleartext-retry')
        throw this.#misuse(`TLS with ${pending.host} was tried before, and did not work`);
      pending = await this.#connected(pending, { localAddress: shown.localAddress, ...seen, address });
      if (this.#isHere(pending) && pending.ask.type === 'smtp.hello') pending = await this.#hello(OFFERS);
    }
    if (pending?.ask.type === 'smtp.starttls') pending = await this.#startTls({});
    if (pending?.ask.type !== 'tls.handshake')
      throw this.#misuse('TLS does not come next here: what was told of this host led another way');
    pending = await this.#give<'tls.handshake'>(shown.handshake);
    if (!this.#isHere(pending) || pending.ask.type !== 'peer.inspect') return this.#verdict(pending);
    pending = await this.#give<'peer.inspect'>(await shown.inspect(pending.ask.tlsa));
    if (seen.ehlo === undefined || !this.#isHere(pending) || pending.ask.type !== 'smtp.hello')
      return this.#verdict(pending);
    return this.judgeHello(seen.ehlo);
  }

  async judgeHello(reply: ReplyWords): Promise<HostVerdict> {
    await this.#expect('smtp.hello', 'a hello is not to be said now');
    return this.#verdict(await this.#hello(reply));
  }

  async sent(replies: TransactionWords): Promise<HostVerdict> {
    const { ask } = await this.#expect('smtp.send', 'nothing was to be sent to this host now');
    return this.#verdict(
      await this.#give<'smtp.send'>(
        readTransaction(replies, ask as { recipients: readonly string[] }, this.#sockets),
      ),
    );
  }

  get #sockets(): SocketPorts {
    return this.#desk.sockets;
  }

  #isHere(pending: Pending | null): pending is Pending {
    return pending !== null && pending.run === this.#run;
  }

  /** To the question that waits at this host. Hosts and addresses that were passed over count as not reached. Null: the attempt is over. */
  async #arrive({ address }: SeenInClear): Promise<Pending | null> {
    let pending = await this.#desk.attempt.pending();
    while (pending !== null && pending.run <= this.#run) {
      const isHere = pending.run === this.#run;
      if (pending.ask.type !== 'smtp.connect') {
        if (isHere) return pending;
        throw this.#misuse(`the session with ${pending.host} is not over; tell how it ended first`);
      }
      if (isHere && this.#isMeant(pending.ask, address)) return pending;
      pending = await this.#give<'smtp.connect'>({ kind: 'failed', cause: 'other' });
    }
    if (pending === null) return null;
    throw this.#misuse(`${this.#foreseen.host} was left before, and ${pending.host} comes next`);
  }

  /** Whether the connection is the one that is asked for; throws for one that no longer, or never, is. */
  #isMeant(ask: Extract<Pending['ask'], { type: 'smtp.connect' }>, address: string | undefined): boolean {
    if (address === undefined || ask.address === address || ask.alternate?.address === address) return true;
    const { addresses, host } = this.#foreseen;
    if (addresses.indexOf(address) > addresses.indexOf(ask.address)) return false;
    throw this.#misuse(
      addresses.includes(address)
        ? `${address} of ${host} was tried before`
        : `${address} is no address of ${host}; tell the one that was meant as address`,
    );
  }

  #connected({ ask }: Pending, seen: SeenInClear): Promise<Pending | null> {
    if (ask.type !== 'smtp.connect') throw this.#misuse('the connection stands already');
    if (seen.connect !== undefined)
      return this.#give<'smtp.connect'>({ kind: 'failed', cause: this.#sockets.connectCause(seen.connect) });
    const address = seen.address ?? ask.address;
    const heard = readReply(seen.greeting ?? GREETING, this.#sockets);
    return this.#give<'smtp.connect'>(
      isLost(heard)
        ? { ...heard, address }
        : { kind: 'greeted', reply: heard, localAddress: seen.localAddress ?? '', address },
    );
  }

  #hello(words: ReplyWords): Promise<Pending | null> {
    const heard = readReply(words, this.#sockets);
    return this.#give<'smtp.hello'>(isLost(heard) ? heard : { kind: 'replied', reply: heard });
  }

  #startTls(seen: Pick<SeenInClear, 'startTls' | 'injected'>): Promise<Pending | null> {
    const heard = readReply(seen.startTls ?? READY, this.#sockets);
    if (isLost(heard)) return this.#give<'smtp.starttls'>(heard);
    return this.#give<'smtp.starttls'>({
      kind: seen.injected === true ? 'injected' : 'replied',
      reply: heard,
    });
  }

  /** Answers, and says what comes next; a farewell needs no answer. */
  async #give<K extends SessionEffect>(answer: AnswerOf<K>): Promise<Pending | null> {
    const pending = await this.#desk.attempt.give<K>(answer);
    if (pending?.ask.type !== 'smtp.quit') return pending;
    return this.#desk.attempt.give<'smtp.quit'>({ kind: 'closed' });
  }

  async #expect(type: SessionEffect, otherwise: string): Promise<Pending> {
    const pending = await this.#desk.attempt.pending();
    if (!this.#isHere(pending) || pending.ask.type !== type) throw this.#misuse(otherwise);
    return pending;
  }

  #verdict(pending: Pending | null): HostVerdict {
    const { because, channel } = this.#standing();
    if (pending === null) return { do: 'end', because };
    if (!this.#isHere(pending)) return { do: 'leave', because };
    const { ask } = pending;
    switch (ask.type) {
      case 'smtp.connect':
        return {
          ...{ do: 'connect', address: ask.address, port: ask.port, because },
          cleartext: channel === 'cleartext-retry',
        };
      case 'smtp.hello':
        return { do: 'hello', verb: ask.verb, name: ask.name, because };
      case 'smtp.send': {
        const { sender, parameters, recipients, pipelining } = ask;
        return { do: 'send', sender, parameters, recipients, pipelining: pipelining === 'yes', because };
      }
      // The last two are asked of relays, which no plan goes to.
      case 'smtp.starttls':
      case 'tls.handshake':
      case 'peer.inspect':
      case 'smtp.greeting':
      case 'smtp.auth':
        return { do: 'start-tls', because };
      case 'smtp.quit':
        return { do: 'leave', because };
    }
  }

  /** What was decided last about this host, and over which kind of connection it is. */
  #standing(): { readonly because: PlacedDecision | null; readonly channel: HostEvidence['channel'] } {
    const { attempt, input } = this.#desk;
    const { host } = this.#foreseen;
    const known = evidenceIn({ input, places: [], entries: attempt.entries, result: null });
    const last = known.findLast(({ input: { candidate } }) => candidate.host === host);
    const decision = last?.decisions.at(-1);
    return {
      because: decision === undefined ? null : inOrder({ ...decision, mx: host }),
      channel: last?.channel ?? 'first',
    };
  }

  #misuse(message: string): MisuseError {
    return new MisuseError('WAXSEAL_OUT_OF_TURN', message);
  }
}

function offerOf({ offered, startTls, handshake }: SeenInClear): ReplyWords {
  const isOffered = offered ?? (startTls !== undefined || handshake !== undefined);
  return isOffered ? OFFERS : OFFERS_NOTHING;
}

function tellsOfStartTls({ startTls, handshake, injected }: SeenInClear): boolean {
  return startTls !== undefined || handshake !== undefined || injected === true;
}
