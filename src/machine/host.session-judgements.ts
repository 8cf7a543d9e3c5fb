/*
 * The judgements of the host machine on a connection, one for each judging state, in the order of a session: each puts what
 * is known to a table of src/policy and notes the decision, where it leads (`next`), and, if this is the end, how it
 * ended.
 */
import type { AuthAnswer, ConnectAnswer } from '../effects/catalog.js';
import { stopped } from '../policy/attempt/stop.table.js';
import { dsnHandOn } from '../policy/dsn/hand-on.table.js';
import { asksForNotices } from '../policy/dsn/request.js';
import { withRivalNext } from '../policy/host/addresses.js';
import { judgePeer as authenticatePeer } from '../policy/host/authenticate.js';
import { type Exchange, exchangeOf, failedExchange, NO_EXCHANGE } from '../policy/host/exchange.js';
import {
  judgeNextTransaction,
  judgeUsedConnection,
  namedNext,
  tooMany,
} from '../policy/host/next-transaction.js';
import {
  connectionOutcome,
  messageFit,
  startTls as startTlsTable,
  tlsOutcome,
} from '../policy/host/session.tables.js';
import { classifyTlsStart, isReadyForTls } from '../policy/host/tls-start.js';
import {
  judgeTransaction as judgeReplies,
  judgeReply,
  type ReplyFacts,
  stateOf,
} from '../policy/host/transaction.js';
import type { RecipientState } from '../policy/host/types.js';
import { type Decision, decide } from '../policy/kernel/table.js';
import { authOutcome, authStep } from '../policy/relay/auth.tables.js';
import { chooseMechanism, provesBoth } from '../policy/relay/session.js';
import { requireTlsKeyword } from '../policy/require-tls/keyword.table.js';
import { keywordsOf, sizeLimitOf } from '../policy/smtp/ehlo.js';
import { limitsOf } from '../policy/smtp/limits.js';
import type { Lost, Reply } from '../policy/smtp/reply.js';
import { classOf } from '../policy/smtp/reply.js';
import type { HostContext, HostEnd } from './host.context.js';
import { all, endOf, having, type Judged, leave, note, waitingPlaces } from './host.judged.js';
import { servedBy } from './host.result.js';

export function openSession(context: HostContext): Judged {
  const { addresses, address, input } = context;
  return {
    session: context.session + 1,
    addresses: input.settings.addressRacing === 'on' ? withRivalNext(addresses, address) : addresses,
    next: 'go-on',
    behind: 'end',
    end: null,
  };
}

export function judgeConnection(context: HostContext): Judged {
  const connection = context.connection!;
  const decision = decide(connectionOutcome, {
    outcome: connection.kind,
    channel: context.channel,
    addresses: context.address + 1 < context.addresses.length ? 'left' : 'none',
  });
  const noted = note(context, decision);
  const isOpen = connection.kind === 'lost';
  switch (decision.verdict) {
    case 'go-on':
      return connection.kind === 'connected'
        ? { ...noted, next: 'shake-hands' }
        : judgeStep(having(context, noted), 'greeting');
    case 'next-address':
      return {
        ...noted,
        address: context.address + 1,
        next: isOpen ? 'leave' : 'connect',
        behind: 'connect',
      };
    case 'next-host': {
      const exchange = connectionExchange(connection);
      const end = endOf(isOpen ? 'connection-lost' : 'connection-failed', 'temporary', decision, exchange);
      return isOpen ? leave(noted, end) : { ...noted, end };
    }
  }
}

export function judgeHello(context: HostContext): Judged {
  const judged = judgeStep(context, context.helloVerb === 'EHLO' ? 'ehlo' : 'hello');
  if (judged.next !== 'go-on') return judged;
  const after = having(context, judged);
  const isFirst = context.channel === 'first';
  const decision = decide(startTlsTable, {
    channel: context.input.relay?.tls === 'none' ? 'in-clear' : context.channel,
    offered: after.keywords.has('STARTTLS') ? 'offered' : 'not-offered',
    strictness: context.plan!.strictness,
  });
  const noted = { ...judged, ...note(after, decision) };
  switch (decision.verdict) {
    case 'start':
      return { ...noted, next: 'start-tls' };
    case 'stay-in-clear':
      return { ...noted, ...(isFirst ? report(context, 'not-offered', '') : {}), next: 'go-on' };
    case 'give-up':
      return {
        ...noted,
        ...report(context, 'not-offered', ''),
        ...leave(noted, endOf('policy', 'definitive', decision)),
      };
  }
}

