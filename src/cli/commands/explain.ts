import { misuse, readArguments } from '../arguments.js';
import { carryOut } from '../attempt.js';
import type { Command } from '../command.js';
import { ATTEMPT_OPTIONS, ATTEMPT_OPTIONS_HELP, readAttemptSetup, readSender } from '../options.js';

const HELP = `\
Usage: waxseal explain DOMAIN [OPTION]...

Goes the way of a message to DOMAIN as far as EHLO after TLS, sends no mail, and says
what it found and decided.

  --from ADDRESS         taken as by "waxseal deliver"; makes no difference
${ATTEMPT_OPTIONS_HELP}
Ends as "waxseal deliver" would: 0 if a message would have been sent, 75 if it would
have to wait, 69 if it would be refused for good.
`;

export const explain: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, ATTEMPT_OPTIONS);
    const [domain, second] = positionals;
    if (domain === undefined) throw misuse('the domain is missing; give one like example.org');
    if (second !== undefined)
      throw misuse(`there can be one domain only, and ${JSON.stringify(second)} is a second`);
    const setup = await readAttemptSetup(values);
    return carryOut(setup, (engine, options) =>
      engine.explain(
        domain,
        {
          ...(values.from === undefined ? {} : { from: readSender(values.from) }),
          facts: { requireTls: setup.requireTls },
        },
        options,
      ),
    );
  },
};
