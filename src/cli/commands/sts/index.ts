import { misuse } from '../../arguments.js';
import type { Command } from '../../command.js';
import { forget } from './forget.js';
import { get } from './get.js';
import { lint } from './lint.js';
import { list } from './list.js';
import { refresh } from './refresh.js';

/** By their names on the command line, in the order in which they help. */
const SUBCOMMANDS: Readonly<Record<string, Command>> = { get, list, refresh, forget, lint };

export const sts: Command = {
  help: Object.values(SUBCOMMANDS)
    .map(({ help }) => help)
    .join('\n'),
  async run([name, ...args]) {
    const known = Object.keys(SUBCOMMANDS).join(', ');
    if (name === undefined) throw misuse(`what to do is missing; there is: ${known}`);
    if (!Object.hasOwn(SUBCOMMANDS, name)) throw misuse(`there is no "sts ${name}"; there is: ${known}`);
    return SUBCOMMANDS[name]!.run(args);
  },
};
