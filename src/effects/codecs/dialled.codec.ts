import type { AttemptInput } from '../../policy/attempt/types.js';
import { decodeWith, parseJson } from './result.js';
import { dictionary } from './strict-object.js';
import { Texts } from './values.js';

/** Addresses that were dialled, by host name; see `AttemptResult.dialled`. */
export const DialledCodec = dictionary('addresses by host name', () => true, Texts);

/** In UTF-16 code units. */
const TEXT_LENGTH_MAX = 1_048_576;

/** A dial history out of a database. One that cannot be read is empty: it only says where not to begin. */
export function decodeDialled(text: string): AttemptInput['dialled'] {
  const parsed = parseJson(text, TEXT_LENGTH_MAX);
  const decoded = parsed.ok ? decodeWith(DialledCodec, parsed.value) : parsed;
  return decoded.ok ? decoded.value : {};
}
