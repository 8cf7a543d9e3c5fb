import type { PolicyResult } from '../../../engine/engine.js';
import { refreshPolicies } from '../../../services/sts/index.js';
import { readArguments, type ValuesOf } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT, type Exit } from '../../exit.js';
import { requirePlace } from '../../kept-state.js';
import { REACH_OPTIONS } from '../../options.js';
import { jsonText } from '../../output/json.js';
import { renderFound, renderRefreshed } from '../../output/sts/policies-text.js';
import { complain, painter, print, printable } from '../../output/terminal.js';
import { fitted } from '../../output/wrap.js';
import { FETCH_OPTIONS_HELP, KEPT_HELP, readDomain, withEngine } from './setup.js';

const HELP = `\
Usage: waxseal sts refresh [DOMAIN]... (--state DIR | --database URL) [OPTION]...

Fetches kept MTA-STS policies anew: those that are due, about a day after they were
fetched, or those of each DOMAIN at once. To be run once an hour. What cannot be
fetched stays in force until it expires, and standard error says so.

${KEPT_HELP}\
${FETCH_OPTIONS_HELP}
Ends with 75 if a policy could not be renewed, or if more were due than one run
fetches; the next run goes on with those.
`;

export const refresh: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, REACH_OPTIONS);
    requirePlace(values, 'policies are kept');
    const domains = [...new Set(positionals.map(readDomain))];
    return domains.length === 0 ? refreshDue(values) : refreshThese(values, domains);
  },
};

type Values = ValuesOf<typeof REACH_OPTIONS>;

async function refreshDue(values: Values): Promise<Exit> {
  const { outcomes, leftOut } = await withEngine(values, (engine, store, signal) =>
    refreshPolicies({ engine, store, clock: Date.now }, {}, signal),
  );
  const told = outcomes.filter(({ alert }) => alert.verdict !== 'quiet');
  for (const { domain, alert, fault } of told)
    complain(
      `waxseal sts refresh: ${domain}: ${alert.verdict}: ${fault === null ? alert.why : printable(fault)}`,
    );
  if (leftOut > 0)
    complain(
      `waxseal sts refresh: ${leftOut} more are due and were not fetched; run it again, or more often`,
    );
  if (values.json === true) {
    const brief = outcomes.map(({ domain, plan, result, fault, alert, expiresAt }) => ({
      domain,
      plan,
      policy: result.policy,
      fault,
      alert,
      expiresAt,
    }));
    await print(`${jsonText({ outcomes: brief, leftOut })}\n`);
  } else await print(fitted(renderRefreshed(outcomes, leftOut, Date.now(), painter())));
  return told.length > 0 || leftOut > 0 ? EXIT.deferred : EXIT.ok;
}

async function refreshThese(values: Values, domains: readonly string[]): Promise<Exit> {
  const found = await withEngine(values, async (engine, _, signal) => {
    const results: PolicyResult[] = [];
    for (const domain of domains) {
      if (signal.aborted) break;
      results.push(await engine.policy(domain, { purpose: 'refresh' }, { signal }));
    }
    return results;
  });
  const outcomes = found.map(({ domain, policy, decisions }) => ({ domain, policy, decisions }));
  await print(
    values.json === true
      ? `${jsonText({ outcomes, leftOut: domains.length - found.length })}\n`
      : fitted(found.map((each) => renderFound(each, Date.now(), painter())).join('\n')),
  );
  const isRenewed = ({ policy }: PolicyResult) =>
    policy?.verdict === 'adopt' || policy?.verdict === 'no-policy';
  return found.length === domains.length && found.every(isRenewed) ? EXIT.ok : EXIT.deferred;
}
