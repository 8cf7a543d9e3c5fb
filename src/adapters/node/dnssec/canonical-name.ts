/*
 * Names in canonical form and order (RFC 4034, Section 6). A name is text as `readName` writes it.
 */
import { labelOctets, labelsOf } from '../dns/name.js';

/** The last so many labels. */
export function ancestor(name: string, labels: number): string {
  const all = labelsOf(name);
  return all.slice(all.length - labels).join('.');
}

export function isAtOrBelow(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}

export function isBelow(name: string, zone: string): boolean {
  return name !== zone && isAtOrBelow(name, zone);
}

/** `label` below a name. */
export function child(label: string, name: string): string {
  return name === '' ? label : `${label}.${name}`;
}

/** The longest name that both are at or below. */
export function commonAncestor(one: string, other: string): string {
  const a = labelsOf(one);
  const b = labelsOf(other);
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  return ancestor(one, shared);
}

/** Less than 0, 0, or more than 0: as RFC 4034, Section 6.1, orders names. */
export function compareNames(one: string, other: string): number {
  const a = labelsOf(one);
  const b = labelsOf(other);
  for (let i = 1; i <= a.length && i <= b.length; i++) {
    const order = Buffer.compare(labelOctets(a.at(-i)!), labelOctets(b.at(-i)!));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
