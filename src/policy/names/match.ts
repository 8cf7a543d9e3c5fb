import { parseDnsName } from './domain-name.js';

/**
 * Whether a name presented in a certificate covers a reference name (RFC 9525, Section 6.3; RFC 7672, Section
 * 3.2.3): label by label, ASCII case-insensitive; a wildcard only as the whole left-most label, for exactly one label.
 */
export function coversName(presented: string, reference: string): boolean {
  return matches(presented, reference);
}

/** Whether an `mx` pattern of an MTA-STS policy lists a host (RFC 8461, Section 4.1). */
export function listsHost(pattern: string, host: string): boolean {
  return matches(pattern, host);
}

function matches(pattern: string, name: string): boolean {
  const host = parseDnsName(name);
  if (host === null) return false;
  if (!pattern.startsWith('*.')) return parseDnsName(pattern) === host;
  const parent = parseDnsName(pattern.slice(2));
  // A wildcard right below the root would cover every name of a top-level domain.
  if (parent === null || !parent.includes('.')) return false;
  return host.slice(host.indexOf('.') + 1) === parent;
}
