/** What a call may be handed as so many arguments. */
const ARGUMENTS_MAX = 4096;

/** Octets as text, one character each: total, and it gives nothing up. */
export function latin1(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += ARGUMENTS_MAX)
    text += String.fromCharCode(...octets.subarray(at, at + ARGUMENTS_MAX));
  return text;
}
