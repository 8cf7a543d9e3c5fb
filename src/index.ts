/** The engine, and what it takes and gives. It runs wherever adapters for it are brought; `waxseal/node` brings Node's. */

export type { Change } from './effects/change/index.js';
export type { Journal } from './effects/journal.js';
export { type MisuseCode, MisuseError } from './effects/misuse.js';
export type { Adapters, GoesBack, MessageSource, SessionSeeker, SmtpSession } from './effects/ports.js';
export type { HandedSession, ShownBySocket, SocketPorts } from './effects/socket-ports.js';
export type {
  PolicyStore,
  ReportKey,
  Sighted,
  SignalStore,
  Stores,
  TlsReportStore,
} from './effects/stores.js';
export { settingsOf } from './engine/check-arguments.js';
export {
  createEngine,
  type DeliveryResult,
  type Engine,
  type LastLook,
  type PolicyResult,
} from './engine/engine.js';
export { type ExplainedDecision, type ExplainedReport, explainDelivery } from './engine/explain-delivery.js';
export { MessageReader } from './engine/message-reader.js';
export type { AttemptOptions, EngineOptions, OutboundMail, PlanFacts } from './engine/options.js';
export { type Connection, type ConnectionOptions, NotConnectedError } from './engine/plan/connect.js';
export type { Plan, PlanResult, Turn } from './engine/plan/plan.js';
export type { HostVerdict, PlannedHost, SeenInClear, SeenUnderTls } from './engine/plan/planned-host.js';
export type { ReplyWords, TransactionStages, TransactionWords } from './engine/plan/words.js';
export { readMessage, withAddresses } from './engine/read-message.js';
export { NotReadyError } from './engine/ready.js';
export type { RecipientReport } from './engine/recipient-report.js';
export { type SignalMemory, type SignalMemoryOptions, signalMemory } from './engine/signal-memory.js';
export type { RecipientSignals, SignalsAnswer } from './engine/signals.js';
export { type DeliveryTextOptions, renderDelivery } from './engine/text/render-delivery.js';
export type { Paint, Style } from './engine/text/wrap.js';
export { whatStopped } from './engine/what-stopped.js';
export { withoutDotStuffing } from './engine/without-dot-stuffing.js';
export type { AttemptInput, AttemptResult, PlacedDecision } from './policy/attempt/types.js';
export type { Decision } from './policy/kernel/table.js';
export type { DestinationRule } from './policy/local/destination.js';
export type { LastLookVerdict, Patience, StoppedMessage } from './policy/mta-sts/last-look.js';
export type { PolicyFindings } from './policy/mta-sts/policy-findings.js';
export type { Crowd } from './policy/queue/crowd.js';
export type { MessageFacts } from './policy/require-tls/message.js';
export {
  DEFAULT_SETTINGS,
  type Deadlines,
  PROFILES,
  type ProfileName,
  type Settings,
} from './policy/settings.js';
export { checkDomain, type DomainCheck } from './services/check/check-domain.js';
export { type CheckOptions, gatherDomain } from './services/check/gather-domain.js';
export * from './services/sts/index.js';
