/** A transport for Nodemailer that delivers to the mail hosts of each recipient's domain, with policy. */
export { judgedSocket, type SocketHandler } from './judged-socket.js';
export type { SentMessage, TransportError } from './outcome.js';
export {
  type MailToSend,
  type WaxsealTransport,
  type WaxsealTransportOptions,
  waxsealTransport,
} from './transport.js';
