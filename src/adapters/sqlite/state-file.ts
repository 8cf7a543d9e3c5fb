import { lstat, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a file and its folder for their owner alone, unless they are there; rejects if something else is. */
export async function makeStateFile(path: string): Promise<void> {
  await makeFolder(dirname(path));
  try {
    // SQLite itself would leave the file to whoever the umask lets read it.
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // It is only looked at: to open it and close it again would end the locks that this process has on it.
    if (!(await lstat(path)).isFile()) throw new Error(`${path} is not a file`);
  }
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
