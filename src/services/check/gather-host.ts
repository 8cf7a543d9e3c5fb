import type { HostFacts } from '../../policy/check/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import { tlsaBase } from '../../policy/dane/tlsa-base.table.js';
import { type AddressKnowledge, learnAddresses, withinBound } from '../../policy/host/addresses.js';
import { decide } from '../../policy/kernel/table.js';
import type { Candidate } from '../../policy/mx/candidate.js';
import { judgeAddress } from '../../policy/names/target-address.table.js';
import type { Asker } from './asker.js';
import { visitAddress } from './visit-address.js';

/** Addresses of one host that are visited; the others are named and left out. */
const ADDRESSES_MAX = 8;
/** A name that no server can hold (RFC 6761, Section 6.4). */
const FOREIGN_NAME = 'waxseal-check.invalid';

/** Everything about one mail host: addresses, TLSA records, and a visit to each address, one after the other. */
export async function gatherHost(
  asker: Asker,
  { host, source }: Pick<Candidate, 'host'> & { readonly source: HostFacts['source'] },
): Promise<HostFacts> {
  const addresses = await asker.lookUp('dns.addresses', host);
  const known = learnAddresses(addresses, []);
  const needsAlias = known.kind === 'found' && known.expandedName !== null && known.security === 'insecure';
  const alias = needsAlias ? await asker.lookUp('dns.cname', host) : null;
  const tlsa: HostFacts['tlsa'][number][] = [];
  for (const baseDomain of basesOf(host, known, alias)) {
    const answer = await asker.lookUp('dns.tlsa', `_${asker.settings.port}._tcp.${baseDomain}`);
    tlsa.push({ baseDomain, answer });
  }
  const { visits, probes } = await visitAll(asker, host, known, tlsa);
  return { host, source, addresses, alias, tlsa, visits, probes };
}

/** Unlike a sender, a check asks below unsigned names too: name servers must be able to say no (RFC 7672, Section 2.2.2). */
function basesOf(host: string, known: AddressKnowledge, alias: HostFacts['alias']): readonly string[] {
  if (known.kind !== 'found' || known.expandedName === null) return [host];
  const { verdict } = decide(tlsaBase, {
    alias: 'alias',
    addresses: known.security,
    firstAlias: alias === null ? 'not-asked' : alias.kind,
  });
  return verdict === 'expanded-then-original' ? [known.expandedName, host] : [host];
}

async function visitAll(
  asker: Asker,
  host: string,
  known: AddressKnowledge,
  tlsa: HostFacts['tlsa'],
): Promise<Pick<HostFacts, 'visits' | 'probes'>> {
  const addresses = known.kind === 'found' ? known.addresses : [];
  const isLeftOut = (address: string) =>
    judgeAddress(address, asker.settings.privateAddresses).verdict === 'leave-out';
  const within = new Set(
    withinBound(
      addresses.filter((address) => !isLeftOut(address)),
      ADDRESSES_MAX,
    ),
  );
  const [inForce] = tlsa.flatMap(({ baseDomain, answer }) =>
    answer.kind === 'secure' && answer.records.length > 0 ? [{ baseDomain, records: answer.records }] : [],
  );
  const records: readonly TlsaRecord[] = inForce?.records ?? [];
  const serverName = inForce?.baseDomain ?? host;
  const visits: HostFacts['visits'][number][] = [];
  const probes: HostFacts['probes'][number][] = [];
  for (const address of addresses) {
    if (isLeftOut(address)) {
      visits.push({ address, visit: { kind: 'left-out', cause: 'private-address' } });
      continue;
    }
    if (!within.has(address)) {
      visits.push({ address, visit: { kind: 'left-out', cause: 'bound' } });
      continue;
    }
    const visit = await visitAddress(asker, { host, address, serverName, tlsa: records });
    visits.push({ address, visit });
    if (visit.kind !== 'secured' || probes.length > 0) continue;
    for (const other of [null, FOREIGN_NAME]) {
      const probe = await visitAddress(asker, { host, address, serverName: other, tlsa: records });
      probes.push({ address, serverName: other, visit: probe });
    }
  }
  return { visits, probes };
}
