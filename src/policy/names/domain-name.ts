/*
 * Domain names as the core sees them: lower-case A-labels without a final dot (RFC 5890, Section 2.3.2.1). U-labels are
 * converted at the edges, where the platform's IDNA implementation is; here they are simply not names.
 */

const LDH = namesOf('[a-z0-9-]');
/** MX targets and TLSA owners may carry underscores; certificates and policies may not. */
const LAX = namesOf('[a-z0-9_-]');
const ALL_NUMERIC = /^[0-9]+$/;

/** A host name in lower case (RFC 5321, Section 2.3.5; RFC 1123, Section 2.1), or null. A final dot is taken off. */
export function parseHostName(text: string): string | null {
  return parse(text, LDH);
}

/** As {@link parseHostName}, with underscores allowed, as real MX targets have them. */
export function parseDnsName(text: string): string | null {
  return parse(text, LAX);
}

/** Labels of such characters, without a hyphen at either end. In one expression: a hostile name has a hundred labels. */
function namesOf(character: string): RegExp {
  const label = `(?!-)${character}{1,63}(?<!-)`;
  return new RegExp(`^${label}(?:\\.${label})*$`, 'i');
}

function parse(text: string, pattern: RegExp): string | null {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length === 0 || name.length > 253 || !pattern.test(name)) return null;
  // An IPv4 address is not a name, whatever its labels look like.
  if (ALL_NUMERIC.test(name.slice(name.lastIndexOf('.') + 1))) return null;
  // Only now, because other scripts have letters whose lower case is ASCII.
  return name.toLowerCase();
}
