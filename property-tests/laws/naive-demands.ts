/*
 * What a world and a message demand of a session, worked out the plain way: no table, no plan, nothing of src/policy but
 * its types. Only what the laws need, written so that each line can be held against an RFC.
 */

import type { AttemptInput } from '../../src/policy/attempt/types.js';
import type { CertificateFacts, PeerFacts } from '../../src/policy/certificate/facts.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import type { AddressesAnswer, DnsAnswer } from '../../src/policy/dns/answer.js';
import type { DestinationRule } from '../../src/policy/local/destination.js';
import type { StsPolicy } from '../../src/policy/mta-sts/policy.js';
import { DOMAIN, EXPANDED } from '../arbitraries/universe.js';
import { serverAt, type World } from '../arbitraries/worlds.js';

export interface PolicyInForce {
  readonly policy: StsPolicy;
  readonly freshness: 'fresh' | 'stale';
}

/** The rule in force: the most specific one, of equals the strictest; of those the last by the text of its relay. */
function ruleInForce({ destination, settings, startedAt }: AttemptInput): DestinationRule | null {
  const inForce = settings.destinations.filter(({ destination: named, expiresAt }) => {
    if (expiresAt !== null && expiresAt <= startedAt) return false;
    if (named === '*') return true;
    if (destination.kind === 'literal') return false;
    return named === destination.name || (named.startsWith('.') && `.${destination.name}`.endsWith(named));
  });
  const weight = ({ destination: named }: DestinationRule) =>
    named === '*' ? 0 : named.startsWith('.') ? named.length : 1000;
  const demand = (rule: DestinationRule) => ['none', 'encrypt', 'verify', 'dane'].indexOf(rule.demand);
  const relay = (rule: DestinationRule) => (rule.relay ? `${rule.relay.host} ${rule.relay.port}` : '');
  const inOrder = [...inForce].sort(
    (a, b) =>
      weight(b) - weight(a) ||
      demand(b) - demand(a) ||
      (relay(a) < relay(b) ? 1 : relay(a) > relay(b) ? -1 : 0),
  );
  return inOrder[0] ?? null;
}

/** The host that the operator named for this destination, or null. */
export function relayOf(input: AttemptInput): string | null {
  return ruleInForce(input)?.relay?.host ?? null;
}

/** What was written behind the @. */
export function nameOf({ destination }: AttemptInput): string {
  return destination.kind === 'domain' ? destination.name : destination.address;
}

export function isLiteral(input: AttemptInput): boolean {
  return input.destination.kind === 'literal' && relayOf(input) === null;
}

/** Whether MX records named the hosts, and nobody has vouched for them (RFC 7672, Section 2.2.1). */
export function isNamedInsecurely({ mx }: World, input: AttemptInput): boolean {
  if (relayOf(input) !== null || (mx.kind !== 'failed' && mx.denial !== null)) return false;
  return mx.kind !== 'secure';
}

/** RFC 8689, Section 4.2.1; a null sender only wishes. */
export function requiresTls({ message }: AttemptInput): boolean {
  return message.requireTls === 'yes' && message.sender !== '';
}

/** RFC 8689, Section 3, if the operator lets senders do so. */
export function setsPoliciesAside({ message, settings }: AttemptInput): boolean {
  return message.requireTls === 'no' && message.tlsRequired === 'no' && settings.tlsRequiredNo === 'honour';
}

/** The policy that was kept and has not expired. */
export function keptPolicy(
  { cache }: World,
  now: number,
): { readonly id: string; readonly policy: StsPolicy; readonly fetchedAt: number } | null {
  if (cache.kind !== 'read' || cache.cached === null) return null;
  const { id, policy, fetchedAt } = cache.cached;
  const ageMs = Math.max(0, now - fetchedAt);
  return ageMs < policy.maxAgeSeconds * 1000 ? { id, policy, fetchedAt } : null;
}

/** RFC 8461, Sections 3 and 5.1: the policy that binds this attempt, or null. */
export function policyInForce(world: World, input: AttemptInput): PolicyInForce | null {
  if (isLiteral(input)) return null;
  const kept = keptPolicy(world, input.startedAt);
  const stale = kept && ({ policy: kept.policy, freshness: 'stale' } as const);
  const { id } = world.announcement;
  if (id === null) return stale;
  // A policy from the future is not believed to be the current one: a clock has gone back since.
  if (kept?.id === id && kept.fetchedAt - input.startedAt <= 5 * 60_000)
    return { policy: kept.policy, freshness: 'fresh' };
  const failure = world.cache.kind === 'read' ? world.cache.failure : null;
  const minutes = failure === null ? -1 : (input.startedAt - failure.failedAt) / 60_000;
  if (failure?.id === id && minutes >= 0 && minutes < 5) return stale;
  const canFetch = addressesOf(world.policyHost).some((address) => isWelcome(address, input));
  return canFetch && world.served.policy !== null
    ? { policy: world.served.policy, freshness: 'fresh' }
    : stale;
}

