/** What may be asked of the world, and how a run is carried out, played, recorded and replayed. */
export type * from './catalog.js';
export { type Explained, type Explanation, explainAttempt } from './explain.js';
export { type Interpretation, interpret } from './interpret.js';
export * from './journal.js';
export type * from './ports.js';
export type { AnyProgram, Onlooker, Program, Step } from './program.js';
export { type Replay, replay } from './replay.js';
export {
  type Ended,
  type Onlookers,
  type Player,
  type Programs,
  simulate,
  simulateHost,
} from './simulate.js';
export type * from './socket-ports.js';
export * from './stores.js';
