import { explainDelivery } from '../../../engine/explain-delivery.js';
import { type PolicyAnswer, policyMap } from '../../../hosts/postfix/index.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT } from '../../exit.js';
import { listenForSignals } from '../../interruption.js';
import { renderPolicyAnswer } from '../../output/policy-answer-text.js';
import { complain, painter, print } from '../../output/terminal.js';
import { LOOKUP_OPTIONS, LOOKUP_OPTIONS_HELP, type LookupSetup, readLookupSetup } from './setup.js';

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
    const { values, positionals } = readArguments(args, { ...LOOKUP_OPTIONS, json: { type: 'boolean' } });
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

/** What Postfix would be told, asked now. */
export async function askOnce(
  nextHop: string,
  { node, deadlineMs, ...setup }: LookupSetup,
): Promise<PolicyAnswer> {
  const { nodeAdapters } = await import('../../../node.js');
  const adapters = nodeAdapters(node);
  const interruption = listenForSignals((name) =>
    complain(`waxseal: ${name}: what is under way is given up`),
  );
  const map = policyMap({
    ...setup,
    adapters,
    onFault: (message) => complain(`waxseal: a fault of ours: ${message}`),
  });
  try {
    const inTime = AbortSignal.any([interruption.signal, AbortSignal.timeout(deadlineMs)]);
    return await map.query(nextHop, inTime);
  } finally {
    interruption.release();
    await map.close(0);
    await adapters.close();
  }
}

/** With what each decision was made on. */
export function answerJson({ key, reply, reason, decisions, loses, supposes, found }: PolicyAnswer) {
  const explained = found === null ? [] : (explainDelivery(found.journal)[0]?.decisions ?? []);
  const factsOf = ({ row, mx }: { readonly row: string; readonly mx: string | null }) =>
    explained.find((each) => each.row === row && each.mx === mx)?.facts ?? [];
  return {
    domain: key,
    answer: reply,
    reason,
    decisions: decisions.map((decision) => ({ ...decision, facts: factsOf(decision) })),
    loses,
    supposes,
  };
}
