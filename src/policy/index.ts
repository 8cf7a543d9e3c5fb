/** The policy alone: tables and pure functions over facts. For auditing, and for hosts that carry out the rest themselves. */

export type * from './certificate/facts.js';
export { findPath } from './certificate/path.js';
export type * from './check/facts.js';
export { type Finding, SEVERITIES, type Severity, SUBJECTS, type Subject } from './check/finding.js';
export { FINDINGS, type FindingId } from './check/findings.js';
export { judgeDomain } from './check/judge-domain.js';
export { judgeTlsaKind, type TlsaKind, type TlsaWorth } from './check/tlsa-worth.table.js';
export { type DaneMatch, matchDane } from './dane/match.js';
export { type ReferenceFacts, referenceNames } from './dane/reference-names.js';
export type { TlsaAnswer, TlsaRecord } from './dane/tlsa.js';
export { learnTlsa, requireDane, type TlsaKnowledge } from './dane/tlsa-knowledge.js';
export { isUsable, presentRecord, recordsToMatch, type Unusable, whyUnusable } from './dane/usability.js';
export type * from './dns/answer.js';
export { judgeDnsReply, type ReplyFacts } from './dns/dns-reply.js';
export * from './dsn/index.js';
export * from './explain/index.js';
export { judgePeer, judgePkix, type PeerJudgement, type PkixResult } from './host/authenticate.js';
export { type HostPlan, type PlanFacts, planHost } from './host/plan.js';
export { judgeReply, judgeTransaction } from './host/transaction.js';
export type {
  Authentication,
  HostInput,
  HostResult,
  HostRun,
  RecipientState,
  TlsFacts,
} from './host/types.js';
export { auditTable, type TableAudit } from './kernel/audit.js';
export { renderTable } from './kernel/markdown.js';
export type { RequirementId } from './kernel/requirement-id.js';
export { atLeast, STRICTNESS, type Strictness, strictest } from './kernel/scale.js';
export {
  type Decision,
  decide,
  defineTable,
  inputsOf,
  type Row,
  type Table,
  TableFault,
} from './kernel/table.js';
export { type DestinationRule, type OperatorDemand, ruleFor } from './local/destination.js';
export { ageOfCache, judgePolicyCache, type PolicyCacheFacts, unexpiredPolicy } from './mta-sts/discover.js';
export { type FetchAnswer, type FetchResult, readFetch } from './mta-sts/fetch.js';
export {
  type HeldPolicy,
  judgeLastLook,
  type LastLookVerdict,
  type Patience,
  type StoppedMessage,
  whatStopped,
} from './mta-sts/last-look.js';
export {
  type EntryWorth,
  expiryOf,
  judgeRoom,
  type MergedPolicy,
  mergePolicy,
  type PolicyChange,
} from './mta-sts/merge-policy.js';
export type { CachedPolicy, StsKnowledge, StsPolicy } from './mta-sts/policy.js';
export {
  type PolicyFile,
  type PolicyProblem,
  printPolicyFile,
  readPolicyFile,
} from './mta-sts/policy-file.js';
export type { AnnouncedRecord, PolicyFindings, PolicyVerdict } from './mta-sts/policy-findings.js';
export { printStsRecord, readStsRecord, type StsRecord } from './mta-sts/record.js';
export {
  DEFAULT_REFRESH_SETTINGS,
  judgeRefreshed,
  planRefresh,
  type RefreshPlan,
  type RefreshSettings,
} from './mta-sts/refresh-plan.js';
export { candidatesOf, judgeMx } from './mx/discover.js';
export { scopeOf } from './names/address-scope.js';
export { parseDnsName, parseHostName } from './names/domain-name.js';
export { type AddressScope, familyOf } from './names/ip-address.js';
export { coversName, listsHost } from './names/match.js';
export { judgeNextHop, type NextHopFacts, type NextHopPolicy } from './postfix/next-hop-policy.js';
export { policyText } from './postfix/policy-text.js';
export * from './relay/index.js';
export { readTlsRequired } from './require-tls/header.js';
export { judgeMessage, type MessageKind } from './require-tls/message-kind.table.js';
export { DEFAULT_SETTINGS, PROFILES, type ProfileName, type Settings, settingsOf } from './settings.js';
export {
  allTables,
  attemptTables,
  checkTables,
  hostTables,
  policyTables,
  queueTables,
  relayTables,
  reportTables,
  resolverTables,
  signalTables,
  storeTables,
} from './tables.js';
export { ADVICE, type Advice } from './tls-report/read/advice.js';
export { DEVIATIONS, type Deviation } from './tls-report/read/deviations.js';
export { compareOuterNames, type OuterNames } from './tls-report/read/outer-names.js';
export { type ReadReport, type ReportRefusal, readReport } from './tls-report/read/read-report.js';
export type { ReceivedReport } from './tls-report/read/received-report.js';
export { summariseReports } from './tls-report/read/summarise.js';
export type { ReportSummary } from './tls-report/read/summary.js';
export { judgeClaim, type ReportState } from './tls-report/report-state.js';
export * from './tls-report/send/index.js';
export {
  addTallies,
  boundTallies,
  type TallyBounds,
  type TlsReportDetail,
  type TlsReportPolicy,
} from './tls-report/tally.js';
export {
  printTlsReportRecord,
  readTlsReportRecord,
  type TlsReportDestination,
  type TlsReportRecord,
} from './tls-report/tlsrpt-record.js';
