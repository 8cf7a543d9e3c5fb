import type { World } from './world.js';

/** Addresses of mail and policy hosts by ID; a mail host and a policy host of the same ID share theirs. */
export type Addresses = ReadonlyMap<string, string>;

/**
 * Gives each mail host, then each policy host, an address: `block(0)`, `block(1)` and so on. Hosts of `kept` keep
 * theirs, also when they are gone from the world, so that addresses stay what they were from step to step.
 */
export function allocate(
  world: World,
  block: (index: number) => string,
  kept: Addresses = new Map(),
): Addresses {
  const addresses = new Map(kept);
  for (const id of [...Object.keys(world.mail ?? {}), ...Object.keys(world.policy ?? {})]) {
    if (!addresses.has(id)) addresses.set(id, block(addresses.size));
  }
  return addresses;
}

/**
 * The address that an A or AAAA record stands for, or null if there is none. A host has one IPv4 address; its AAAA is
 * that address mapped into IPv6, where a real socket reaches it too.
 */
export function resolveAddress(text: string, addresses: Addresses, type: 'A' | 'AAAA' = 'A'): string | null {
  if (!text.startsWith('@')) return text;
  const address = addresses.get(text.slice(1));
  if (address === undefined) return null;
  if (address.includes(':')) return type === 'AAAA' ? address : null;
  return type === 'AAAA' ? MAPPED + address : address;
}

/** The IDs at an address, in order of allocation. */
export function idsAt(address: string, addresses: Addresses): readonly string[] {
  const plain = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
  return byAddress(addresses).get(plain) ?? NOBODY;
}

const MAPPED = '::ffff:';
const NOBODY: readonly string[] = [];

const known = new WeakMap<Addresses, ReadonlyMap<string, readonly string[]>>();

/** The same the other way round, made once: addresses that were allocated do not change, others take their place. */
function byAddress(addresses: Addresses): ReadonlyMap<string, readonly string[]> {
  const found = known.get(addresses);
  if (found !== undefined) return found;
  const turned = new Map<string, string[]>();
  for (const [id, address] of addresses) {
    const ids = turned.get(address);
    if (ids === undefined) turned.set(address, [id]);
    else ids.push(id);
  }
  known.set(addresses, turned);
  return turned;
}
