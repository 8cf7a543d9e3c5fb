export type { Certificate, MailHost, PolicyHost, RecordSet, World } from '../adapters/scripted/index.js';
export { checkWorld } from './check-world.js';
export type { DnsQuery } from './dns-message.js';
export { type Internet, type InternetOptions, startInternet, type WorldChange } from './internet.js';
export { association, createPki, type Issued, type Pki } from './pki.js';
export type { ReceivedMessage, ReceivedSession } from './smtp-receiver.js';
