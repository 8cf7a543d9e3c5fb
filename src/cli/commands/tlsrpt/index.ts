import { misuse } from '../../arguments.js';
import type { Command } from '../../command.js';
import { read } from './read.js';
import { run } from './run.js';
import { send } from './send.js';
import { show } from './show.js';

/** By their names on the command line, in the order in which they help. */
const SUBCOMMANDS: Readonly<Record<string, Command>> = { read, show, send, run };

export const tlsrpt: Command = {
  help: Object.values(SUBCOMMANDS)
    .map(({ help }) => help)
    .join('\n'),
  async run([name, ...args]) {
    const known = Object.keys(SUBCOMMANDS).join(', ');
    if (name === undefined) throw misuse(`what to do is missing; there is: ${known}`);
    if (!Object.hasOwn(SUBCOMMANDS, name)) throw misuse(`there is no "tlsrpt ${name}"; there is: ${known}`);
    return SUBCOMMANDS[name]!.run(args);
  },
};
