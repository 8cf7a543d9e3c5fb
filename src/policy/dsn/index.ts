/* Notices: when one is due, what it says, and how it is written. */
export { type ComposedNotice, composeNotice, SIGNED_NOTICE_FIELDS } from './compose-notice.js';
export { judgeContent, judgeNotice, type NoticeQuestion, RETURNED_OCTETS_MAX } from './judge-notice.js';
export { type Mechanism, mechanismsOf } from './mechanism.js';
export type { NoticeFacts, NoticeRecipient, Reason, ReturnedMessage } from './notice.js';
export type { NoticeAction, NoticeEvent, NoticeVerdict } from './notice.tables.js';
export {
  type DsnRequest,
  type Notify,
  type NotifyWord,
  type RecipientDsn,
  type Ret,
  readEnvid,
  readNotify,
  readOrcpt,
  readRet,
} from './request.js';
export { ownFacts, tellableFacts } from './tellable.js';
