/** `unknown`: it could not be seen this time. */
export type LintSeverity = 'error' | 'warning' | 'unknown';

export interface LintFinding {
  /** Stable. */
  readonly code: string;
  /** Stable, too: which of the things that have that code; absent where there is one only. */
  readonly detail?: string;
  readonly severity: LintSeverity;
  readonly where: 'record' | 'policy-host' | 'file' | 'mx';
  /** Of the file, from 1; 0: as a whole. */
  readonly line: number;
  /** A sentence without its capital and full stop. */
  readonly says: string;
  readonly why: string;
}
