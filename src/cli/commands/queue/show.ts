import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { CommandError, EXIT } from '../../exit.js';
import { renderHistory } from '../../output/queue/message-text.js';
import { painter, print } from '../../output/terminal.js';
import { DESK_OPTIONS, DESK_OPTIONS_HELP, withDesk } from '../../queue-desk.js';

const HELP = `\
Usage: waxseal queue show ID (--state DIR | --database URL | --admin URL) [--json]

Shows a message: what became of each recipient and why, when it is tried next, and what
was ordered about it, by whom and for what reason.

${DESK_OPTIONS_HELP}
66: there is no such message.
`;

export const show: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, DESK_OPTIONS);
    const [id, second] = positionals;
    if (id === undefined) throw misuse('the id of a message is missing; "waxseal queue list" shows them');
    if (second !== undefined)
      throw misuse(`there can be one message only, and ${JSON.stringify(second)} is a second`);
    const message = await withDesk(values, (desk) => desk.show(id));
    if (message === null)
      throw new CommandError(EXIT.noInput, `there is no message ${JSON.stringify(id)} in the queue`);
    await print(
      values.json === true
        ? `${JSON.stringify({ messages: [message] })}\n`
        : renderHistory(message, painter()),
    );
    return EXIT.ok;
  },
};
