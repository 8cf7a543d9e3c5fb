/* What a server presents, against the trust store and against its TLSA records. */

import type { PeerFacts } from '../../../policy/certificate/facts.js';
import { isUsable, presentRecord } from '../../../policy/dane/usability.js';
import { quoted, someOf, timeOf } from '../../../policy/explain/values.js';
import { ruleFor } from '../../../policy/local/destination.js';
import { coversName } from '../../../policy/names/match.js';
import { type Asked, domainOf, type Edit, editOfAnswers, type Supposed } from '../edit.js';
import { matching, validPeer } from '../well-kept.js';

export function certificateEdits(asked: Asked, { input }: Supposed): readonly Edit[] {
  const { ask, answer, host, key } = asked;
  if (ask.type !== 'peer.inspect' || answer === null || host === null) return [];
  const peer = answer as PeerFacts;
  const now = input.startedAt;
  // Only a rule of the operator asks for the domain beside the host.
  const rule = ruleFor(input.destination, input.settings.destinations, input.startedAt);
  const names = [...new Set([host, ...(rule?.demand === 'verify' ? [domainOf(input)] : [])])].filter(
    (name) => !name.startsWith('['),
  );
  const edits = names
    .filter((name) => faultOf(peer, name, now) !== null)
    .map((name) =>
      editOfAnswers(
        {
          ...{ key: `${key} valid for ${name}`, by: 'recipient', kind: 'repair' },
          says: `Present at ${host} a certificate for ${name} that a trusted CA vouches for; ${faultOf(peer, name, now)}.`,
        },
        { [key]: (before: PeerFacts | null) => validPeer(before ?? peer, [name], now) },
      ),
    );
  const records = ask.tlsa.filter(isUsable);
  if (records.length === 0) return edits;
  return [
    ...edits,
    editOfAnswers(
      {
        ...{ key: `${key} matching`, by: 'recipient', kind: 'repair' },
        says: `Present at ${host} the key or certificate that its TLSA records describe: ${someOf(records.map((each) => quoted(presentRecord(each))))}.`,
      },
      {
        [key]: (before: PeerFacts | null) =>
          matching(before ?? peer, ask.tlsa, { names: [host, ...names], now }),
      },
    ),
  ];
}

function faultOf(peer: PeerFacts, name: string, now: number): string | null {
  if (peer.kind === 'unreadable') return `what it presents cannot be read (${peer.code})`;
  const [leaf] = peer.chain;
  if (peer.path.kind === 'untrusted')
    return leaf.notAfter < now
      ? `the one that it has expired on ${timeOf(leaf.notAfter)}`
      : `no path from the one that it has leads to one (${peer.path.code})`;
  if (leaf.dnsNames.some((each) => coversName(each, name))) return null;
  return `the one that it has is for ${leaf.dnsNames.length === 0 ? 'no DNS name' : someOf(leaf.dnsNames.map(quoted))}`;
}