export function judgeStartTls(context: HostContext): Judged {
  return { next: isReadyForTls(context.startTls) ? 'shake-hands' : 'go-on' };
}

export function judgeTlsOutcome(context: HostContext): Judged {
  const { outcome, ended, code } = classifyTlsStart(context);
  const decision = decide(tlsOutcome, { outcome, cleartextRetry: context.plan!.cleartextRetry });
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'inspect':
      return { ...noted, ...report(context, ended, code), next: 'inspect' };
    case 'retry-in-clear':
      return {
        ...noted,
        ...report(context, ended, code),
        tls: null,
        channel: 'cleartext-retry',
        next: 'leave',
        behind: 'connect',
      };
    case 'give-up':
    case 'give-up-for-now': {
      const failure = decision.verdict === 'give-up' ? 'definitive' : 'temporary';
      const end = endOf('policy', failure, decision, tlsExchange(context));
      return { ...report(context, ended, code), tls: null, ...leave(noted, end) };
    }
  }
}

export function judgePeer(context: HostContext): Judged {
  const { input } = context;
  const peer = authenticatePeer(
    context.plan!,
    context.peerFacts!,
    context.tlsa.kind === 'present' ? context.tlsa.records : [],
    input.candidate.host,
    context.now,
  );
  const noted = { peer, ...note(context, peer.decision) };
  const { verdict } = peer.decision;
  if (verdict === 'refuse' || verdict === 'refuse-for-now') {
    const end = endOf('policy', verdict === 'refuse' ? 'definitive' : 'temporary', peer.decision);
    return { ...noted, ...leave(noted, end) };
  }
  const next = context.connection?.kind === 'connected' ? 'hear-greeting' : 'go-on';
  return { ...noted, authentication: verdict, helloVerb: 'EHLO', next };
}

export function judgeHelloAgain(context: HostContext): Judged {
  const isAlert = context.hello?.kind === 'lost' && context.hello.cause === 'tls-alert';
  return isAlert ? { ...judgeTlsOutcome(context), authentication: 'none' } : judgeStep(context, 'hello');
}

export function judgeGreeting(context: HostContext): Judged {
  return judgeStep(context, 'greeting');
}

/** Only a relay that the operator named is told who we are. */
export function judgeAuth(context: HostContext): Judged {
  const { relay } = context.input;
  if (relay === undefined) return { next: 'go-on' };
  const session =
    context.tls === null ? 'clear' : context.authentication === 'none' ? 'unverified' : 'verified';
  const choice =
    relay.user === undefined
      ? { mechanism: null, decisions: [] }
      : chooseMechanism(relay, context.keywords, session);
  const step = decide(authStep, {
    user: relay.user === undefined ? 'none' : 'named',
    mechanism: choice.mechanism === null ? 'none' : 'found',
  });
  const noted = note(context, ...choice.decisions, step);
  switch (step.verdict) {
    case 'go-on':
      return { ...noted, next: 'go-on' };
    case 'authenticate':
      return { ...noted, mechanism: choice.mechanism, next: 'authenticate' };
    case 'wait':
      return { ...noted, ...leave(noted, endOf('authentication', 'temporary', step)) };
  }
}

export function judgeAuthAnswer(context: HostContext): Judged {
  const auth = context.auth!;
  const decision = decide(authOutcome, {
    answer: authWord(auth),
    proof:
      auth.kind === 'replied' && auth.proof === 'shown'
        ? 'shown'
        : provesBoth(context.mechanism!)
          ? 'missing'
          : 'not-due',
  });
  const noted = note(context, decision);
  const exchange = auth.kind === 'failed' ? NO_EXCHANGE : exchangeOf('AUTH', auth);
  switch (decision.verdict) {
    case 'go-on':
      return { ...noted, next: 'go-on' };
    case 'wait':
      return leave(noted, { failure: 'temporary', state: stateOf('next-host', exchange, decision) });
    case 'wait-for-operator':
      return leave(noted, endOf('authentication', 'temporary', decision, exchange));
  }
}

