/* Facts of the tables about a connection, what was said on it, and who answered. */
import { dsnHandOn } from '../../dsn/hand-on.table.js';
import {
  connectionOutcome,
  messageFit,
  peerAuthentication,
  replyMeaning,
  startTls,
  tlsOutcome,
} from '../../host/session.tables.js';
import { type Stage, strayReply } from '../../host/transaction.js';
import { nextTransaction, usedConnection } from '../../host/transactions.tables.js';
import { portOf } from '../../mx/candidate.js';
import { authMechanism, authOutcome, authStep } from '../../relay/auth.tables.js';
import { DEFAULT_MECHANISMS, type SocksProxy } from '../../relay/transport.js';
import { requireTlsKeyword } from '../../require-tls/keyword.table.js';
import { sizeLimitOf } from '../../smtp/ehlo.js';
import { enhancedStatusOf } from '../../smtp/enhanced-status.js';
import { classOf, codeOf, type Reply } from '../../smtp/reply.js';
import { freshnessText, hostIn, messageIn, messageText } from '../about-domain.js';
import {
  COMMANDS,
  certificateText,
  daneText,
  keywordText,
  lossAt,
  ownerOfTlsa,
  pkixText,
  placeIn,
  replyAt,
  tlsStartText,
} from '../about-host.js';
import type { Evidence } from '../evidence.js';
import { type ColumnFacts, factsFor } from '../fact.js';
import { authCauseText, countOf, lossInWords, quoted, replyText } from '../values.js';

const CHANNEL = {
  kind: 'connection',
  owner: 'network',
  says: {
    first: 'TLS had not failed with this host in this attempt',
    'cleartext-retry': 'this was the second connection, made in clear after TLS could not be started',
  },
} as const;

const channel: ColumnFacts<'first' | 'cleartext-retry'> = CHANNEL;

const strictness: ColumnFacts<'opportunistic' | 'encrypted' | 'authenticated' | 'unreachable'> = {
  kind: 'demand',
  owner: 'recipient',
  says: {
    opportunistic: 'nobody demands TLS of this session',
    encrypted: (evidence) => `TLS is demanded of this session: ${demandsText(evidence)}`,
    authenticated: (evidence) =>
      `TLS is demanded of this session, with a peer that proves itself: ${demandsText(evidence)}`,
    unreachable: (evidence) => `this host is not to be connected to: ${demandsText(evidence)}`,
  },
};

/** Which of the joined demands are not lowest. */
function demandsText({ host }: Evidence): string {
  const demanding = (host?.plan?.decisions ?? []).filter(({ table }) => DEMANDS.has(table));
  const rows = demanding
    .filter(({ verdict }) => verdict !== 'no-demand' && verdict !== 'observe')
    .map(({ table, row }) => `${DEMANDS.get(table)} (${row})`);
  return rows.length === 0 ? 'by one of the demands on this host' : `by ${rows.join(' and ')}`;
}

/** Who demands, by the table that says what. */
const DEMANDS: ReadonlyMap<string, string> = new Map([
  ['dane-demand', 'DANE'],
  ['sts-demand', 'MTA-STS'],
  ['requiretls-demand', 'REQUIRETLS'],
  ['operator-demand', "the operator's rule"],
]);

export const connectionOutcomeFacts = factsFor(connectionOutcome, {
  outcome: {
    kind: 'connection',
    // A proxy is the operator's, and no matter of whoever is told of a delay.
    owner: (word, evidence) =>
      word === 'failed' && proxyAtFault(evidence) !== null ? 'operator' : 'network',
    says: {
      greeted: (evidence) => `${portText(evidence)} was connected to and greeted with ${greeting(evidence)}`,
      connected: (evidence) => `${portText(evidence)} was connected to, where TLS comes before anything else`,
      failed: (evidence) => `no connection to ${portText(evidence)} could be made${failureOf(evidence)}`,
      lost: (evidence) =>
        `${portText(evidence)} was connected to, and no greeting came: ${lossAt('greeting', evidence)}`,
    },
  },
  channel,
  addresses: {
    kind: 'addresses',
    owner: 'recipient',
    says: {
      left: (evidence) => `${hostIn(evidence)} has another address that was not tried yet`,
      none: (evidence) => `${hostIn(evidence)} has no further address to try`,
    },
  },
});

