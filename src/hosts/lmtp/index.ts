/** An LMTP server for every MTA that keeps its queue and wants policy. */
export {
  type InheritedSocket,
  type ListenAddress,
  listenAddressText,
  parseListenAddress,
} from '../listen-address.js';
export type { OwnCertificate } from '../own-certificate.js';
export type { LmtpOptions } from './lmtp-options.js';
export { type LmtpServer, lmtpServer } from './lmtp-server.js';
export type { NoticeOptions } from './notices.js';
export { type LmtpReply, replyTo } from './reply.js';