function addressesOf({ a, aaaa }: AddressesAnswer): readonly string[] {
  return [a, aaaa].flatMap((each) => (each.kind === 'failed' ? [] : each.records));
}

function isWelcome(address: string, { settings }: AttemptInput): boolean {
  const isPublic = /^(198\.41|192\.33|2001:)/.test(address);
  const isOurs = /^(127\.|10\.|::1$|fe80:|::ffff:10\.)/.test(address);
  return isPublic || (isOurs && settings.privateAddresses === 'allow');
}

/** RFC 8461, Section 4.1. */
export function lists(policy: StsPolicy, host: string): boolean {
  return policy.mx.some((pattern) => {
    if (!pattern.startsWith('*.')) return pattern === host;
    const [, ...rest] = host.split('.');
    return rest.length > 0 && rest.join('.') === pattern.slice(2);
  });
}

export type Tlsa =
  | { readonly kind: 'failed' }
  | { readonly kind: 'none' }
  | { readonly kind: 'records'; readonly records: readonly TlsaRecord[]; readonly base: string };

/** RFC 7672, Section 2.2: the secure records of a host; `failed` if any lookup on the way there did. */
export function tlsaOf(world: World, input: AttemptInput, host: string): Tlsa {
  if (isLiteral(input)) return { kind: 'none' };
  if (isNamedInsecurely(world, input) && input.settings.halfDane === 'ignore') return { kind: 'none' };
  const server = serverAt(world, host);
  const holding = [server.addresses.aaaa, server.addresses.a].filter(
    (each): each is Exclude<DnsAnswer<string>, { kind: 'failed' }> =>
      each.kind !== 'failed' && each.records.length > 0,
  );
  const isSecure = holding.every((each) => each.kind === 'secure');
  const isAlias = (holding[0]?.aliases.length ?? 0) > 0;
  if (!isSecure && !isAlias) return { kind: 'none' };
  if (!isSecure && server.alias.kind === 'failed') return { kind: 'failed' };
  if (!isSecure && server.alias.kind === 'insecure') return { kind: 'none' };
  const own = [{ base: host, answer: server.tlsa }];
  for (const { base, answer } of isSecure && isAlias
    ? [{ base: EXPANDED, answer: server.expandedTlsa }, ...own]
    : own) {
    if (answer.kind === 'failed') return { kind: 'failed' };
    if (answer.kind === 'secure' && answer.records.length > 0)
      return { kind: 'records', records: answer.records, base };
  }
  return { kind: 'none' };
}

/** RFC 7672, Section 3.1. */
export function isUsable(record: TlsaRecord): boolean {
  if (record.kind !== 'tlsa' || ![2, 3].includes(record.usage) || ![0, 1].includes(record.selector))
    return false;
  if (record.matching === 1) return record.data.length === 64;
  if (record.matching === 2) return record.data.length === 128;
  if (record.matching !== 0 || record.digest === null) return false;
  return record.content === (record.selector === 0 ? 'certificate' : 'public-key');
}

/** Whether the chain proves itself under one of the records. `names`: the reference identifiers of RFC 7672, Section 3.2.2. */
export function matchesDane(
  records: readonly TlsaRecord[],
  peer: PeerFacts,
  names: readonly string[],
  now: number,
): boolean {
  if (peer.kind === 'unreadable') return false;
  return records.some((record, index) => {
    if (record.kind !== 'tlsa' || !isUsable(record)) return false;
    // RFC 7671, Section 9: the strongest digest alone counts.
    const isOutdone = (other: TlsaRecord) =>
      other.kind === 'tlsa' &&
      isUsable(other) &&
      other.matching === 2 &&
      other.usage === record.usage &&
      other.selector === record.selector;
    if (record.matching === 1 && records.some(isOutdone)) return false;
    if (record.usage === 3) return digestIn(record, peer.chain[0]) === wantedBy(record);
    return (
      covers(peer.chain[0], names, true) &&
      pathsOf(peer, index).some((path) => isSound(path, record, peer, now))
    );
  });
}

function wantedBy(record: Extract<TlsaRecord, { kind: 'tlsa' }>): string {
  return record.matching === 0 ? record.digest! : record.data;
}

function digestIn(record: Extract<TlsaRecord, { kind: 'tlsa' }>, certificate: CertificateFacts): string {
  if (record.selector === 0)
    return record.matching === 2 ? certificate.certificateSha512 : certificate.certificateSha256;
  return record.matching === 2 ? certificate.spkiSha512 : certificate.spkiSha256;
}