function portText(evidence: Evidence): string {
  const { host } = evidence;
  const port = host === null ? '' : ` port ${portOf(host.input.candidate, host.input.settings.port)}`;
  return `${placeIn(evidence)}${port}`;
}

function greeting(evidence: Evidence): string {
  const reply = replyAt('greeting', evidence);
  return reply === null ? 'a reply' : replyText(reply);
}

function failureOf(evidence: Evidence): string {
  const proxy = proxyAtFault(evidence);
  if (proxy !== null)
    return `: the proxy ${proxy.address} port ${proxy.port} could not be reached, or did not lead there`;
  const { host } = evidence;
  return host?.connection?.kind === 'failed'
    ? `: ${CONNECT_CAUSES[host.connection.cause] ?? host.connection.cause}`
    : '';
}

/** The proxy in front of the address that was tried, where it is what failed. */
function proxyAtFault({ host }: Evidence): SocksProxy | null {
  if (host === null || host.connection?.kind !== 'failed' || host.connection.cause !== 'proxy') return null;
  const { ipv4, ipv6 } = host.input.socks ?? {};
  return (host.addresses[host.address]?.includes(':') === true ? ipv6 : ipv4) ?? null;
}

const CONNECT_CAUSES: Readonly<Record<string, string>> = {
  refused: 'it was refused',
  timeout: 'nobody answered in time',
  unreachable: 'there is no way to it',
  reset: 'it was reset',
  other: 'for another reason of the network',
};

export const replyMeaningFacts = factsFor(replyMeaning, {
  stage: {
    kind: 'reply',
    owner: 'recipient',
    says: (word) =>
      word === 'greeting' ? 'the server was to greet' : `the server was to answer ${COMMANDS[word]}`,
  },
  reply: {
    kind: 'reply',
    owner: (word) => (word === 'lost' ? 'network' : 'recipient'),
    says: (word, evidence) => replySays(word, evidence),
  },
  leniency: {
    kind: 'reply',
    owner: 'recipient',
    says: {
      no: 'nothing speaks for another meaning of a refusal',
      'out-of-step': strayText,
      login: (evidence) => `${hostIn(evidence)} is a relay, and wants AUTH or TLS first`,
      'other-family': (evidence) =>
        `this is the first attempt, ${hostIn(evidence)} has addresses of both families, and it refuses for reasons of policy${statusText(evidence)}`,
      overridden: (evidence) =>
        `the message set aside what a policy demands of ${hostIn(evidence)} ("TLS-Required: No")`,
    },
  },
});

/** What shows that the replies to a transaction do not fit its commands. */
function strayText(evidence: Evidence): string {
  const { transaction = null } = evidence.host ?? {};
  const stray = transaction === null ? null : strayReply(transaction);
  const place = placeIn(evidence);
  if (stray === null) return `the replies of ${place} do not fit the commands`;
  if (typeof stray === 'string')
    return `${place} said more than it was asked${stray === '' ? '' : `: "${quoted(stray)}"`}`;
  const at = stray === transaction?.data ? 'DATA' : stray === transaction?.mail ? 'MAIL' : 'a recipient';
  return `${place} answered ${at} with ${replyText(stray)}, which is no answer to it`;
}

/** Words of the table `reply-meaning`. */
function stageOf({ input }: Evidence): Stage {
  const stage = input.stage ?? '';
  return Object.hasOwn(COMMANDS, stage) ? (stage as Stage) : 'end';
}

function replySays(word: string, evidence: Evidence): string {
  const stage = stageOf(evidence);
  const reply = word === 'lost' ? null : replyAt(stage, evidence);
  const place = placeIn(evidence);
  if (word === 'lost') return `${place} gave no ${replyTo(stage)}: ${lossAt(stage, evidence)}`;
  if (reply === null) return `the ${replyTo(stage)} of ${place} is of the kind ${word}`;
  return stage === 'greeting'
    ? `${place} greeted with ${replyText(reply)}${whyDoubted(word, reply)}`
    : `${place} answered ${COMMANDS[stage]} with ${replyText(reply)}${whyDoubted(word, reply)}`;
}

