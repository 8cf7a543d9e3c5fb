/** What may be asked of the world, and how a run is carried out, played, recorded and replayed. */
export type * from './catalog.js';
export { type Interpretation, interpret } from './interpret.js';
export * from './journal.js';
export type * from './ports.js';
export type { AnyProgram, Program, Step } from './program.js';
export { type Replay, replay } from './replay.js';
export { type Ended, type Player, type Programs, simulate, simulateHost } from './simulate.js';
export * from './stores.js';
