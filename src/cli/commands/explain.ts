import { misuse, readArguments } from '../arguments.js';
import { type Aside, carryOut } from '../attempt.js';
import type { Command } from '../command.js';
import {
  ATTEMPT_OPTIONS,
  ATTEMPT_OPTIONS_HELP,
  bareAddress,
  checkAddresses,
  readAttemptSetup,
  readSender,
} from '../options.js';
import { renderPolicyAnswer } from '../output/policy-answer-text.js';
import { painter } from '../output/terminal.js';
import { type LookupSetup, lookupOf } from '../policy-lookup.js';
import { readWay, WAY_OPTIONS, WAY_OPTIONS_HELP } from '../ways.js';

const OPTIONS = {
  ...ATTEMPT_OPTIONS,
  ...WAY_OPTIONS,
  to: { type: 'string', multiple: true },
  as: { type: 'string' },
  'postfix-version': { type: 'string' },
} as const;

const HELP = `\
Usage: waxseal explain DOMAIN [OPTION]...

Goes the way of a message to DOMAIN as far as EHLO after TLS, sends no mail, and says
what it found and decided.

  --as postfix           say beside it what Postfix would be told of DOMAIN by the policy
                         map, and what that does not say ("waxseal postfix query")
  --postfix-version V    with --as postfix: which Postfix (3.7)
${WAY_OPTIONS_HELP}\
  --from ADDRESS, --to ADDRESS
                         taken as by "waxseal deliver"; the way to DOMAIN is shown,
                         whoever they are
${ATTEMPT_OPTIONS_HELP}
Ends as "waxseal deliver" would: 0 if a message would have been sent, 75 if it would
have to wait, 69 if it would be refused for good.
`;

export const explain: Command = {
  help: HELP,
  async run(args) {
    const { values: all, positionals } = readArguments(args, OPTIONS);
    const { as, 'postfix-version': postfixVersion, to = [], config: _, via: __, ...values } = all;
    if (as !== undefined && as !== 'postfix')
      throw misuse(`--as ${JSON.stringify(as)} is nobody we can speak for; there is: postfix`);
    if (as === undefined && postfixVersion !== undefined)
      throw misuse('--postfix-version has a meaning only with --as postfix');
    const [domain, second] = positionals;
    if (domain === undefined) throw misuse('the domain is missing; give one like example.org');
    if (second !== undefined)
      throw misuse(`there can be one domain only, and ${JSON.stringify(second)} is a second`);
    if (to.length > 0) checkAddresses('', to.map(bareAddress));
    const setup = { ...(await readAttemptSetup(values)), ...(await readWay(all)) };
    const lookup = as === undefined ? undefined : lookupOf(setup, postfixVersion);
    return carryOut(
      setup,
      (engine, options) =>
        engine.explain(
          domain,
          {
            ...(values.from === undefined ? {} : { from: readSender(values.from) }),
            facts: { requireTls: setup.requireTls },
          },
          options,
        ),
      lookup && (() => asPostfix(domain, lookup)),
    );
  },
};

async function asPostfix(domain: string, lookup: LookupSetup): Promise<Aside> {
  const { answerJson, askOnce } = await import('../policy-answer.js');
  const answer = await askOnce(domain, lookup);
  return {
    key: 'postfix',
    value: answerJson(answer),
    text: `as Postfix is told it\n${renderPolicyAnswer(answer, painter())}`,
  };
}
