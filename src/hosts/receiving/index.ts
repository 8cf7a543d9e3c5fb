/** For a mail system that receives: what it says and keeps of REQUIRETLS, and what it knows of a sender's domain. */
export { receivedWith, type TakenBy } from './received.js';
export {
  announced,
  type MailParameters,
  type Protection,
  type RequireTlsAnswer,
  readRequireTls,
} from './require-tls.js';
export { type SenderDnssec, type SenderDnssecOptions, senderDnssec } from './sender-dnssec.js';
