export { type NodeSmtpOptions, nodeSmtp } from './smtp-session.js';
