import { parseDnsName } from './domain-name.js';

/**
 * Whether a name presented in a certificate covers a reference name (RFC 9525, Section 6.3; RFC 7672, Section
 * 3.2.3): label by label, ASCII case-insensitive; a wildcard only as the whole left-most label, for exactly one label, and
 * never for every name below a top-level domain.
 */
export function coversName(presented: string, reference: string): boolean {
  const host = parseDnsName(reference);
  // A final dot is DNS's way of writing; a name in a certificate has none.
  if (host === null || presented.endsWith('.')) return false;
  if (!presented.startsWith('*.')) return parseDnsName(presented) === host;
  const parent = parseDnsName(presented.slice(2));
  return parent?.includes('.') === true && coversOneLabel(parent, host);
}

/**
 * Whether an `mx` pattern of an MTA-STS policy lists a host (RFC 8461, Section 4.1). Both come parsed, in lower case.
 */
export function listsHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? coversOneLabel(pattern.slice(2), host) : pattern === host;
}

function coversOneLabel(parent: string, host: string): boolean {
  return host.includes('.') && host.slice(host.indexOf('.') + 1) === parent;
}
