export type { KeepableSession } from './keepable-session.js';
export { type NodeSmtpOptions, nodeSmtp } from './smtp-session.js';
