export type { KeepableSession } from './keepable-session.js';
export { nodeSockets } from './node-sockets.js';
export type { SecretOf } from './secret-of.js';
export { type NodeSmtpOptions, nodeSmtp } from './smtp-session.js';
