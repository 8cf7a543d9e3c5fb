import type { AddressesAnswer, DnsAnswer } from '../dns/answer.js';
import { type AddressFamily, familyOf } from '../names/ip-address.js';

/** What both address answers of a host say together. */
export type AddressKnowledge =
  | {
      readonly kind: 'found';
      /** In the order to try them, not vetted. */
      readonly addresses: readonly string[];
      /** Secure if every answer that holds addresses is. */
      readonly security: 'secure' | 'insecure';
      /** The name that owns the addresses, if it is another one. */
      readonly expandedName: string | null;
      readonly families: 'one' | 'both';
    }
  /** No address, by definitive answers. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed' };

/**
 * Joins the answers of both families: one that failed does not matter if the other holds addresses, and otherwise the
 * host is unknown (RFC 7672, Section 2.1.2). Order: see {@link orderAddresses}.
 */
export function learnAddresses(answer: AddressesAnswer, dialled: readonly string[]): AddressKnowledge {
  const found = [answer.aaaa, answer.a].flatMap((each) => (hasRecords(each) ? [each] : []));
  if (found.length === 0) {
    return { kind: answer.a.kind === 'failed' || answer.aaaa.kind === 'failed' ? 'failed' : 'none' };
  }
  return {
    kind: 'found',
    addresses: orderAddresses(
      found.flatMap((each) => each.records),
      dialled,
    ),
    security: found.every((each) => each.kind === 'secure') ? 'secure' : 'insecure',
    expandedName: found[0]!.aliases.at(-1) ?? null,
    families: found.length === 2 ? 'both' : 'one',
  };
}

/**
 * Resolver order within a family; IPv6 first, unless this message dialled that family last: a refusal that depends on our
 * own address may not hold for the other one (RFC 3974, Section 3; RFC 5321, Section 5.1).
 */
export function orderAddresses(addresses: readonly string[], dialled: readonly string[]): readonly string[] {
  const last = dialled.length === 0 ? null : familyOf(dialled.at(-1)!);
  const first: AddressFamily = last === 'ipv6' ? 'ipv4' : 'ipv6';
  const unique = [...new Set(addresses)];
  return [
    ...unique.filter((address) => familyOf(address) === first),
    ...unique.filter((address) => familyOf(address) !== first),
  ];
}

/**
 * The same addresses, with the one to race the one at that place right behind it: the next of the other family, because what
 * is broken is often a whole family (RFC 8305, Section 4), or else the next.
 */
export function withRivalNext(addresses: readonly string[], at: number): readonly string[] {
  const [dialled, later] = [addresses.slice(0, at + 1), addresses.slice(at + 1)];
  const rival = later.find((address) => familyOf(address) !== familyOf(addresses[at]!)) ?? later[0];
  if (rival === undefined) return addresses;
  return [...dialled, rival, ...later.filter((address) => address !== rival)];
}

function hasRecords(answer: DnsAnswer<string>): answer is Exclude<DnsAnswer<string>, { kind: 'failed' }> {
  return answer.kind !== 'failed' && answer.records.length > 0;
}
