/** What was thrown, in one text for people: the message of an error, or whatever else it was. Never throws. */
export function errorText(error: unknown): string {
  return textBy(() => (error instanceof Error ? `${error.message}` : String(error)));
}

/** As {@link errorText}; of an error its name comes first. Never throws. */
export function namedErrorText(error: unknown): string {
  return textBy(() => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)));
}

/** Anything can be thrown, also what has no text. */
function textBy(make: () => string): string {
  try {
    return make();
  } catch {
    return 'something without a text was thrown';
  }
}
