import type { RequirementId } from '../kernel/requirement-id.js';

/** From worst to best. `critical`: mail is lost, delayed or refused now; `good`: as it should be. */
export const SEVERITIES = ['critical', 'error', 'warning', 'notice', 'good'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** In the order in which a message meets them. */
export const SUBJECTS = ['mx', 'host', 'tls', 'dane', 'certificate', 'mta-sts', 'tls-reporting'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** An entry of the catalogue; `{name}` in its texts stands for a value of the case. */
export interface FindingText {
  readonly severity: Severity;
  /** `unknown`: something could not be learned, perhaps through a fault on our side; it may be otherwise another time. */
  readonly certainty?: 'unknown';
  readonly what: string;
  readonly why: string;
  /** What the owner of the domain should do; null if nothing. */
  readonly todo: string | null;
  readonly refs: readonly RequirementId[];
  /** Where to read on: "RFC 7672, Section 2.2", or "" where no text speaks of it. */
  readonly clause: string;
}

export type FindingTexts = Readonly<Record<string, FindingText>>;

/** One thing found out about a domain, for its owner. */
export interface Finding<Id extends string = string> {
  readonly id: Id;
  readonly severity: Severity;
  readonly certainty: 'known' | 'unknown';
  readonly subject: Subject;
  readonly what: string;
  readonly why: string;
  readonly todo: string | null;
  readonly refs: readonly RequirementId[];
  readonly clause: string;
  /** A record in presentation form, or a file, that would settle it; null if there is none. */
  readonly publish: string | null;
  /** The mail host it is about; null: the domain. */
  readonly host: string | null;
  /** The address it is about; null: all of them. */
  readonly address: string | null;
}

/** What the texts of a finding need, and where it was found. */
export interface Case {
  readonly host?: string;
  readonly address?: string;
  readonly publish?: string | null;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** Makes findings of one subject from its part of the catalogue. */
export function raiser<const Texts extends FindingTexts>(subject: Subject, texts: Texts) {
  return (id: keyof Texts & string, { host, address, publish, values }: Case = {}): Finding => {
    const text: FindingText = texts[id]!;
    const all = { ...values, host: host ?? '', address: address ?? '' };
    return {
      id,
      severity: text.severity,
      certainty: text.certainty ?? 'known',
      subject,
      what: fill(text.what, all),
      why: fill(text.why, all),
      todo: text.todo === null ? null : fill(text.todo, all),
      refs: text.refs,
      clause: text.clause,
      publish: publish ?? null,
      host: host ?? null,
      address: address ?? null,
    };
  };
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => `${values[name] ?? whole}`);
}

/** Worst first, then by subject, then as found. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const rank = (finding: Finding) =>
    SEVERITIES.indexOf(finding.severity) * SUBJECTS.length + SUBJECTS.indexOf(finding.subject);
  return [...findings].sort((left, right) => rank(left) - rank(right));
}
