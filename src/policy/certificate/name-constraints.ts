/*
 * Name constraints of an issuer (RFC 5280, Section 4.2.1.10). They bind the names of every certificate below it, those
 * apart that are self-issued and not the leaf. DNS names are compared; a certificate that has a name of any other form
 * that is constrained is refused, as the text demands of who does not process that form.
 */
import { parseDnsName } from '../names/domain-name.js';
import type { CertificateFacts } from './facts.js';

/** How many more names may be compared with subtrees, over all judgements that share it. Once it is spent, nothing is permitted. */
export interface ComparisonBudget {
  comparisonsLeft: number;
}

/** Far more than an honest chain takes: its issuers have some dozens of subtrees, and its certificates some hundreds of names. */
export const COMPARISONS_MAX = 20_000;

/** Whether an issuer lets the certificates below it, leaf first, have their names. Total; never throws. */
export function permitsNames(
  issuer: CertificateFacts,
  below: readonly CertificateFacts[],
  budget: ComparisonBudget,
): boolean {
  const { nameConstraints } = issuer;
  if (nameConstraints.kind === 'absent') return true;
  if (nameConstraints.kind === 'unsupported') return false;
  const { permitted, excluded, otherForms } = nameConstraints;
  return below.every((certificate, at) => {
    if (at > 0 && certificate.selfIssued === 'yes') return true;
    if (otherForms.some((form) => hasForm(certificate, form))) return false;
    return namesOf(certificate, at === 0).every(
      (name) =>
        mayCompare(budget, permitted.length + excluded.length) &&
        !excluded.some((subtree) => touches(name, subtree)) &&
        (permitted.length === 0 || permitted.some((subtree) => isWithin(name, subtree))),
    );
  });
}

function mayCompare(budget: ComparisonBudget, subtrees: number): boolean {
  budget.comparisonsLeft -= subtrees + 1;
  return budget.comparisonsLeft >= 0;
}

function hasForm(certificate: CertificateFacts, form: CertificateFacts['otherNames'][number]): boolean {
  return form === 'ip' ? certificate.ipAddresses.length > 0 : certificate.otherNames.includes(form);
}

/** A common name that looks like a host would pass for one in a leaf without DNS names, so it is bound like one. */
function namesOf(certificate: CertificateFacts, isLeaf: boolean): readonly string[] {
  if (certificate.dnsNames.length > 0) return certificate.dnsNames;
  return isLeaf ? certificate.commonNames.filter((name) => hostIn(name) !== null) : [];
}

/** The name, or what stands behind the wildcard; null if that is no host name. */
function hostIn(name: string): string | null {
  return parseDnsName(name.startsWith('*.') ? name.slice(2) : name);
}

/** Whether all that a name stands for is at or below a subtree; with a leading dot, below it. */
function isWithin(name: string, subtree: string): boolean {
  const host = hostIn(name);
  if (host === null) return false;
  const base = subtree.toLowerCase();
  if (base === '' || base === '.') return true;
  if (!base.startsWith('.')) return host === base || host.endsWith(`.${base}`);
  return host.endsWith(base) || (name.startsWith('*.') && `.${host}` === base);
}

/** Whether anything that a name stands for is at or below a subtree. */
function touches(name: string, subtree: string): boolean {
  const base = subtree.toLowerCase().replace(/^\./, '');
  if (isWithin(name, base)) return true;
  const host = hostIn(name);
  return host !== null && name.startsWith('*.') && base.slice(base.indexOf('.') + 1) === host;
}
