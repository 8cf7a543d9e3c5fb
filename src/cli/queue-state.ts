/*
 * Where a queue is kept, as the commands about it are told: in a folder, in a database, or with a daemon that runs it.
 */
import { join } from 'node:path';
import type { SqlStores } from '../adapters/sql/stores.js';
import type { BodyStore, Doorbell } from '../effects/queue-stores.js';
import { openDatabase, placeOf, requirePlace, type StateValues } from './kept-state.js';
import { type Presence, refuseLostQueue, stateDirectory } from './state-directory.js';

export const STATE_OPTIONS_HELP = `\
  --state DIR            the queue is in this folder, with all else that is kept
  --database URL         it is in this PostgreSQL database (postgres://...), for many
                         nodes
`;

/** The folder beside the state file in which the octets of large messages are. */
const BODIES = 'bodies';

/** Everything that is kept. */
export interface QueueState extends Omit<SqlStores, 'bodies'> {
  readonly bodies: BodyStore;
  /** Undefined: one process alone delivers what is there, and looks each second. */
  readonly doorbell?: Doorbell;
  /** Folder or address, for people. */
  readonly place: string;
  /** Undefined: in a database. */
  readonly directory: string | undefined;
}

/** Wakes a node; one that cannot be woken looks by itself. Never rejects. */
export async function wakeNode({ doorbell }: QueueState): Promise<void> {
  await doorbell?.ring(0).catch(() => undefined);
}

/** `found`: what is not there is not made, but refused. Throws a CommandError. */
export async function openQueueState(values: StateValues, presence: Presence = 'made'): Promise<QueueState> {
  const { state, database } = values;
  requirePlace(values, 'the queue is');
  if (state === undefined)
    return { ...(await openDatabase(database!)), place: placeOf(values), directory: undefined };
  await refuseLostQueue(state, join(state, BODIES));
  const directory = await stateDirectory(state, presence);
  const { sqliteStores } = await import('../adapters/sqlite/index.js');
  const { fileBodies } = await import('../adapters/files/index.js');
  const { bodiesBySize } = await import('../services/queue/index.js');
  const stores = sqliteStores({ directory });
  const large = fileBodies({ directory: join(directory, BODIES) });
  return {
    ...stores,
    bodies: bodiesBySize({ small: stores.bodies, large }),
    place: state,
    directory,
  };
}