function authWord(auth: AuthAnswer) {
  if (auth.kind !== 'replied') return auth.kind;
  switch (classOf(auth.reply)) {
    case '2yz':
      return 'accepted';
    case '5yz':
      return 'refused';
    default:
      return 'refused-for-now';
  }
}

export function judgeMessage(context: HostContext): Judged {
  const { message, purpose, settings } = context.input;
  const keyword = decide(requireTlsKeyword, {
    message: context.message,
    tls: context.tls === null ? 'no' : 'yes',
    keyword: context.keywords.has('REQUIRETLS') ? 'offered' : 'missing',
  });
  const noted = note(context, keyword);
  if (keyword.verdict === 'give-up') {
    const failure = context.tls === null ? 'temporary' : 'keyword-missing';
    return leave(noted, endOf('policy', failure, keyword));
  }
  const limit = sizeLimitOf(context.keywords);
  const fit = decide(messageFit, {
    size: limit !== null && message.sizeBytes > limit ? 'too-large' : 'fits',
    utf8:
      message.utf8 === 'not-needed' ? 'not-needed' : context.keywords.has('SMTPUTF8') ? 'offered' : 'missing',
    body: message.body === '7bit' ? 'seven-bit' : context.keywords.has('8BITMIME') ? 'offered' : 'missing',
    setting: settings.withoutEightBitMime,
    purpose,
    leniency: context.plan?.overridden === 'yes' ? 'overridden' : 'no',
  });
  const fitted = {
    ...note(noted, fit),
    requireTls: keyword.verdict === 'send-keyword' ? 'yes' : 'no',
  } as const;
  switch (fit.verdict) {
    case 'send':
      return {
        ...fitted,
        ...judgeHandOn(having(context, fitted)),
        ...sendTo(namedNext(waitingPlaces(context), limitsOf(context.keywords), context.transactions)),
      };
    case 'stop-here':
      return {
        ...fitted,
        states: all(context, stateOf('delivered', NO_EXCHANGE, fit)),
        next: 'leave',
        behind: 'end',
      };
    case 'too-large-here':
      return leave(fitted, unfit('5.3.4', fit));
    case 'utf8-missing':
      return leave(fitted, unfit('5.6.7', fit));
    case 'eight-bit-missing':
      return leave(fitted, unfit('5.6.3', fit));
    case 'too-large':
      return {
        ...fitted,
        states: all(context, {
          verdict: 'bounced',
          status: '5.3.4',
          ...NO_EXCHANGE,
          category: null,
          because: fit,
        }),
        next: 'leave',
        behind: 'end',
      };
  }
}

/** The message is not for this host; it is returned if no host says anything else. */
function unfit(status: string, because: Decision): HostEnd {
  return {
    failure: 'temporary',
    state: { verdict: 'next-host', status, ...NO_EXCHANGE, category: 'refused', because },
  };
}

/** Who answers for the notices that are asked for; nobody says anything about them where nothing was said. */
function judgeHandOn(context: HostContext): Judged {
  const { dsn } = context.input;
  if (dsn === undefined) return {};
  const decision = decide(dsnHandOn, {
    request: asksForNotices(dsn) ? 'something' : 'nothing',
    server: context.keywords.has('DSN') ? 'offered' : 'missing',
  });
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'pass-on':
      return { ...noted, handedOn: 'passed-on' };
    case 'relayed':
      return { ...noted, handedOn: 'relayed' };
    case 'nothing-asked':
      return noted;
  }
}

