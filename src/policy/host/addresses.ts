import type { AddressesAnswer, DnsAnswer } from '../dns/answer.js';
import { type AddressFamily, familyOf, familyWritten } from '../names/ip-address.js';
import { judgeAddress } from '../names/target-address.table.js';
import type { Settings } from '../settings.js';

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
 * IPv6 first, unless this message dialled that family last: a refusal that depends on our own address may not hold for the other
 * one (RFC 3974, Section 3; RFC 5321, Section 5.1). Within a family those that were not dialled yet stand first, in resolver
 * order, and behind them the others, the one that was dialled last at the end; so what a bound leaves out has its turn in a later
 * attempt.
 */
export function orderAddresses(addresses: readonly string[], dialled: readonly string[]): readonly string[] {
  const last = dialled.length === 0 ? null : familyOf(dialled.at(-1)!);
  const first: AddressFamily = last === 'ipv6' ? 'ipv4' : 'ipv6';
  const unique = [...new Set(addresses)].sort((a, b) => dialled.lastIndexOf(a) - dialled.lastIndexOf(b));
  const ofFirst = unique.filter((address) => familyWritten(address) === first);
  const ofOther = unique.filter((address) => familyWritten(address) !== first);
  return [...ofFirst.slice(0, FAMILY_MAX), ...ofOther.slice(0, FAMILY_MAX)];
}

/** Of one family, that are looked at in an attempt. A message of DNS holds thousands; no honest host has a hundred. */
export const FAMILY_MAX = 100;

/**
 * At most so many of them, in their order. Where both families are there, each keeps up to half of the places: what does not work
 * is often a whole family, and every address may have to be tried (RFC 3974, Section 3; RFC 5321, Section 5.1).
 */
export function withinBound(addresses: readonly string[], addressesMax: number): readonly string[] {
  if (addresses.length <= addressesMax) return addresses;
  const first = familyWritten(addresses[0]!);
  const others = addresses.filter((address) => familyWritten(address) !== first).length;
  const placesOfOthers = Math.max(
    Math.min(others, Math.floor(addressesMax / 2)),
    addressesMax - (addresses.length - others),
  );
  const left = { own: addressesMax - placesOfOthers, others: placesOfOthers };
  return addresses.filter((address) => left[familyWritten(address) === first ? 'own' : 'others']-- > 0);
}

/** The addresses of a stranger's host that may be connected to and are, in their order; not a mail host's, whose history counts. */
export function addressesToVisit(
  answer: AddressesAnswer,
  { privateAddresses, addressesMax }: Pick<Settings, 'privateAddresses' | 'addressesMax'>,
): readonly string[] {
  const known = learnAddresses(answer, []);
  const found = known.kind === 'found' ? known.addresses : [];
  const vetted = found.filter((address) => judgeAddress(address, privateAddresses).verdict === 'connect');
  return withinBound(vetted, addressesMax);
}

/** More addresses of one host than any message needs to remember. */
const DIALLED_MAX = 100;

/** What was dialled before and what was dialled now, each address once, oldest first; of too many the latest. */
export function rememberDialled(before: readonly string[], now: readonly string[]): readonly string[] {
  const all = [...before, ...now];
  return all.filter((address, at) => all.lastIndexOf(address) === at).slice(-DIALLED_MAX);
}

/**
 * The same addresses, with the one to race the one at that place right behind it: the next of the other family, because what
 * is broken is often a whole family (RFC 8305, Section 4), or else the next.
 */
export function withRivalNext(addresses: readonly string[], at: number): readonly string[] {
  const [dialled, later] = [addresses.slice(0, at + 1), addresses.slice(at + 1)];
  const other = later.find((address) => familyWritten(address) !== familyWritten(addresses[at]!));
  const rival = other ?? later[0];
  if (rival === undefined) return addresses;
  return [...dialled, rival, ...later.filter((address) => address !== rival)];
}

function hasRecords(answer: DnsAnswer<string>): answer is Exclude<DnsAnswer<string>, { kind: 'failed' }> {
  return answer.kind !== 'failed' && answer.records.length > 0;
}
