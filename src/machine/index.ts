/** The machines, and the seam that makes them pure programs. */
export { attemptMachine } from './attempt.machine.js';
export { renderMachine } from './graph.js';
export { hostMachine } from './host.machine.js';
export { messageMachine, type TurnEnd } from './message.machine.js';
export { programOf } from './program.js';
export { messageProgram, programs } from './programs.js';
