/*
 * Name constraints of an issuer (RFC 5280, Section 4.2.1.10). They bind the names of every certificate below it, those
 * apart that are self-issued and not the leaf. DNS names and directory names are compared; a certificate that has a name of
 * any other form that is constrained is refused, as the text demands of who does not process that form.
 *
 * Names times constraints times issuers grow faster than what strangers send. So the constraints on DNS names are looked up by
 * the labels of a name and not gone through, no pair of certificates is compared twice, and all of it draws on one budget.
 */
import { parseDnsName } from '../names/domain-name.js';
import type { CertificateFacts, DirectoryName } from './facts.js';
import { isSpent, spend, type WorkBudget } from './work-budget.js';

/** Whether an issuer lets a certificate below it have its names. `isLeaf`: the end of the path. Total. */
export type NameJudge = (issuer: CertificateFacts, certificate: CertificateFacts, isLeaf: boolean) => boolean;

/** A judge for the certificates of one judgement. Once the budget is spent, it permits nothing. */
export function nameJudge(budget: WorkBudget): NameJudge {
  const bounds = new Map<CertificateFacts, Bounds>();
  const verdicts = new Map<CertificateFacts, Map<CertificateFacts, boolean>>();
  return (issuer, certificate, isLeaf) => {
    const { nameConstraints } = issuer;
    if (nameConstraints.kind === 'absent') return true;
    if (nameConstraints.kind === 'unsupported') return false;
    if (!isLeaf && certificate.selfIssued === 'yes') return true;
    const known = verdicts.get(issuer) ?? new Map<CertificateFacts, boolean>();
    verdicts.set(issuer, known);
    const found = known.get(certificate);
    if (found !== undefined) return found;
    const own = bounds.get(issuer) ?? boundsOf(nameConstraints, budget);
    bounds.set(issuer, own);
    const verdict = own !== null && permits(own, certificate, isLeaf, budget);
    known.set(certificate, verdict);
    return verdict;
  };
}

type Constraints = Extract<CertificateFacts['nameConstraints'], { kind: 'dns' }>;

/** Subtrees of DNS names, for looking up. */
interface Subtrees {
  /** Holds every name. */
  readonly all: boolean;
  /** At or below these names. */
  readonly at: ReadonlySet<string>;
  /** Only below these: they were written with a leading dot. */
  readonly below: ReadonlySet<string>;
}

type Bounds = {
  readonly constraints: Constraints;
  /** Null: DNS names are not limited. */
  readonly permitted: Subtrees | null;
  readonly excluded: Subtrees;
  /** What a wildcard there stands for holds an excluded name. */
  readonly excludedChildren: ReadonlySet<string>;
} | null;

function boundsOf(constraints: Constraints, budget: WorkBudget): Bounds {
  const { permitted, excluded } = constraints;
  if (!spend(budget, permitted.length + 2 * excluded.length)) return null;
  // Not in the text, and yet often written: a leading dot. What it leaves out of an exclusion is excluded all the same.
  const undotted = excluded.map((subtree) => subtree.toLowerCase().replace(/^\./, ''));
  return {
    constraints,
    permitted: permitted.length === 0 ? null : subtreesOf(permitted),
    excluded: subtreesOf(undotted),
    excludedChildren: new Set(undotted.map((base) => base.slice(base.indexOf('.') + 1))),
  };
}

function subtreesOf(written: readonly string[]): Subtrees {
  const bases = written.map((subtree) => subtree.toLowerCase());
  return {
    all: bases.some((base) => base === '' || base === '.'),
    at: new Set(bases.filter((base) => !base.startsWith('.'))),
    below: new Set(bases.filter((base) => base.startsWith('.')).map((base) => base.slice(1))),
  };
}

function permits(
  bounds: NonNullable<Bounds>,
  certificate: CertificateFacts,
  isLeaf: boolean,
  budget: WorkBudget,
): boolean {
  const { constraints, permitted, excluded, excludedChildren } = bounds;
  if (constraints.otherForms.some((form) => hasForm(certificate, form))) return false;
  for (const name of namesOf(certificate, isLeaf)) {
    if (!spend(budget, 1 + name.split('.').length)) return false;
    const isWildcard = name.startsWith('*.');
    const host = hostIn(name);
    if (host === null) {
      if (permitted !== null) return false;
      continue;
    }
    if (isWithin(host, isWildcard, excluded) || (isWildcard && excludedChildren.has(host))) return false;
    if (permitted !== null && !isWithin(host, isWildcard, permitted)) return false;
  }
  return permitsDirectories(constraints, certificate.directoryNames, budget);
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

/** Whether all that a name stands for is in one of the subtrees: the name itself, or one of those above it, is their top. */
function isWithin(host: string, isWildcard: boolean, { all, at, below }: Subtrees): boolean {
  if (all || at.has(host) || (isWildcard && below.has(host))) return true;
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const above = host.slice(dot + 1);
    if (at.has(above) || below.has(above)) return true;
  }
  return false;
}

/** RFC 5280, Section 7.1: a name is in a subtree that it begins with. */
function permitsDirectories(
  { permittedDirectories, excludedDirectories }: Constraints,
  names: readonly DirectoryName[],
  budget: WorkBudget,
): boolean {
  const begins = (name: DirectoryName, base: DirectoryName) =>
    base.every((part, at) => spend(budget, 1) && part === name[at]);
  const isPermitted = names.every(
    (name) =>
      spend(budget, 1 + permittedDirectories.length + excludedDirectories.length) &&
      !excludedDirectories.some((base) => begins(name, base)) &&
      (permittedDirectories.length === 0 || permittedDirectories.some((base) => begins(name, base))),
  );
  // An exclusion whose comparison was cut short would look like none.
  return isPermitted && !isSpent(budget);
}
