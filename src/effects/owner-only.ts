/* Whose a file or a folder is, as its mode says; who asks the system for both is an adapter. */

const OTHERS_MAY_WRITE = 0o022;

/**
 * What keeps us from trusting something with what we keep, as a sentence; null: nothing does. Whoever else may write there could lift
 * every policy, put words into mail that waits, or have us write elsewhere. `self`: our user, undefined where the platform knows none.
 */
export function notOursAlone(
  path: string,
  { uid, mode }: { readonly uid: number; readonly mode: number },
  self: number | undefined,
): string | null {
  if (self === undefined) return null;
  if (uid !== self)
    return `${path} belongs to another user (${uid}, and this is ${self}): run as that user, or keep state in a folder of your own`;
  if ((mode & OTHERS_MAY_WRITE) !== 0)
    return `others may write to ${path}: take that from them (chmod go-w), or keep state in another folder`;
  return null;
}
