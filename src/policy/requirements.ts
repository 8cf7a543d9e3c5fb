/* What rows, states and tests cite, in words: for whoever has an id in hand and no checkout. */
import type { RequirementId } from './kernel/requirement-id.js';
import type { RequirementEvidence, RequirementText } from './kernel/requirement-text.js';
import { REQUIREMENT_EVIDENCE } from './requirement-evidence.js';
import { REQUIREMENT_TEXTS } from './requirement-texts.js';
import { allTables } from './tables.js';

/** A row that cites a requirement. */
export interface CitingRow {
  readonly table: string;
  readonly row: string;
  readonly verdict: string;
}

/** The requirement of that id, in capitals or not; null if there is none. */
export function requirementOf(text: string): (RequirementText & { readonly id: RequirementId }) | null {
  const id = Object.hasOwn(REQUIREMENT_TEXTS, text) ? text : text.toUpperCase();
  if (!Object.hasOwn(REQUIREMENT_TEXTS, id)) return null;
  return { id: id as RequirementId, ...REQUIREMENT_TEXTS[id as RequirementId] };
}

/** Whether a requirement is met, and by what that is shown. */
export function evidenceFor(id: RequirementId): RequirementEvidence {
  return REQUIREMENT_EVIDENCE[id];
}

/** The rows that a requirement leads to. */
export function rowsCiting(id: RequirementId): readonly CitingRow[] {
  return allTables.flatMap(({ name, rows }) =>
    rows
      .filter(({ refs }) => refs.includes(id))
      .map((row) => ({ table: name, row: row.id, verdict: row.then })),
  );
}

/** Where a requirement stands: "RFC 7672, Section 3.2". */
export function sourceOf({ rfc, section }: Pick<RequirementText, 'rfc' | 'section'>): string {
  switch (rfc) {
    case 'choice':
      return `our own choice ${section}`;
    case 'IANA':
      return `a registry of IANA (${section})`;
    case 'CROSS':
      return `several RFCs (${section})`;
    default:
      return `RFC ${rfc}${section === '' ? '' : `, ${/^\d/.test(section) ? 'Section ' : ''}${section}`}`;
  }
}
