/** Where a message goes: a domain in lower-case A-labels, or an address literal (RFC 5321, Section 4.1.3). */
export type Destination =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'literal'; readonly address: string };

/** One server to try. */
export interface Candidate {
  /** MX target, or the domain itself without MX records, or the address of a literal. */
  readonly host: string;
  readonly source: 'mx' | 'implicit' | 'literal';
  readonly preference: number;
}
