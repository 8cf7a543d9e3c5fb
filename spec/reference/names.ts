/*
 * Two comparisons of names, which the RFCs define to be nearly the same one.
 */

/** RFC 9525, Section 6.3: a DNS-ID (or CN-ID) from a certificate against a name that the client expects. */
export function certificateNameMatches(presented: string, reference: string): boolean {
  // A wildcard for everything below a top-level domain is nobody's certificate (RFC 9525, Section 7.1).
  if (presented.startsWith('*.') && presented.split('.').length === 2) return false;
  return labelsMatch(presented, reference);
}

function labelsMatch(presented: string, reference: string): boolean {
  const presentedLabels = lowerCaseAscii(presented).split('.');
  const referenceLabels = lowerCaseAscii(reference).split('.');

  // Neither side may have an empty label; this also turns away the empty name and the trailing dot.
  if (presentedLabels.includes('')) return false;
  if (referenceLabels.includes('')) return false;
  // The expected name is a host name. Only the other side may have a wildcard.
  if (reference.includes('*')) return false;
  // A wildcard stands for one label, no fewer and no more.
  if (presentedLabels.length !== referenceLabels.length) return false;

  for (let i = 0; i < presentedLabels.length; i++) {
    if (i === 0 && presentedLabels[0] === '*') {
      // The complete left-most label. A lone star is the wildcard of nothing.
      if (presentedLabels.length === 1) return false;
      continue;
    }
    // A star anywhere else cannot be equal to a label of a reference without stars.
    if (presentedLabels[i] !== referenceLabels[i]) return false;
  }
  return true;
}

/** RFC 8461, Section 4.1: an mx pattern of a policy against the name in an MX record. The same rules; what a policy lists is its owner's affair. */
export function mxPatternMatches(pattern: string, host: string): boolean {
  return labelsMatch(pattern, host);
}

/** Only A to Z: the lower case of some other letters is an ASCII letter, and those are different names. */
function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
