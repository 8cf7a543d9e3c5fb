import { type DestinationRule, hasExpired } from '../../../policy/local/destination.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { readConfigFile } from '../../config-file.js';
import { EXIT } from '../../exit.js';
import { complain, painter, print, printable } from '../../output/terminal.js';
import { readSettings } from '../../settings.js';

const HELP = `\
Usage: waxseal policy list [--config FILE] [--policy FILE] [--json]

Lists what the operator demands of destinations, each with who is responsible for it, why,
and until when. A rule whose time is over is not in force, and is told of as an alarm.

  --config FILE          the configuration of the daemon (/etc/waxseal/waxseal.yaml)
  --policy FILE          settings in JSON, whose rules stand beside those
  --json                 print one JSON object {"destinations":[...]}
`;

const OPTIONS = {
  config: { type: 'string' },
  policy: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const list: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const { config } = await readConfigFile(values.config);
    const { destinations } =
      values.policy === undefined ? { destinations: [] } : await readSettings({ policy: values.policy });
    const now = Date.now();
    const rules = [...config.destinations, ...destinations].map((rule) => viewOf(rule, now));
    if (values.json === true) await print(`${JSON.stringify({ destinations: rules })}\n`);
    else await print(rules.length === 0 ? 'there are no rules\n' : rules.map(lineOf).join(''));
    for (const { destination, owner, expiresAt } of rules.filter(({ expired }) => expired))
      complain(
        `waxseal policy: the rule for ${destination} is over since ${expiresAt}, and not in force; ask ${owner}`,
      );
    return EXIT.ok;
  },
};

function viewOf({ destination, demand, relay, owner, reason, expiresAt }: DestinationRule, now: number) {
  return {
    ...{ destination, demand, relay: relay ?? null, owner, reason },
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    expired: hasExpired({ expiresAt }, now),
  };
}

function lineOf({
  destination,
  demand,
  relay,
  owner,
  reason,
  expiresAt,
  expired,
}: ReturnType<typeof viewOf>) {
  const paint = painter();
  const end = expired
    ? paint('red', `over since ${expiresAt}`)
    : expiresAt === null
      ? 'without an end'
      : `until ${expiresAt}`;
  const by = relay === null ? '' : ` by ${relay.host}:${relay.port}`;
  return `${destination}  ${demand}${by}  ${end}\n    ${printable(owner)}: ${printable(reason)}\n`;
}