export function judgeTransaction(context: HostContext): Judged {
  const { transaction, named, mails, transactions } = context;
  const replies = { ...transaction!, recipients: named.map((place) => transaction!.recipients[place]!) };
  const used = judgeUsedConnection(replies, mails - 1);
  if (used.verdict === 'fresh-connection')
    return { ...note(context, used), fresh: 'yes', next: 'leave', behind: 'connect' };
  const judged = judgeReplies(replies, replyFacts(context));
  const placeIn = new Map(named.map((place, at) => [place, at]));
  const putOff = new Set(tooMany(replies).map((at) => named[at]!));
  const waiting = waitingPlaces(context).filter((place) => !placeIn.has(place) || putOff.has(place));
  const isWaiting = new Set(waiting);
  const limits = limitsOf(context.keywords);
  const room = { waiting: waiting.length, mails, transactions, limits };
  const next = judgeNextTransaction(replies, room);
  const served = judged.states.some(({ verdict }) => verdict === 'delivered')
    ? servedBy(context)
    : context.served;
  const noted = { served, ...note(context, ...judged.decisions, ...(waiting.length === 0 ? [] : [next])) };
  const stateAt = (place: number) => judged.states[placeIn.get(place) ?? -1] ?? null;
  const states = context.input.recipients.map((_, place) =>
    isWaiting.has(place) ? null : (stateAt(place) ?? context.states?.[place] ?? null),
  );
  switch (next.verdict) {
    case 'same-connection':
      return { ...noted, states, ...sendTo(namedNext(waiting, limits, transactions)) };
    case 'fresh-connection':
      return { ...noted, states, fresh: 'yes', next: 'leave', behind: 'connect' };
    case 'leave': {
      const rest = judged.unnamed ?? unnamedAt(next);
      const settled = states.map((state, place) => state ?? stateAt(place) ?? rest);
      return { ...noted, states: settled, next: 'leave', behind: 'end' };
    }
  }
}

/** Without anybody to name there is nothing to send, and no end to it. */
function sendTo(named: readonly number[]): Judged {
  return { named, next: named.length > 0 ? 'send' : 'leave', behind: 'end' };
}

/** Somebody whom this attempt did not come to. */
function unnamedAt(because: Decision): RecipientState {
  return { verdict: 'next-host', status: '4.5.3', ...NO_EXCHANGE, category: 'reply', because };
}

export function judgeStop(context: HostContext): Judged {
  const decision = decide(stopped, { during: context.stoppedDuring! });
  return {
    ...note(context, decision),
    end: endOf('aborted', 'temporary', decision, failedExchange('aborted')),
  };
}

function connectionExchange(connection: ConnectAnswer): Exchange {
  if (connection.kind === 'failed') return failedExchange(connection.cause);
  return connection.kind === 'connected' ? NO_EXCHANGE : exchangeOf('greeting', connection);
}

function stepExchange(context: HostContext, stage: 'greeting' | 'ehlo' | 'hello'): Exchange {
  return stage === 'greeting'
    ? connectionExchange(context.connection!)
    : exchangeOf(context.helloVerb, context.hello!);
}

/** Of TLS that did not start: an answer to STARTTLS, a handshake, or an alert in the place of an answer to EHLO. */
function tlsExchange({ startTls, handshake, hello }: HostContext): Exchange {
  if (startTls !== null && !isReadyForTls(startTls)) return exchangeOf('STARTTLS', startTls);
  return handshake?.kind === 'failed' ? failedExchange(handshake.cause) : exchangeOf('EHLO', hello as Lost);
}

/** A reply to the greeting or to a hello: go on, say HELO, or leave. */
function judgeStep(context: HostContext, stage: 'greeting' | 'ehlo' | 'hello'): Judged {
  const answer = stage === 'greeting' ? context.connection! : context.hello!;
  const reply: Reply | null = 'reply' in answer ? answer.reply : null;
  const decision = judgeReply(stage, reply, replyFacts(context));
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'go-on':
      return {
        ...noted,
        ...(stage === 'greeting' || reply === null ? {} : { keywords: keywordsOf(reply) }),
        next: 'go-on',
      };
    case 'say-helo':
      return { ...noted, helloVerb: 'HELO', next: 'say-helo' };
    case 'delivered':
    case 'bounce':
    case 'refused-here':
    case 'next-host':
      return leave(noted, {
        failure: 'temporary',
        state: stateOf('next-host', stepExchange(context, stage), decision),
      });
  }
}

function replyFacts(context: HostContext): ReplyFacts {
  const known = context.addressKnowledge;
  return {
    attempt: context.input.attempt,
    families: known?.kind === 'found' ? known.families : 'one',
    overridden: context.plan?.overridden ?? 'no',
    relay: context.input.relay === undefined ? 'no' : 'yes',
  };
}

/** The first connection that came this far is the one that is reported; a retry in clear, and one for the rest, is no session of its own. */
function report(
  context: HostContext,
  ended: NonNullable<HostContext['reported']>['ended'],
  code: string,
): Judged {
  if (context.channel !== 'first' || context.served !== null) return {};
  return {
    reported: {
      ended,
      code,
      ip: context.addresses[context.address] ?? null,
      localAddress: context.localAddress,
    },
  };
}
