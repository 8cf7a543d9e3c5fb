/** The queue: it keeps what it accepts until it is delivered, or its sender has been told. */
export type * from '../../effects/queue-stores.js';
export type { OperatorOrder, ShownMessage, ShownRecipient, TlsWish } from '../../policy/queue/message.js';
export { DEFAULT_RETRY, RETRY_PRESETS, type RetrySettings } from '../../policy/queue/settings.js';
export { type BodiesBySize, bodiesBySize } from './bodies-by-size.js';
export { createQueue } from './create-queue.js';
export { type DeskPage, type QueueDesk, storeDesk } from './desk.js';
export type { DoorbellState } from './doorkeeper.js';
export { createIntake, newId } from './intake.js';
export type { MessageHistory, MessageView, OrderAnswer, OrderView, RecipientView } from './message-view.js';
export type { QueueOutcome } from './outcomes.js';
export type { QueuePlatform } from './platform.js';
export type {
  Intake,
  IntakeOptions,
  MailToQueue,
  Queue,
  QueueLimits,
  QueueOptions,
  QueuePage,
  QueueTuning,
  RecipientToQueue,
} from './queue.js';
export {
  type ContentFault,
  ContentRefused,
  type SubmittedContent,
  submittedContent,
} from './submitted-content.js';
export { refuseSuppressed } from './suppressed.js';
export type { LaneOf, WaitingMail } from './waiting-mail.js';