interface Path {
  readonly certificates: readonly number[];
  /** Whether the key of the record itself signed the last of them. */
  readonly endsAtRecord: boolean;
}

/** All ways up from the leaf along verified signatures. */
function pathsOf(peer: Extract<PeerFacts, { kind: 'presented' }>, record: number): readonly Path[] {
  const from = (certificates: readonly number[]): Path[] => {
    const keys = peer.signatures
      .filter(({ subject }) => subject === certificates.at(-1))
      .map(({ key }) => key);
    return [
      { certificates, endsAtRecord: false },
      ...(keys.some((key) => key.from === 'tlsa' && key.index === record)
        ? [{ certificates, endsAtRecord: true }]
        : []),
      ...keys.flatMap((key) =>
        key.from === 'chain' && key.index < peer.chain.length && !certificates.includes(key.index)
          ? from([...certificates, key.index])
          : [],
      ),
    ];
  };
  return from([0]);
}

function isSound(
  path: Path,
  record: Extract<TlsaRecord, { kind: 'tlsa' }>,
  peer: Extract<PeerFacts, { kind: 'presented' }>,
  now: number,
): boolean {
  const chain = path.certificates.map((index) => peer.chain[index]!);
  const [leaf, ...above] = chain as [CertificateFacts, ...CertificateFacts[]];
  const top = chain.at(-1)!;
  if (leaf.serverAuth === 'no') return false;
  if (path.endsAtRecord && record.matching !== 0) return false;
  if (!path.endsAtRecord && digestIn(record, top) !== wantedBy(record)) return false;
  // A bare key vouches for itself alone: what the certificate around it says does not bind (RFC 7671, Section 5.2).
  const issuers = path.endsAtRecord ? above : record.selector === 1 ? above.slice(0, -1) : above;
  const inDates =
    path.endsAtRecord || record.selector === 0 || chain.length === 1 ? chain : chain.slice(0, -1);
  return (
    issuers.every(
      ({ ca, certSign, serverAuth }) => ca === 'yes' && certSign !== 'no' && serverAuth !== 'no',
    ) &&
    inDates.every(({ criticalExtensions }) => criticalExtensions === 'known') &&
    inDates.every(({ notBefore, notAfter }) => notBefore <= now && now <= notAfter)
  );
}

/** An IPv4 address as RFC 5280, Section 4.2.1.6, writes it; nothing else is dialled by address in these worlds. */
function ipv4Octets(text: string): string | null {
  if (!/^\d+(\.\d+){3}$/.test(text)) return null;
  return text
    .split('.')
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('');
}

/** RFC 6125, Section 6.4; RFC 9525, Section 6.4. */
export function covers(
  certificate: CertificateFacts,
  names: readonly string[],
  withCommonName: boolean,
): boolean {
  const presented =
    certificate.dnsNames.length > 0 || !withCommonName ? certificate.dnsNames : certificate.commonNames;
  if (names.some((wanted) => certificate.ipAddresses.some((own) => own === ipv4Octets(wanted)))) return true;
  return presented.some((name) =>
    names.some((wanted) => {
      if (ipv4Octets(wanted) !== null) return false;
      const [first, ...rest] = name.toLowerCase().replace(/\.$/, '').split('.');
      const [, ...parent] = wanted.split('.');
      return first === '*'
        ? rest.length > 1 && rest.join('.') === parent.join('.')
        : [first, ...rest].join('.') === wanted;
    }),
  );
}

/** RFC 8461, Section 4.2; with common names RFC 6125, Section 6.4.4: only if there is no DNS-ID, SRV-ID or URI-ID. */
export function passesPkix(peer: PeerFacts, host: string, withCommonName: boolean): boolean {
  if (peer.kind !== 'presented' || peer.path.kind !== 'trusted') return false;
  const [leaf] = peer.chain;
  const isNamedOtherwise = leaf.otherNames.includes('uri') || leaf.otherNames.includes('other');
  return covers(leaf, [host], withCommonName && !isNamedOtherwise);
}

/** The reference identifiers of a host whose records stand below `base`, at most. */
export function referencesOf(base: string, world: World, input: AttemptInput): readonly string[] {
  const relay = relayOf(input);
  if (relay !== null) return [base, relay];
  const expanded = world.mx.kind === 'secure' ? world.mx.aliases : [];
  return [base, DOMAIN, ...expanded];
}

/** What the operator's rule in force demands. */
export function operatorDemand(input: AttemptInput): DestinationRule['demand'] {
  return ruleInForce(input)?.demand ?? 'none';
}