/** Why what reads like another reply is taken for a refusal. */
function whyDoubted(word: string, reply: Reply): string {
  if (codeOf(reply) === null) return ', in lines that contradict each other';
  return word === 'positive' || word === classOf(reply) ? '' : ', which is no answer to it';
}

function replyTo(stage: Stage): string {
  return stage === 'greeting' ? 'greeting' : `reply to ${COMMANDS[stage]}`;
}

function statusText(evidence: Evidence): string {
  const reply = replyAt(stageOf(evidence), evidence);
  const status = reply === null ? null : enhancedStatusOf(reply);
  return status === null ? '' : ` (${status})`;
}

export const startTlsFacts = factsFor(startTls, {
  channel: {
    ...CHANNEL,
    says: {
      ...CHANNEL.says,
      'in-clear': 'the operator wants no TLS with this relay',
    },
  },
  offered: {
    kind: 'starttls',
    owner: 'recipient',
    says: {
      offered: (evidence) => keywordText('STARTTLS', evidence),
      'not-offered': (evidence) => keywordText('STARTTLS', evidence),
    },
  },
  strictness,
});

export const tlsOutcomeFacts = factsFor(tlsOutcome, {
  outcome: {
    kind: 'handshake',
    owner: (word) => (word === 'handshake-failed' || word === 'injected' ? 'network' : 'recipient'),
    says: {
      established: (evidence) => `the TLS handshake with ${placeIn(evidence)} succeeded${tlsIn(evidence)}`,
      'refused-for-now': tlsStartText,
      refused: tlsStartText,
      injected: tlsStartText,
      'handshake-failed': tlsStartText,
    },
  },
  cleartextRetry: {
    kind: 'demand',
    owner: 'operator',
    says: {
      allowed: 'a second connection in clear was allowed, should TLS not start',
      forbidden: 'no connection in clear was allowed, should TLS not start',
    },
  },
});

function tlsIn({ host }: Evidence): string {
  return host?.tls ? ` (${host.tls.protocol}, ${host.tls.cipher})` : '';
}

export const peerAuthenticationFacts = factsFor(peerAuthentication, {
  dane: {
    kind: 'certificate',
    owner: (word, evidence) => (word === 'not-demanded' ? ownerOfTlsa(evidence) : 'recipient'),
    says: {
      'not-demanded': (evidence) =>
        evidence.input.pkix === 'not-demanded'
          ? `no TLSA record had to be matched; ${certificateText(evidence)}`
          : 'no TLSA record had to be matched',
      passed: daneText,
      failed: daneText,
      suffices: daneText,
      'does-not-suffice': daneText,
    },
  },
  pkix: {
    kind: 'certificate',
    owner: 'recipient',
    says: {
      'not-demanded': (evidence) => `no CA had to vouch for ${hostIn(evidence)}`,
      passed: pkixText,
      failed: pkixText,
    },
  },
  sts: { kind: 'policy', owner: 'recipient', says: freshnessText },
});

export const requireTlsKeywordFacts = factsFor(requireTlsKeyword, {
  message: { kind: 'message', owner: 'sender', says: messageText },
  tls: {
    kind: 'handshake',
    owner: 'recipient',
    says: {
      yes: (evidence) => `the session with ${placeIn(evidence)} is under TLS${tlsIn(evidence)}`,
      no: (evidence) => `the session with ${placeIn(evidence)} is in clear`,
    },
  },
  keyword: {
    kind: 'keywords',
    owner: 'recipient',
    says: {
      offered: (evidence) => keywordText('REQUIRETLS', evidence),
      missing: (evidence) => keywordText('REQUIRETLS', evidence),
    },
  },
});

