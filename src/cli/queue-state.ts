/*
 * Where a queue is kept, as the commands about it are told: in a folder, in a database, or with a daemon that runs it.
 */
import { join } from 'node:path';
import type { SqlStores } from '../adapters/sql/stores.js';
import type { BodyStore } from '../effects/queue-stores.js';
import { misuse, type OptionTable } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';
import { prepareStateDirectory } from './state-directory.js';

export const STATE_OPTIONS = {
  state: { type: 'string' },
  database: { type: 'string' },
} as const satisfies OptionTable;

export const STATE_OPTIONS_HELP = `\
  --state DIR            the queue is in this folder, with all else that is kept
  --database URL         it is in this PostgreSQL database (postgres://...), for many nodes
`;

/** The folder beside the state file in which the octets of messages are. */
const BODIES = 'bodies';

/** One of the two. */
export interface QueuePlace {
  readonly state?: string | undefined;
  readonly database?: string | undefined;
}

/** Everything that is kept. */
export interface QueueState extends Omit<SqlStores, 'bodies'> {
  readonly bodies: BodyStore;
  /** Folder or address, for people. */
  readonly place: string;
  /** Undefined: in a database. */
  readonly directory: string | undefined;
}

/** Throws a CommandError. */
export async function openQueueState(values: QueuePlace): Promise<QueueState> {
  const { state, database } = values;
  if (state !== undefined && database !== undefined)
    throw misuse('--state and --database exclude each other: either a folder or a database');
  if (database !== undefined) return openDatabase(database);
  if (state === undefined)
    throw misuse('--state, --database or --admin is missing; say where the queue is, such as --state DIR');
  const directory = await prepareStateDirectory(state);
  const { sqliteStores } = await import('../adapters/sqlite/index.js');
  const { fileBodies } = await import('../adapters/files/index.js');
  const stores = sqliteStores({ directory });
  return {
    ...stores,
    bodies: fileBodies({ directory: join(directory, BODIES) }),
    place: state,
    directory,
  };
}

async function openDatabase(url: string): Promise<QueueState> {
  if (!/^postgres(?:ql)?:\/\//.test(url))
    throw misuse(`--database ${JSON.stringify(url)} is no address; give one like postgres://user@host/name`);
  const { postgresStores } = await import('../adapters/postgres/index.js');
  const stores = postgresStores({ url });
  try {
    await stores.queue.nextDue();
  } catch (error) {
    await stores.close();
    throw new CommandError(EXIT.badSettings, `--database cannot be used: ${reasonOf(error)}`);
  }
  return { ...stores, place: new URL(url).host, directory: undefined };
}
