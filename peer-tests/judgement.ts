import type { Scenario } from '../src/adapters/scripted/index.js';
import type { RecipientReport } from '../src/engine/recipient-report.js';
import { differencesIn } from '../src/testing/scenario/expectation.js';
import type { Played } from './peers.js';

/** Where a story did not go as told, or where the engine and the servers contradict one another; one line each. */
export function differences({ steps: [step] }: Scenario, played: Played): readonly string[] {
  const { results, sessions } = played;
  const parameters = sessions.flatMap(({ taken }) => taken.flatMap((message) => message.parameters ?? []));
  const connected = new Set(sessions.map(({ host }) => host));
  // No story that is told to a peer speaks of RCPT's.
  const witness = { connected, parameters, recipientParameters: [] };
  return [
    ...differencesIn(step, results, witness),
    ...results.flatMap((report) => contradictions(report, played)),
  ];
}

/** A message is delivered to a recipient exactly if a server says that it has taken it, and encrypted if the server says so. */
function contradictions(
  { recipient, outcome, reply, tls }: RecipientReport,
  { sessions }: Played,
): readonly string[] {
  const takers = sessions.filter(({ taken }) =>
    taken.some(({ recipients }) => recipients.includes(recipient)),
  );
  if (outcome !== 'delivered')
    return takers.map(({ host }) => `${recipient}: ${outcome}, and ${host} has taken the message`);
  const taker = sessions.find(({ taken }) =>
    taken.some(({ id, recipients }) => recipients.includes(recipient) && reply?.text.endsWith(id)),
  );
  if (taker === undefined || takers.length !== 1)
    return [`${recipient}: delivered, and ${takers.length} servers have taken it, none as "${reply?.text}"`];
  return (tls !== null) === (taker.tls === 'yes')
    ? []
    : [`${recipient}: the server says of TLS: ${taker.tls}`];
}
