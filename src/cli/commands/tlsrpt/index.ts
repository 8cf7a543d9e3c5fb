import { commandOf } from '../../subcommands.js';
import { read } from './read.js';
import { run } from './run.js';
import { send } from './send.js';
import { show } from './show.js';

export const tlsrpt = commandOf('tlsrpt', { read, show, send, run });
