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
  // Most names of a hostile certificate have not even the length.
  if (!presented.startsWith('*.'))
    return presented.length === host.length && parseDnsName(presented) === host;
  if (presented.length - 2 !== host.length - host.indexOf('.') - 1) return false;
  const parent = parseDnsName(presented.slice(2));
  return parent?.includes('.') === true && coversOneLabel(parent, host);
}

/**
 * Whether an `mx` pattern of an MTA-STS policy lists a host (RFC 8461, Section 4.1). Both come parsed, in lower case.
 */
export function listsHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? coversOneLabel(pattern.slice(2), host) : pattern === host;
}

/** As {@link listsHost} for many patterns: made once, it answers without going through them. */
export function listerOf(patterns: readonly string[]): (host: string) => boolean {
  const known = new Set(patterns);
  return (host) => patternsFor(host).some((pattern) => known.has(pattern));
}

/** The patterns that list none of the hosts, each once. */
export function idlePatterns(patterns: readonly string[], hosts: readonly string[]): readonly string[] {
  const listing = new Set(hosts.flatMap(patternsFor));
  return [...new Set(patterns)].filter((pattern) => !listing.has(pattern));
}

/** Every pattern that lists the host. */
function patternsFor(host: string): readonly string[] {
  const dot = host.indexOf('.');
  return dot < 0 ? [host] : [host, `*${host.slice(dot)}`];
}

function coversOneLabel(parent: string, host: string): boolean {
  return host.includes('.') && host.slice(host.indexOf('.') + 1) === parent;
}
