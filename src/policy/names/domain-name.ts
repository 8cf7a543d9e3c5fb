/*
 * Domain names as the core sees them: lower-case A-labels without a final dot (RFC 5890, Section 2.3.2.1). U-labels are
 * converted at the edges, where the platform's IDNA implementation is; here they are simply not names.
 */

const LDH_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;
/** MX targets and TLSA owners may carry underscores; certificates and policies may not. */
const LAX_LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
const ALL_NUMERIC = /^[0-9]+$/;

/** A host name in lower case (RFC 5321, Section 2.3.5; RFC 1123, Section 2.1), or null. A final dot is taken off. */
export function parseHostName(text: string): string | null {
  return parse(text, LDH_LABEL);
}

/** As {@link parseHostName}, with underscores allowed, as real MX targets have them. */
export function parseDnsName(text: string): string | null {
  return parse(text, LAX_LABEL);
}

function parse(text: string, labelPattern: RegExp): string | null {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length === 0 || name.length > 253) return null;
  const labels = name.split('.');
  if (!labels.every((label) => labelPattern.test(label))) return null;
  // An IPv4 address is not a name, whatever its labels look like.
  if (ALL_NUMERIC.test(labels.at(-1)!)) return null;
  // Only now, because other scripts have letters whose lower case is ASCII.
  return name.toLowerCase();
}
