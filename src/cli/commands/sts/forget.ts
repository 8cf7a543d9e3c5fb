import { readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { CommandError, EXIT } from '../../exit.js';
import { print } from '../../output/terminal.js';
import { KEPT_HELP, readOneDomain, STORE_OPTIONS, withStore } from './setup.js';

const HELP = `\
Usage: waxseal sts forget DOMAIN (--state DIR | --database URL) [--json]

Forgets the MTA-STS policy of DOMAIN, also one that is enforced: until it is fetched
again, mail for DOMAIN goes as if there were none.

${KEPT_HELP}\
  --json                 print one JSON object

Ends with 66 if nothing was kept.
`;

export const forget: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, STORE_OPTIONS);
    const domain = readOneDomain(positionals);
    const outcome = await withStore(values, (store) => store.forget(domain));
    if (outcome === 'unknown') throw new CommandError(EXIT.noInput, `nothing is kept of ${domain}`);
    await print(values.json === true ? `${JSON.stringify({ domain, outcome })}\n` : `${domain}  forgotten\n`);
    return EXIT.ok;
  },
};
