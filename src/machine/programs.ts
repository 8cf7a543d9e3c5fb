import type { Programs } from '../effects/simulate.js';
import { attemptMachine } from './attempt.machine.js';
import { hostMachine } from './host.machine.js';
import { programOf } from './program.js';

/** Both machines as programs; made once, since each holds a scope of its own. */
export const programs: Programs = Object.freeze({
  attempt: programOf(attemptMachine),
  host: programOf(hostMachine),
});
