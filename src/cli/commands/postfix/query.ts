import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT } from '../../exit.js';
import { renderPolicyAnswer } from '../../output/policy-answer-text.js';
import { painter, print } from '../../output/terminal.js';
import { answerJson, askOnce } from '../../policy-answer.js';
import { LOOKUP_OPTIONS, LOOKUP_OPTIONS_HELP, readLookupSetup } from '../../policy-lookup.js';

const HELP = `\
Usage: waxseal postfix query NEXTHOP [OPTION]...

Says what "waxseal postfix policy-map" would answer Postfix, why, and what one policy a
lookup cannot say. NEXTHOP is written as Postfix asks: a domain, "domain:port", or a host
in brackets, "[mx.example.org]:587".

${LOOKUP_OPTIONS_HELP}\
  --json                 print one JSON object

Ends with 0 for an answer, with 75 for TEMP.
`;

export const query: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, LOOKUP_OPTIONS);
    const [nextHop, second] = positionals;
    if (nextHop === undefined) throw misuse('the next hop is missing; give a domain like example.org');
    if (second !== undefined)
      throw misuse(`there can be one next hop only, and ${JSON.stringify(second)} is a second`);
    const { json, ...lookup } = values;
    const answer = await askOnce(nextHop, await readLookupSetup(lookup));
    await print(
      json === true ? `${JSON.stringify(answerJson(answer))}\n` : renderPolicyAnswer(answer, painter()),
    );
    return answer.reply.startsWith('TEMP ') ? EXIT.deferred : EXIT.ok;
  },
};
