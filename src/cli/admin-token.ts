import { misuse } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { readSecret } from './secret-file.js';

/** What is shorter can be guessed. */
const LENGTH_MIN = 16;

/** The token of the admin interface, out of that file or of WAXSEAL_ADMIN_TOKEN. Throws a CommandError. */
export async function readAdminToken(path: string | undefined): Promise<string> {
  const token =
    path === undefined
      ? process.env.WAXSEAL_ADMIN_TOKEN
      : await readSecret(path, 'the token of the admin interface');
  if (token === undefined || token === '')
    throw misuse('the token is missing; give --admin-token-file FILE, or set WAXSEAL_ADMIN_TOKEN');
  if (token.length < LENGTH_MIN || !/^[!-~]+$/.test(token))
    throw new CommandError(
      EXIT.badSettings,
      `the token of the admin interface takes ${LENGTH_MIN} printable characters and up, without blanks`,
    );
  return token;
}
