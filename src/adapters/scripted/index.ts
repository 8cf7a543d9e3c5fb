export { type Addresses, allocate, idsAt, resolveAddress } from './allocate.js';
export {
  ancestryOf,
  certificateOf,
  intermediateCa,
  type MadeUpCertificate,
  privateCa,
  publicCa,
  trustAnchorOf,
  VALIDITY_DAYS,
} from './certificates.js';
export { type AcceptedMessage, freshMemory, type WorldMemory } from './memory.js';
export { readMxText } from './mx-text.js';
export { applyChange } from './play.js';
export { peerFactsOf, presentedBy, trustPathOf } from './presented.js';
export {
  lookup,
  plainName,
  WORLD_TTL_SECONDS,
  type WorldAlias,
  type WorldAnswer,
  type WorldRecordType,
  type WorldSecurity,
} from './records.js';
export { readReplyLine } from './reply-line.js';
export type { Expectation, Scenario, Step, StopAt } from './scenario.js';
export { DEFAULT_KEYWORDS } from './scripted-session.js';
export {
  type PlayedEffect,
  type ScriptedOptions,
  type ScriptedWorld,
  scriptedWorld,
} from './scripted-world.js';
export { tlsaRecordOf } from './tlsa-record.js';
export { readTlsaText, type TlsaParameters, type TlsaText } from './tlsa-text.js';
export type { Certificate, MailHost, PolicyHost, RecordSet, World } from './world.js';
