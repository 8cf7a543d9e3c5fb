/*
 * Tables whose verdicts the reference gives one by one: each input of each of them, and both say the same.
 */
import { believeDenial } from '../../spec/reference/attempt.js';
import * as relay from '../../spec/reference/relay.js';
import {
  aboutTheConnection,
  afterConnection,
  afterFirstEhlo,
  afterHost,
  afterStop,
  answersForNotices,
  deadlineReach,
  discoveryCounts,
  firstHop,
  fits,
  keywordOnMail,
  looksForDane,
  lookupCounts,
  mayConnectTo,
  overridden,
  rest,
  resultType,
  sessionCounts,
  sniName,
  tlsaBases,
  withoutAddress,
} from '../../spec/reference/small.js';
import * as steps from '../../spec/reference/steps.js';
import { nextCandidate } from '../../src/policy/attempt/attempt.tables.js';
import { attemptDeadline, stopped } from '../../src/policy/attempt/stop.table.js';
import { daneApplies } from '../../src/policy/dane/dane-applies.table.js';
import { daneDemand } from '../../src/policy/dane/dane-demand.table.js';
import { tlsaBase } from '../../src/policy/dane/tlsa-base.table.js';
import { dsnHandOn } from '../../src/policy/dsn/hand-on.table.js';
import {
  cleartextRetry,
  daneMatching,
  hostBarrier,
  pkixDemand,
  recipientPolicy,
  serverName,
} from '../../src/policy/host/plan.tables.js';
import {
  connectionOutcome,
  messageFit,
  peerAuthentication,
  replyMeaning,
  startTls,
  tlsOutcome,
} from '../../src/policy/host/session.tables.js';
import { nextTransaction, usedConnection } from '../../src/policy/host/transactions.tables.js';
import { hostWithoutAddress } from '../../src/policy/host/unreachable.table.js';
import {
  decide,
  type InputOf,
  inputsOf,
  type Table,
  type Vocabulary,
} from '../../src/policy/kernel/table.js';
import { nextHop } from '../../src/policy/local/next-hop.table.js';
import { operatorDemand } from '../../src/policy/local/operator-demand.table.js';
import { stsDemand } from '../../src/policy/mta-sts/sts-demand.table.js';
import { mxDenial } from '../../src/policy/mx/mx-denial.table.js';
import { targetAddress } from '../../src/policy/names/target-address.table.js';
import { authMechanism, authOutcome, authStep } from '../../src/policy/relay/auth.tables.js';
import { requireTlsKeyword } from '../../src/policy/require-tls/keyword.table.js';
import { messageKind } from '../../src/policy/require-tls/message-kind.table.js';
import { requireTlsDemand } from '../../src/policy/require-tls/requiretls-demand.table.js';
import {
  discoveryReport,
  lookupReport,
  reportResultType,
  sessionReport,
} from '../../src/policy/tls-report/report.tables.js';
import type { Disagreement } from './checks.js';

/** A table by name, and what compares it; null where both say the same everywhere. */
export type Comparison = readonly [name: string, compare: () => Disagreement | null];

/** Compares a table with the reference over all its inputs. */
export function comparison<V extends Vocabulary, Verdict extends string>(
  table: Table<V, Verdict>,
  reference: (input: InputOf<V>) => Verdict,
): Comparison {
  const compare = () => {
    for (const input of inputsOf(table as Table<V>)) {
      const policy = decide(table, input).verdict;
      const expected = reference(input);
      if (policy !== expected) return { input, policy, reference: expected };
    }
    return null;
  };
  return [table.name, compare];
}

