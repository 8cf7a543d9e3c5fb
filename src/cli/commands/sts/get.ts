import type { PolicyResult } from '../../../engine/engine.js';
import { readArguments, type ValuesOf } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT, type Exit } from '../../exit.js';
import { REACH_OPTIONS } from '../../options.js';
import { jsonText } from '../../output/json.js';
import { renderFound, renderKept } from '../../output/sts/policies-text.js';
import { painter, print } from '../../output/terminal.js';
import { fitted } from '../../output/wrap.js';
import { FETCH_OPTIONS_HELP, readOneDomain, withEngine, withStore } from './setup.js';

const HELP = `\
Usage: waxseal sts get DOMAIN [OPTION]...

Looks for the MTA-STS policy of DOMAIN as for a message, keeps it, and says what is in
force and why. Connects to no mail host.

  --state DIR            keep policies there; default: they are forgotten
  --database URL         keep them in a PostgreSQL database (postgres://...) instead
  --offline              ask nobody, and show what is kept there
${FETCH_OPTIONS_HELP}
Ends with 0 if it is known whether there is a policy, with 75 if that could not be
learned. 66: nothing is kept (with --offline).
`;

export const get: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...REACH_OPTIONS, offline: { type: 'boolean' } });
    const domain = readOneDomain(positionals);
    const { offline, ...others } = values;
    if (offline === true) return showKept(domain, others);
    const { found, isStopped } = await withEngine(others, async (engine, _, signal) => ({
      found: await engine.policy(domain, { purpose: 'learn' }, { signal }),
      isStopped: signal.aborted,
    }));
    // That it was stopped has been said, and says nothing about the domain.
    if (isStopped) return EXIT.deferred;
    const { policy, decisions } = found;
    await print(
      others.json === true
        ? `${jsonText({ domain, policy, decisions })}\n`
        : fitted(renderFound(found, Date.now(), painter())),
    );
    return exitOfFound(found);
  },
};

async function showKept(domain: string, values: ValuesOf<typeof REACH_OPTIONS>): Promise<Exit> {
  const kept = await withStore(values, (store) => store['policy-cache.read']({ domain }, NEVER));
  await print(
    values.json === true
      ? `${jsonText({ domain, ...kept })}\n`
      : renderKept({ domain, ...kept }, Date.now(), painter()),
  );
  const isNothing = kept.kind === 'read' && kept.cached === null && kept.failure === null;
  return isNothing || kept.kind === 'unreadable' ? EXIT.noInput : EXIT.ok;
}

/** How a command about one policy ends. */
function exitOfFound({ policy }: PolicyResult): Exit {
  if (policy === null) return EXIT.software;
  return policy.known.kind === 'unknown' ? EXIT.deferred : EXIT.ok;
}

const NEVER = new AbortController().signal;
