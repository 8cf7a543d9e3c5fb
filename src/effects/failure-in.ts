/** The word of an answer for why it is none, such as `timeout`; null: it is one. */
export function failureIn(answer: object): string | null {
  const { kind, cause } = answer as { readonly kind?: string; readonly cause?: string };
  return kind === 'failed' || kind === 'lost' ? (cause ?? kind) : null;
}
