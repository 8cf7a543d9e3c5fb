export type { KeepableSession } from './keepable-session.js';
export { nodeSockets } from './node-sockets.js';
export { type NodeSmtpOptions, nodeSmtp } from './smtp-session.js';
