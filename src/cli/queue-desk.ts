import { userInfo } from 'node:os';
import type { QueueDesk } from '../services/queue/index.js';
import { storeDesk } from '../services/queue/index.js';
import type { OptionTable, ValuesOf } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { openQueueState, STATE_OPTIONS, STATE_OPTIONS_HELP } from './queue-state.js';
import { reasonOf } from './read-file.js';

export const DESK_OPTIONS = {
  ...STATE_OPTIONS,
  json: { type: 'boolean' },
} as const satisfies OptionTable;

export const DESK_OPTIONS_HELP = `\
${STATE_OPTIONS_HELP}\
  --json                 print one JSON object {"messages":[...]}
`;

/** Works at a desk, and leaves it. Throws a CommandError, also where the store fails. */
export async function withDesk<T>(
  values: ValuesOf<typeof DESK_OPTIONS>,
  work: (desk: QueueDesk) => Promise<T>,
): Promise<T> {
  const state = await openQueueState(values);
  try {
    return await work(storeDesk(state.queue, Date.now));
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

/** Who gives an order by the command. */
export function actorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
