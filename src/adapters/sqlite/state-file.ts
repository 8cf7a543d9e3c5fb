import type { Stats } from 'node:fs';
import { lstat, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { notOursAlone } from '../../effects/owner-only.js';

/** Makes a file and its folder for their owner alone, unless they are there; rejects if something else is, or if they are not ours alone. */
export async function makeStateFile(path: string): Promise<void> {
  await makeFolder(dirname(path));
  refuseOthers(dirname(path), await stat(dirname(path)));
  try {
    // SQLite itself would leave the file to whoever the umask lets read it.
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // It is only looked at: to open it and close it again would end the locks that this process has on it.
    const found = await lstat(path);
    if (!found.isFile()) throw new Error(`${path} is not a file`);
    refuseOthers(path, found);
  }
  await refuseStrangeLogs(path);
}

/** The log of changes belongs to the file, and who may write there may write here. */
async function refuseStrangeLogs(path: string): Promise<void> {
  for (const log of [`${path}-wal`, `${path}-shm`]) {
    const found = await lstat(log).catch(() => null);
    if (found === null) continue;
    if (!found.isFile()) throw new Error(`${log} is not a file`);
    refuseOthers(log, found);
  }
}

function refuseOthers(path: string, found: Stats): void {
  const problem = notOursAlone(path, found, process.getuid?.());
  if (problem !== null) throw new Error(problem);
}

/** Not `recursive` at once: on Node 20 that never returns where the file system refuses below an existing folder. */
async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || (await isFolder(dirname(directory)))) throw error;
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
