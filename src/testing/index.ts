export type {
  Certificate,
  Expectation,
  MailHost,
  PolicyHost,
  RecordSet,
  Scenario,
  Step,
  World,
} from '../adapters/scripted/index.js';
export { checkWorld } from './check-world.js';
export type { DnsQuery } from './dns-message.js';
export { type Internet, type InternetOptions, startInternet, type WorldChange } from './internet.js';
export { association, createPki, type Issued, type Pki } from './pki.js';
export type { ScenarioRun, StepRun } from './scenario/run.js';
export type { SimulationOptions } from './scenario/simulate-scenario.js';
export { checkScenario, playScenario, readScenario, simulateScenario } from './scenarios.js';
export type { ReceivedMessage, ReceivedSession } from './smtp-receiver.js';
export { LAWS } from './world/laws/laws.js';
export { DEFAULT_MIXTURE, type Mixture } from './world/mixture.js';
export type { WorldOptions } from './world/plan.js';
export { runWorld } from './world/run-world.js';
export type { BrokenLaw } from './world/tally.js';
export type { WorldRun } from './world/world-run.js';
export {
  announced,
  daneDomain,
  mailHosts,
  plainDomain,
  policyFile,
  policyText,
  REQUIRETLS_HOST,
  SIGNED,
  stsDomain,
  stsPolicy,
  tlsa,
  together,
  twoHosts,
} from './worlds.js';