/** Each table with its comparison. */
export const tableComparisons: readonly Comparison[] = [
  comparison(targetAddress, ({ scope, setting, host }) =>
    mayConnectTo(scope, setting, host) ? 'connect' : 'leave-out',
  ),
  comparison(nextHop, ({ destination, rule, transport }) =>
    firstHop({ destination, relay: rule === 'relay', transport }),
  ),
  comparison(authMechanism, relay.mechanismWillDo),
  comparison(authStep, relay.saysWho),
  comparison(authOutcome, relay.afterAuth),
  comparison(mxDenial, ({ answer, policy, looked }) => {
    const verdict = believeDenial({
      validated: answer === 'secure',
      promise: policy === 'enforced' ? 'enforced' : policy === 'unknown' ? 'unreadable' : 'none',
      lookedAgain: looked === 'done',
    });
    return verdict === 'look' ? 'look-for-policy' : verdict;
  }),
  comparison(hostWithoutAddress, ({ addresses, source, answers, policy }) =>
    withoutAddress({
      answered: addresses === 'none',
      named: source === 'relay' ? 'by-operator' : 'by-domain',
      validated: answers === 'secure',
      enforced: policy === 'enforced',
    }),
  ),
  comparison(daneApplies, (input) => (looksForDane(input) ? 'look' : 'no-dane')),
  comparison(tlsaBase, ({ alias, addresses, firstAlias }) => {
    const bases = tlsaBases({ alias: alias === 'alias', addresses, firstAlias });
    return bases === 'none' ? 'no-dane' : bases;
  }),
  comparison(daneDemand, ({ tlsa }) => steps.daneDemand(tlsa)),
  comparison(stsDemand, steps.stsDemand),
  comparison(messageKind, steps.messageKind),
  comparison(recipientPolicy, ({ demand, message }) =>
    overridden({ demand, tlsOptional: message === 'tls-optional' }) ? 'overridden' : 'stands',
  ),
  comparison(requireTlsDemand, steps.requireTlsDemand),
  comparison(operatorDemand, steps.operatorDemand),
  comparison(hostBarrier, steps.hostBarrier),
  comparison(daneMatching, steps.daneMatching),
  comparison(pkixDemand, steps.pkixDemand),
  comparison(serverName, ({ target, dane }) => sniName({ target, daneApplies: dane === 'applies' })),
  comparison(cleartextRetry, steps.cleartextRetry),
  comparison(dsnHandOn, ({ request, server }) =>
    answersForNotices({ asked: request === 'something', dsnOffered: server === 'offered' }),
  ),
  comparison(connectionOutcome, ({ outcome, channel, addresses }) =>
    afterConnection({ outcome, channel, moreAddresses: addresses === 'left' }),
  ),
  comparison(startTls, steps.startTls),
  comparison(tlsOutcome, steps.tlsOutcome),
  comparison(peerAuthentication, steps.peerAuthentication),
  comparison(requireTlsKeyword, ({ message, tls, keyword }) =>
    keywordOnMail({
      message:
        message === 'requires-tls' ? 'requires' : message === 'prefers-requiretls' ? 'prefers' : 'other',
      tls: tls === 'yes',
      offered: keyword === 'offered',
    }),
  ),
  comparison(messageFit, ({ size, utf8, body, setting, purpose, leniency }) => {
    const verdict = fits({
      tooLarge: size === 'too-large',
      utf8,
      eightBitMissing: body === 'missing',
      eightBitSentAnyhow: setting === 'send',
      purpose,
      overridden: leniency === 'overridden',
    });
    return verdict === 'stop' ? 'stop-here' : verdict;
  }),
  comparison(usedConnection, ({ carried, mail }) =>
    aboutTheConnection({ carriedMail: carried === 'mail', mail }) ? 'fresh-connection' : 'judge',
  ),
  comparison(nextTransaction, ({ waiting, message, room }) =>
    rest({ somebodyWaits: waiting === 'some', message, room }),
  ),
  comparison(nextCandidate, ({ run, recipients, candidates }) =>
    afterHost({
      fault: run === 'fault',
      stopped: run === 'stopped',
      recipientsLeft: recipients === 'left',
      candidatesLeft: candidates === 'left',
    }),
  ),
  comparison(stopped, ({ during }) =>
    afterStop({ connected: during !== 'lookup', dotSent: during === 'end-of-data' }),
  ),
  comparison(attemptDeadline, ({ deadline, question }) => deadlineReach(deadline, question)),
  comparison(sessionReport, sessionCounts),
  comparison(discoveryReport, discoveryCounts),
  comparison(lookupReport, lookupCounts),
  comparison(reportResultType, ({ failure }) => resultType(failure)),
];

/** The first EHLO, which the other comparison of replies leaves out. */
export function compareFirstEhlo(): Disagreement | null {
  for (const input of inputsOf(replyMeaning)) {
    if (input.stage !== 'ehlo') continue;
    const policy = decide(replyMeaning, input).verdict;
    const reference = afterFirstEhlo(input.reply);
    if (policy !== reference) return { input, policy, reference };
  }
  return null;
}
