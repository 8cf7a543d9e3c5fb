import { userInfo } from 'node:os';
import type { AdminClient } from '../daemon/admin/admin-client.js';
import type { QueueDesk } from '../services/queue/index.js';
import { storeDesk } from '../services/queue/index.js';
import { readAdminToken } from './admin-token.js';
import { misuse, type OptionTable, type ValuesOf } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { STATE_OPTIONS, type StateValues } from './kept-state.js';
import { openQueueState, STATE_OPTIONS_HELP, wakeNode } from './queue-state.js';
import { reasonOf } from './read-file.js';

export const DESK_OPTIONS = {
  ...STATE_OPTIONS,
  admin: { type: 'string' },
  'admin-token-file': { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies OptionTable;

/** `shown`: what the printed object has. */
export const deskOptionsHelp = (shown: 'messages' | 'suppressions') => `\
${STATE_OPTIONS_HELP}\
  --admin URL            ask the daemon that runs it, at its admin interface
  --admin-token-file FILE
                         with this token; default: WAXSEAL_ADMIN_TOKEN
  --json                 print one JSON object {"${shown}":[...]}
`;

export const DESK_OPTIONS_HELP = deskOptionsHelp('messages');

/** Works at a desk, and leaves it. Throws a CommandError, also where the store fails. */
export async function withDesk<T>(
  values: ValuesOf<typeof DESK_OPTIONS>,
  work: (desk: QueueDesk) => Promise<T>,
): Promise<T> {
  if (values.admin !== undefined) return work(await remoteDesk(values.admin, values)).catch(refuse);
  if (values.state === undefined && values.database === undefined)
    throw misuse('--state, --database or --admin is missing; say where the queue is, such as --state DIR');
  const state = await openQueueState(values, 'found');
  try {
    let isOrdered = false;
    const desk = storeDesk(state.queue, Date.now, () => {
      isOrdered = true;
    });
    const done = await work(desk);
    if (isOrdered) await wakeNode(state);
    return done;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      EXIT.badSettings,
      `the queue in ${state.place} cannot be used: ${reasonOf(error)}`,
    );
  } finally {
    await state.close();
  }
}

/** The desk of a daemon. Throws a CommandError. */
export async function remoteDesk(
  url: string,
  values: StateValues & { readonly 'admin-token-file'?: string | undefined },
): Promise<AdminClient> {
  if (values.state !== undefined || values.database !== undefined)
    throw misuse('--admin excludes --state and --database: either the daemon or what it keeps');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw misuse(`--admin ${JSON.stringify(url)} is no URL; give one like http://127.0.0.1:8025`);
  const token = await readAdminToken(values['admin-token-file']);
  const { adminClient } = await import('../daemon/admin/admin-client.js');
  return adminClient({ url, token });
}

/** Tells why a daemon could not be asked. */
export async function refuse(error: unknown): Promise<never> {
  if (error instanceof CommandError) throw error;
  const { AdminRefusal } = await import('../daemon/admin/admin-client.js');
  if (error instanceof AdminRefusal && error.status === 400)
    throw new CommandError(EXIT.misuse, error.message);
  throw new CommandError(EXIT.badSettings, `the daemon cannot be asked: ${reasonOf(error)}`);
}

/** Who gives an order by the command. */
export function actorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
