/** `unknown`: it could not be seen this time. */
export type LintSeverity = 'error' | 'warning' | 'unknown';

export interface LintFinding {
  /** Stable. */
  readonly code: string;
  readonly severity: LintSeverity;
  readonly where: 'record' | 'policy-host' | 'file' | 'mx';
  /** Of the file, from 1; 0: as a whole. */
  readonly line: number;
  readonly says: string;
  readonly why: string;
}
