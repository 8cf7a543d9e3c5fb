import type { Programs } from '../effects/simulate.js';
import { attemptMachine } from './attempt.machine.js';
import { hostMachine } from './host.machine.js';
import { messageMachine } from './message.machine.js';
import { programOf } from './program.js';

/** Both machines of an attempt as programs; made once, since each holds a scope of its own. */
export const programs: Programs = Object.freeze({
  attempt: programOf(attemptMachine),
  host: programOf(hostMachine),
});

/** The machine of a queued message as a program. */
export const messageProgram = programOf(messageMachine);
