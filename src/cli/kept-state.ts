/* Where what outlives a message is kept, as commands are told: in a folder, in a database, or nowhere. */
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import type { PostgresStores } from '../adapters/postgres/index.js';
import type { Adapters } from '../effects/ports.js';
import { type Stores, twoPlaces } from '../effects/stores.js';
import type { Queue, QueueOptions } from '../services/queue/index.js';
import { misuse, type OptionTable } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';
import { type Presence, stateDirectory } from './state-directory.js';

export const STATE_OPTIONS = {
  state: { type: 'string' },
  database: { type: 'string' },
} as const satisfies OptionTable;

export interface StateValues {
  readonly state?: string | undefined;
  readonly database?: string | undefined;
}

/** `found`: a folder that is not there is not made, but refused. Throws a CommandError where they cannot be used. */
export async function openStores(
  { state, database }: StateValues,
  presence: Presence = 'made',
): Promise<Stores> {
  checkPlaces({ state, database });
  if (database !== undefined) return openDatabase(database);
  if (state === undefined) return (await import('../adapters/memory/index.js')).memoryStores();
  await stateDirectory(state, presence);
  return (await import('../adapters/sqlite/index.js')).sqliteStores({ directory: state });
}

/** Throws a CommandError where both are given, or what can be no database. */
export function checkPlaces({ state, database }: StateValues): void {
  if (state !== undefined && database !== undefined) throw misuse(twoPlaces('--state', '--database'));
  if (database !== undefined && !/^postgres(?:ql)?:\/\//.test(database))
    throw misuse(
      `--database ${JSON.stringify(database)} is no address; give one like postgres://user@host/name`,
    );
}

/** Whether what is kept is forgotten with the process. */
export function isNowhere({ state, database }: StateValues): boolean {
  return state === undefined && database === undefined;
}

/** Throws a CommandError where none is given, or both. `what`: in words, with a verb. */
export function requirePlace(values: StateValues, what: string): void {
  checkPlaces(values);
  if (isNowhere(values))
    throw misuse(`--state or --database is missing; say where ${what}, such as --state DIR`);
}

/** Folder or address of the one that is given, for people: a password is none of it. */
export function placeOf({ state, database }: StateValues): string {
  if (state !== undefined) return state;
  const { host, pathname } = new URL(database!);
  return `${host}${pathname}`;
}

/** The questions of the catalogue that are answered from there. */
export function policiesIn({
  policies,
}: Pick<Stores, 'policies'>): Pick<Adapters, 'policy-cache.read' | 'policy-cache.write'> {
  return {
    'policy-cache.read': policies['policy-cache.read'],
    'policy-cache.write': policies['policy-cache.write'],
  };
}

/** All stores in a PostgreSQL database that was seen to answer; `schema`: beside all else that is in it. Throws a CommandError. */
export async function openDatabase(url: string, schema?: string): Promise<PostgresStores> {
  const { postgresStores } = await import('../adapters/postgres/index.js');
  const stores = postgresStores({ url, ...(schema !== undefined && { schema }) });
  try {
    await stores.policies.list({ after: null, entriesMax: 1 });
    return stores;
  } catch (error) {
    await stores.close();
    throw new CommandError(EXIT.badSettings, `--database cannot be used: ${reasonOf(error)}`);
  }
}

export interface NoticeQueue {
  readonly queue: Queue;
  readonly postmaster: string;
  close(): Promise<void>;
}

/** The folder, or the schema, in which notices wait: what else is queued in the same state is somebody else's. */
const NOTICES = { folder: 'notices', schema: 'waxseal_notices' } as const;

/** A queue for notices alone. Throws a CommandError. */
export async function openNoticeQueue(
  places: StateValues,
  own: Pick<QueueOptions, 'engine' | 'postmaster' | 'dkimKeys' | 'reportingMta' | 'onFault'>,
): Promise<NoticeQueue> {
  const { createQueue } = await import('../services/queue/index.js');
  const { close, ...kept } = await noticeStores(places);
  return {
    queue: createQueue({ ...own, ...kept, toAscii: domainToASCII }),
    postmaster: own.postmaster,
    close,
  };
}

async function noticeStores({
  state,
  database,
}: StateValues): Promise<Pick<QueueOptions, 'store' | 'bodies'> & Pick<Stores, 'close'>> {
  if (database !== undefined) {
    const { queue, bodies, close } = await openDatabase(database, NOTICES.schema);
    return { store: queue, bodies, close };
  }
  if (state === undefined) {
    const { memoryBodies, memoryStores } = await import('../adapters/memory/index.js');
    const { queue, close } = memoryStores();
    return { store: queue, bodies: memoryBodies(), close };
  }
  const { sqliteStores } = await import('../adapters/sqlite/index.js');
  const { fileBodies } = await import('../adapters/files/index.js');
  const directory = join(state, NOTICES.folder);
  const { queue, close } = sqliteStores({ directory });
  return { store: queue, bodies: fileBodies({ directory: join(directory, 'messages') }), close };
}
