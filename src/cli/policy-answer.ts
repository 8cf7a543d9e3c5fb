import { explainDelivery } from '../engine/explain-delivery.js';
import { type PolicyAnswer, policyMap } from '../hosts/postfix/index.js';
import { listenForSignals } from './interruption.js';
import { openStores, policiesIn } from './kept-state.js';
import { complain } from './output/terminal.js';
import type { LookupSetup } from './policy-lookup.js';

/** What Postfix would be told, asked now. */
export async function askOnce(
  nextHop: string,
  { node, places, deadlineMs, ...setup }: LookupSetup,
): Promise<PolicyAnswer> {
  const { nodeAdapters } = await import('../node.js');
  const stores = await openStores(places);
  const adapters = nodeAdapters(node);
  const interruption = listenForSignals((name) =>
    complain(`waxseal: ${name}: what is under way is given up`),
  );
  const map = policyMap({
    ...setup,
    adapters: { ...adapters, ...policiesIn(stores) },
    onFault: (message) => complain(`waxseal: a fault of ours: ${message}`),
  });
  try {
    const inTime = AbortSignal.any([interruption.signal, AbortSignal.timeout(deadlineMs)]);
    return await map.query(nextHop, inTime);
  } finally {
    interruption.release();
    await map.close(0);
    await Promise.all([adapters.close(), stores.close()]);
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