export const messageFitFacts = factsFor(messageFit, {
  size: {
    kind: 'keywords',
    owner: (word) => (word === 'fits' ? 'recipient' : 'sender'),
    says: (_, evidence) => sizeSays(evidence),
  },
  utf8: {
    kind: 'keywords',
    owner: (word) => (word === 'missing' ? 'recipient' : 'sender'),
    says: {
      'not-needed': 'neither addresses nor headers need SMTPUTF8',
      offered: (evidence) => `the message needs SMTPUTF8, and ${keywordText('SMTPUTF8', evidence)}`,
      missing: (evidence) => `the message needs SMTPUTF8, and ${keywordText('SMTPUTF8', evidence)}`,
    },
  },
  body: {
    kind: 'keywords',
    owner: (word) => (word === 'missing' ? 'recipient' : 'sender'),
    says: {
      'seven-bit': 'the message has no octets beyond ASCII',
      offered: (evidence) => `the message has octets beyond ASCII, and ${keywordText('8BITMIME', evidence)}`,
      missing: (evidence) => `the message has octets beyond ASCII, and ${keywordText('8BITMIME', evidence)}`,
    },
  },
  setting: {
    kind: 'setting',
    owner: 'operator',
    says: {
      return: 'octets beyond ASCII go to servers that offer 8BITMIME alone (setting withoutEightBitMime)',
      send: 'octets beyond ASCII are sent as they are, 8BITMIME or not (setting withoutEightBitMime)',
    },
  },
  purpose: {
    kind: 'message',
    owner: 'operator',
    says: {
      deliver: 'a message is to be sent',
      explain: 'no message is to be sent: the way is only looked at',
    },
  },
  leniency: {
    kind: 'demand',
    owner: 'sender',
    says: {
      no: (evidence) => `the message set aside nothing that a policy demands of ${hostIn(evidence)}`,
      overridden: (evidence) =>
        `the message set aside what a policy demands of ${hostIn(evidence)} ("TLS-Required: No")`,
    },
  },
});

export const usedConnectionFacts = factsFor(usedConnection, {
  carried: {
    kind: 'connection',
    owner: 'sender',
    says: {
      nothing: (evidence) => `nothing went over the connection to ${placeIn(evidence)} before`,
      mail: (evidence) => `mail went over the connection to ${placeIn(evidence)} before`,
    },
  },
  mail: {
    kind: 'reply',
    owner: 'recipient',
    says: (word, evidence) => {
      const reply = replyAt('mail', evidence);
      if (reply !== null) return `${placeIn(evidence)} answered MAIL with ${replyText(reply)}`;
      return word === 'closed'
        ? `${placeIn(evidence)} gave no reply to MAIL: ${lossAt('mail', evidence)}`
        : `the answer of ${placeIn(evidence)} to MAIL is of the kind ${word}`;
    },
  },
});

export const nextTransactionFacts = factsFor(nextTransaction, {
  waiting: {
    kind: 'reply',
    owner: 'recipient',
    says: {
      none: 'every recipient was named, and answered',
      some: (evidence) => `there are more recipients than ${placeIn(evidence)} takes in one transaction`,
    },
  },
  message: {
    kind: 'reply',
    owner: 'recipient',
    says: {
      taken: 'the message was taken for others of them',
      'for-nobody': 'all who were named were refused, so that the message did not come up',
      refused: 'the message was refused for those who were named',
      unanswered: 'the transaction did not come to an end',
    },
  },
  room: {
    kind: 'connection',
    owner: 'recipient',
    says: {
      here: 'the connection may carry another transaction',
      elsewhere: 'the connection may carry no further transaction',
      none: 'there were as many transactions with this host as one attempt may have',
    },
  },
});

