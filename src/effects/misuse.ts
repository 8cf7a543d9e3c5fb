import { type Decoded, decodeWith, type Problem } from './codecs/result.js';
import type { Codec } from './codecs/values.js';

export type MisuseCode =
  | 'WAXSEAL_BAD_ADDRESS'
  | 'WAXSEAL_NO_RECIPIENT'
  | 'WAXSEAL_BAD_DOMAIN'
  | 'WAXSEAL_BAD_SETTINGS'
  | 'WAXSEAL_BAD_MESSAGE'
  | 'WAXSEAL_BAD_OPTIONS'
  | 'WAXSEAL_OUT_OF_TURN'
  | 'WAXSEAL_BAD_WORLD'
  | 'WAXSEAL_BAD_SCENARIO';

/** Thrown for a call that cannot be carried out as it is. `code` is stable; the message names what is wrong and says what to do. */
export class MisuseError extends TypeError {
  override readonly name = 'MisuseError';
  constructor(
    readonly code: MisuseCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const PROBLEMS_TOLD = 3;

/**
 * What a caller gave, read as a file of the same kind would be. Throws a {@link MisuseError} that names every key at fault,
 * below `name` where there is one.
 */
export function checked<T>(codec: Codec<T>, value: unknown, code: MisuseCode, name = ''): T {
  return readAs(decodeWith(codec, value), code, name);
}

/** As {@link checked}, of what was decoded already. */
export function readAs<T>(decoded: Decoded<T>, code: MisuseCode, name = ''): T {
  if (decoded.ok) return decoded.value;
  throw misused(decoded.problems, code, name);
}

export function misused(problems: readonly Problem[], code: MisuseCode, name = ''): MisuseError {
  const told = problems.slice(0, PROBLEMS_TOLD).map(({ path, expected, actual }) => {
    const place = path === '' ? name || 'it' : below(name, path);
    return expected === 'no such key'
      ? `there is no ${place}`
      : `${place} must be ${expected}, and is ${actual}`;
  });
  const more = problems.length > PROBLEMS_TOLD ? `; and ${problems.length - PROBLEMS_TOLD} more` : '';
  return new MisuseError(code, `${told.join('; ')}${more}`);
}

function below(name: string, path: string): string {
  return name === '' || path.startsWith('[') ? `${name}${path}` : `${name}.${path}`;
}
