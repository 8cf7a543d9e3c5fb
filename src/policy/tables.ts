/*
 * Every decision table, in the order in which a delivery meets them. What is generated, audited and mutated comes from this list.
 */
import { attemptConclusion, nextCandidate } from './attempt/attempt.tables.js';
import { daneApplies } from './dane/dane-applies.table.js';
import { daneDemand } from './dane/dane-demand.table.js';
import { tlsaBase } from './dane/tlsa-base.table.js';
import { dnsReply } from './dns/dns-reply.table.js';
import { resolverFailover } from './dns/resolver-failover.table.js';
import { resolverSelfTest } from './dns/resolver-self-test.table.js';
import { resolverTrust } from './dns/resolver-trust.table.js';
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
import type { Table } from './kernel/table.js';
import { nextHop } from './local/next-hop.table.js';
import { operatorDemand } from './local/operator-demand.table.js';
import { policyMerge, policyRoom } from './mta-sts/policy-merge.table.js';
import { stsDemand } from './mta-sts/sts-demand.table.js';
import { stsDiscovery, stsFetch } from './mta-sts/sts-discovery.table.js';
import { mxDiscovery } from './mx/mx-discovery.table.js';
import { targetAddress } from './names/target-address.table.js';
import { requireTlsKeyword } from './require-tls/keyword.table.js';
import { messageKind } from './require-tls/message-kind.table.js';
import { requireTlsDemand } from './require-tls/requiretls-demand.table.js';
import { reportResultType, sessionReport } from './tls-report/report.tables.js';
import { reportClaim } from './tls-report/report-claim.table.js';

export const allTables: readonly Table[] = [
  resolverTrust,
  resolverFailover,
  dnsReply,
  resolverSelfTest,
  messageKind,
  nextHop,
  mxDiscovery,
  stsDiscovery,
  stsFetch,
  policyMerge,
  policyRoom,
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
  messageFit,
  nextCandidate,
  attemptConclusion,
  sessionReport,
  reportResultType,
  reportClaim,
] as unknown as readonly Table[];
