/** What was thrown, in one text for people: the message of an error, or whatever else it was. Never throws. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
