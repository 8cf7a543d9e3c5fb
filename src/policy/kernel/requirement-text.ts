/** A normative statement, as the catalogue of the project has it. */
export interface RequirementText {
  /** The RFC's number; `IANA` for a registry, `CROSS` for what follows from several texts, `choice` for our own. */
  readonly rfc: string;
  readonly section: string;
  readonly level: 'MUST' | 'SHOULD' | 'MAY' | 'INFO';
  /** What is required, in our own words. */
  readonly text: string;
}

/** Whether it is met, and how one sees that. */
export interface RequirementEvidence {
  /** How a test sees it. */
  readonly observation: string;
  readonly status: 'met' | 'planned' | 'exception' | 'not-ours';
  /** Why it is not met, or when it will be; "" if it is. */
  readonly reason: string;
  /** The tests and scenarios that show it: file, and title. */
  readonly shownBy: readonly (readonly [path: string, title: string])[];
}