export const authMechanismFacts = factsFor(authMechanism, {
  offered: {
    kind: 'keywords',
    owner: 'recipient',
    says: {
      yes: (evidence) => `${keywordText('AUTH', evidence)}, and ${mechanismIn(evidence)} is among them`,
      no: (evidence) => `${keywordText('AUTH', evidence)}, and ${mechanismIn(evidence)} is not among them`,
    },
  },
  session: {
    kind: 'handshake',
    owner: 'operator',
    says: {
      clear: (evidence) => `the session with ${placeIn(evidence)} is in clear`,
      unverified: (evidence) =>
        `the session with ${placeIn(evidence)} is under TLS${tlsIn(evidence)}, and nobody asked who answers`,
      verified: (evidence) =>
        `the session with ${placeIn(evidence)} is under TLS${tlsIn(evidence)}, and the relay has proved who it is`,
    },
  },
  kind: {
    kind: 'rule',
    owner: 'operator',
    says: {
      bound: 'the mechanism gives a proof that is bound to the TLS session',
      proof: 'the mechanism gives a proof, and never the password',
      digest: 'the mechanism gives a digest of the password',
      secret: 'the mechanism gives the password or a token itself',
      external: 'the mechanism gives nothing but a name',
    },
  },
});

/** They are asked in the order in which the operator allows them. */
function mechanismIn({ host, earlier }: Evidence): string {
  const { mechanisms = DEFAULT_MECHANISMS } = host?.input.relay ?? {};
  const asked = earlier.filter(({ table }) => table === authMechanism.name);
  return mechanisms[asked.length]?.toUpperCase() ?? 'this mechanism';
}

export const authStepFacts = factsFor(authStep, {
  user: {
    kind: 'rule',
    owner: 'operator',
    says: {
      none: (evidence) => `the operator named nobody to be known as by ${hostIn(evidence)}`,
      named: (evidence) => `the operator wants us to be known by ${hostIn(evidence)} as ${userIn(evidence)}`,
    },
  },
  mechanism: {
    kind: 'keywords',
    owner: 'operator',
    says: {
      found: (evidence) => `a mechanism will do: ${keywordText('AUTH', evidence)}`,
      none: (evidence) =>
        `none of the mechanisms that the operator allows will do here: ${keywordText('AUTH', evidence)}`,
    },
  },
});

function userIn({ host }: Evidence): string {
  const user = host?.input.relay?.user;
  return user === undefined ? 'somebody' : quoted(user);
}

export const authOutcomeFacts = factsFor(authOutcome, {
  answer: {
    kind: 'reply',
    owner: (word) => (word === 'lost' ? 'network' : 'operator'),
    says: (_, evidence) => authText(evidence),
  },
  proof: {
    kind: 'reply',
    owner: 'recipient',
    says: {
      shown: (evidence) => `${hostIn(evidence)} has shown that it knows the password as well`,
      'not-due': 'no proof of the relay is due: the mechanism has none, or ours was not accepted',
      missing: (evidence) => `${hostIn(evidence)} has not shown that it knows the password`,
    },
  },
});

function authText(evidence: Evidence): string {
  const auth = evidence.host?.auth ?? null;
  const place = placeIn(evidence);
  if (auth === null) return `${place} was to answer AUTH`;
  if (auth.kind === 'replied') return `${place} answered AUTH with ${replyText(auth.reply)}`;
  if (auth.kind === 'lost') return `${place} gave no reply to AUTH: ${lossInWords(auth.cause)}`;
  return `we broke AUTH with ${place} off: ${authCauseText(auth.cause)}`;
}

export const dsnHandOnFacts = factsFor(dsnHandOn, {
  request: {
    kind: 'message',
    owner: 'sender',
    says: {
      something: 'the sender asked for something about notices',
      nothing: 'the sender asked for nothing about notices',
    },
  },
  server: {
    kind: 'keywords',
    owner: 'recipient',
    says: {
      offered: (evidence) => keywordText('DSN', evidence),
      missing: (evidence) => keywordText('DSN', evidence),
    },
  },
});

function sizeSays(evidence: Evidence): string {
  const size = messageIn(evidence)?.sizeBytes;
  const limit = evidence.host === null ? null : sizeLimitOf(evidence.host.keywords);
  const message = size === undefined ? 'the message' : `the message has ${countOf(size, 'octet')}`;
  const bound = limit === null ? 'names no limit' : `takes messages of up to ${countOf(limit, 'octet')}`;
  return size === undefined
    ? `${message} was held against the limit of the server`
    : `${message}, and ${placeIn(evidence)} ${bound}`;
}
