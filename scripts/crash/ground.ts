/* Where the daemons of the rounds keep their queue, and what may befall it. */
import { execFile } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startPostgres } from '../../peer-tests/postgres.js';
import { postgresStores } from '../../src/adapters/postgres/index.js';
import type { SqlStores } from '../../src/adapters/sql/stores.js';
import { STATE_FILE, sqliteStores } from '../../src/adapters/sqlite/index.js';
import { openSqlite } from '../../src/adapters/sqlite/libsql.js';

export interface Ground {
  readonly args: readonly string[];
  readonly open: () => SqlStores;
  /** What befalls it, by name; each resolves when it is over. */
  readonly troubles: Readonly<Record<string, (draw: () => number) => Promise<void>>>;
  readonly leave: () => Promise<void>;
}

const run = promisify(execFile);
/** Above what a daemon keeps free, room for some hundred rounds: what a kill leaves of messages that have ended goes only days later. */
const DISK = '256m';

/** A folder. `disk`: on a small disk of its own, which can be filled; for root alone. */
export async function folderGround(folder: string, disk: 'shared' | 'own'): Promise<Ground> {
  const place = join(folder, 'place');
  await mkdir(place, { mode: 0o700 });
  if (disk === 'own') await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=700`, 'tmpfs', place]);
  const directory = join(place, 'state');
  return {
    args: ['--state', directory],
    open: () => sqliteStores({ directory }),
    troubles: {
      locked: (draw) => lockFor(join(directory, STATE_FILE), 500 + draw() * 8_000),
      ...(disk === 'own' ? { full: (draw: () => number) => fillFor(place, 500 + draw() * 4_000) } : {}),
    },
    leave: async () => {
      // Lazily: where a round failed, its daemons may still have files open there.
      if (disk === 'own') await run('umount', ['-l', place]);
    },
  };
}

/** Somebody else has the write lock of the file. */
async function lockFor(path: string, ms: number): Promise<void> {
  const connection = await openSqlite(path);
  try {
    await connection.exec('PRAGMA busy_timeout = 5000');
    await connection.exec('BEGIN IMMEDIATE');
    await pause(ms);
    await connection.exec('ROLLBACK');
  } catch {
    // Where the daemon had it all the time, this trouble did not come.
  } finally {
    connection.close();
  }
}

/** Not an octet is left on the disk. */
async function fillFor(place: string, ms: number): Promise<void> {
  const path = join(place, 'filler');
  const { bavail, bsize } = await statfs(place);
  const filler = await open(path, 'w');
  try {
    const chunk = Buffer.alloc(1_048_576);
    for (let left = bavail * bsize; left > 0; left -= chunk.length) await filler.write(chunk);
    for (;;) await filler.write(chunk, 0, 4096);
  } catch {
    await pause(ms);
  } finally {
    await filler.close();
    await rm(path, { force: true });
  }
}

/** A PostgreSQL of our own, which syncs what it commits, and can be restarted without a goodbye. */
export async function postgresGround(): Promise<Ground> {
  const server = await startPostgres({ fsync: 'on' });
  const url = await server.createDatabase('crash');
  return {
    args: ['--database', url],
    open: () => postgresStores({ url }),
    troubles: {
      restarted: async (draw) => {
        await pause(draw() * 1_000);
        await server.fail();
        await server.begin();
      },
    },
    leave: () => server.stop(),
  };
}
