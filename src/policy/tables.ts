/*
 * Every decision table, part by part. What is generated, audited and mutated comes from these lists.
 */
import { attemptConclusion, nextCandidate } from './attempt/attempt.tables.js';
import { attemptDeadline, stopped } from './attempt/stop.table.js';
import { certificateFinding, daneFinding, tlsFinding } from './check/session.tables.js';
import { tlsaWorth } from './check/tlsa-worth.table.js';
import { daneApplies } from './dane/dane-applies.table.js';
import { daneDemand } from './dane/dane-demand.table.js';
import { tlsaBase } from './dane/tlsa-base.table.js';
import { dnsReply } from './dns/dns-reply.table.js';
import { resolverFailover } from './dns/resolver-failover.table.js';
import { resolverSelfTest } from './dns/resolver-self-test.table.js';
import { resolverTrust } from './dns/resolver-trust.table.js';
import { dsnHandOn } from './dsn/hand-on.table.js';
import { notice, noticeContent, noticeForm } from './dsn/notice.tables.js';
import {
  cleartextRetry,
  daneMatching,
  hostBarrier,
  pkixDemand,
  recipientPolicy,
  serverName,
} from './host/plan.tables.js';
import {
  connectionOutcome,
  messageFit,
  peerAuthentication,
  replyMeaning,
  startTls,
  tlsOutcome,
} from './host/session.tables.js';
import { nextTransaction, usedConnection } from './host/transactions.tables.js';
import { hostWithoutAddress } from './host/unreachable.table.js';
import type { Table } from './kernel/table.js';
import { nextHop } from './local/next-hop.table.js';
import { operatorDemand } from './local/operator-demand.table.js';
import { lastLook } from './mta-sts/last-look.table.js';
import { policyCache } from './mta-sts/policy-cache.table.js';
import { policyMerge, policyRoom } from './mta-sts/policy-merge.table.js';
import { policyRefresh, refreshAlert } from './mta-sts/refresh-plan.table.js';
import { stsDemand } from './mta-sts/sts-demand.table.js';
import { mxDenial } from './mx/mx-denial.table.js';
import { mxDiscovery } from './mx/mx-discovery.table.js';
import { targetAddress } from './names/target-address.table.js';
import { postfixHostNeed } from './postfix/host-need.table.js';
import { postfixAttributes } from './postfix/policy-attributes.table.js';
import { postfixLevel } from './postfix/policy-level.table.js';
import { admission, envelopeLine, senderRight, submissionRight } from './queue/admission.tables.js';
import { hostRoom } from './queue/host-room.table.js';
import { laneHealth } from './queue/lane-health.table.js';
import { listener } from './queue/listener.table.js';
import { beginTurn, delayNotice, messageOutcome, retryWait } from './queue/message.tables.js';
import { operatorOrder } from './queue/operator-order.table.js';
import { suppressAfter } from './queue/suppression.table.js';
import { authMechanism, authOutcome, authStep } from './relay/auth.tables.js';
import { routeMatch, transportChoice } from './relay/transport-choice.table.js';
import { requireTlsKeyword } from './require-tls/keyword.table.js';
import { messageKind } from './require-tls/message-kind.table.js';
import { requireTlsDemand } from './require-tls/requiretls-demand.table.js';
import { requireTlsReadiness } from './signals/requiretls-readiness.table.js';
import {
  discoveryReport,
  lookupReport,
  reportResultType,
  sessionReport,
} from './tls-report/report.tables.js';
import { reportClaim } from './tls-report/report-claim.table.js';
import { dkimKey, dkimRecord } from './tls-report/send/dkim-key.table.js';
import { endpointOutcome, reportConclusion } from './tls-report/send/endpoint-outcome.table.js';
import { reportStep } from './tls-report/send/report-step.table.js';
import { reportWanted } from './tls-report/send/report-wanted.table.js';

/** What an answer from DNS is worth, before any attempt sees it. */
export const resolverTables = [
  resolverTrust,
  resolverFailover,
  dnsReply,
  resolverSelfTest,
] as unknown as readonly Table[];

/** What an attempt decides, in the order in which a delivery meets them. */
export const attemptTables = [
  messageKind,
  nextHop,
  mxDiscovery,
  mxDenial,
  policyCache,
  hostWithoutAddress,
  targetAddress,
  daneApplies,
  tlsaBase,
  daneDemand,
  stsDemand,
  recipientPolicy,
  requireTlsDemand,
  operatorDemand,
  hostBarrier,
  daneMatching,
  pkixDemand,
  serverName,
  cleartextRetry,
  connectionOutcome,
  replyMeaning,
  startTls,
  tlsOutcome,
  peerAuthentication,
  requireTlsKeyword,
  authMechanism,
  authStep,
  authOutcome,
  messageFit,
  dsnHandOn,
  usedConnection,
  nextTransaction,
  nextCandidate,
  stopped,
  attemptDeadline,
  attemptConclusion,
  sessionReport,
  discoveryReport,
  lookupReport,
  reportResultType,
] as unknown as readonly Table[];

/** What is done about MTA-STS policies beside attempts. */
export const policyTables = [lastLook, policyRefresh, refreshAlert] as unknown as readonly Table[];

/** What stores keep. */
export const storeTables = [policyMerge, policyRoom, reportClaim] as unknown as readonly Table[];

/** Whether and where TLS reports go. */
export const reportTables = [
  reportStep,
  reportWanted,
  dkimKey,
  dkimRecord,
  endpointOutcome,
  reportConclusion,
] as unknown as readonly Table[];

/** What becomes of a queued message, and what its sender is told. */
export const queueTables = [
  beginTurn,
  messageOutcome,
  retryWait,
  delayNotice,
  laneHealth,
  hostRoom,
  listener,
  submissionRight,
  senderRight,
  envelopeLine,
  admission,
  suppressAfter,
  operatorOrder,
  notice,
  noticeContent,
  noticeForm,
] as unknown as readonly Table[];

/** Which way mail takes from here. */
export const relayTables = [routeMatch, transportChoice] as unknown as readonly Table[];

/** What a check of a domain finds. */
export const checkTables = [
  tlsaWorth,
  tlsFinding,
  daneFinding,
  certificateFinding,
] as unknown as readonly Table[];

/** What is told to who writes a message. */
export const signalTables = [requireTlsReadiness] as unknown as readonly Table[];

/** What other people's mail systems are told. */
export const hostTables = [postfixHostNeed, postfixLevel, postfixAttributes] as unknown as readonly Table[];

export const allTables: readonly Table[] = [
  ...resolverTables,
  ...attemptTables,
  ...policyTables,
  ...storeTables,
  ...reportTables,
  ...queueTables,
  ...relayTables,
  ...checkTables,
  ...signalTables,
  ...hostTables,
];
