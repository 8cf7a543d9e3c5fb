/*
 * Every decision table, in the order in which a delivery meets them. What is generated, audited and mutated comes from this list.
 */
import { attemptConclusion, nextCandidate } from './attempt/attempt.tables.js';
import { daneApplies } from './dane/dane-applies.table.js';
import { daneDemand } from './dane/dane-demand.table.js';
import { tlsaBase } from './dane/tlsa-base.table.js';
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
import { operatorDemand } from './local/operator-demand.table.js';
import { stsDemand } from './mta-sts/sts-demand.table.js';
import { stsDiscovery, stsFetch } from './mta-sts/sts-discovery.table.js';
import { mxDiscovery } from './mx/mx-discovery.table.js';
import { targetAddress } from './names/target-address.table.js';
import { requireTlsKeyword } from './require-tls/keyword.table.js';
import { messageKind } from './require-tls/message-kind.table.js';
import { requireTlsDemand } from './require-tls/requiretls-demand.table.js';
import { reportResultType, sessionReport } from './tls-report/report.tables.js';

export const allTables: readonly Table[] = [
  messageKind,
  mxDiscovery,
  stsDiscovery,
  stsFetch,
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
] as unknown as readonly Table[];
