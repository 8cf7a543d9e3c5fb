import { misuse } from './arguments.js';
import type { Command } from './command.js';

/** A command that is several: the first word says which. `members`: by that word, in the order in which they help. */
export function commandOf(name: string, members: Readonly<Record<string, Command>>): Command {
  return {
    help: Object.values(members)
      .map(({ help }) => help)
      .join('\n'),
    helpOf: (word) => (Object.hasOwn(members, word) ? members[word]!.help : null),
    async run([word, ...args]) {
      const known = Object.keys(members).join(', ');
      if (word === undefined) throw misuse(`what to do is missing; there is: ${known}`);
      if (!Object.hasOwn(members, word)) throw misuse(`there is no "${name} ${word}"; there is: ${known}`);
      return members[word]!.run(args);
    },
  };
}
