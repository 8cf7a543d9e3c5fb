import { misuse } from './arguments.js';
import type { Command } from './command.js';

/** A command that is several: the first word says which. `members`: by that word, in the order in which they help. */
export function commandOf(name: string, members: Readonly<Record<string, Command>>): Command {
  return {
    help: helpOfAll(name, Object.values(members)),
    helpOf: (word) => (Object.hasOwn(members, word) ? members[word]!.help : null),
    async run([word, ...args]) {
      const known = Object.keys(members).join(', ');
      if (word === undefined) throw misuse(`what to do is missing; there is: ${known}`);
      if (!Object.hasOwn(members, word)) throw misuse(`there is no "${name} ${word}"; there is: ${known}`);
      return members[word]!.run(args);
    },
  };
}

/** Beyond so many, the help of each would be too much at once. */
const WHOLE_MAX = 3;

function helpOfAll(name: string, members: readonly Command[]): string {
  if (members.length <= WHOLE_MAX) return members.map(({ help }) => help).join('\n');
  const briefs = members.map(({ help }) => `${help.trimEnd().split('\n\n').slice(0, 2).join('\n\n')}\n`);
  return `${briefs.join('\n')}\n"waxseal ${name} WORD --help" tells the options of each.\n`;
}
