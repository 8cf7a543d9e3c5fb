/*
 * Policies in files, so that they outlive the process: without that, whoever can block DNS or HTTPS after a restart has
 * undone them (RFC 8461, Section 10.2). A domain has two files, one for its policy and one for a failed fetch. They are
 * written by different changes, so that processes that share the folder never overwrite a policy with what they read before
 * it came. Each file is replaced as a whole, or not at all.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PolicyCachePorts } from './policy-cache.js';
import { type Stored, storedFailure, storedPolicy } from './stored.codec.js';

const FILE_OCTETS_MAX = 262_144;
/** Leaves room for endings within the 255 octets that file systems allow. */
const NAME_OCTETS_MAX = 200;
// Neither a link nor a pipe that somebody put there: the one could lead out, the other would never answer.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Policies in that folder, which is made when first written to, readable by its owner alone. */
export function filePolicyCache(directory: string): PolicyCachePorts {
  const pathOf = (domain: string, kind: 'policy' | 'failure') =>
    join(directory, `${fileName(domain)}.${kind}.json`);
  return {
    'policy-cache.read': async (ask) => {
      const domain = ask.domain.toLowerCase();
      const [cached, failure] = await Promise.all([
        load(pathOf(domain, 'policy'), domain, storedPolicy),
        load(pathOf(domain, 'failure'), domain, storedFailure),
      ]);
      if (cached === 'unreadable') return { kind: 'unreadable' };
      // A failure that cannot be read costs one fetch too many; it must not hide the policy.
      return { kind: 'read', cached, failure: failure === 'unreadable' ? null : failure };
    },
    'policy-cache.write': async (ask) => {
      const domain = ask.domain.toLowerCase();
      const { change } = ask;
      try {
        if (change.kind === 'remember-failure') {
          await replace(directory, pathOf(domain, 'failure'), storedFailure.encode(domain, change.failure));
        } else {
          await replace(directory, pathOf(domain, 'policy'), storedPolicy.encode(domain, change.entry));
          await rm(pathOf(domain, 'failure'), { force: true });
        }
        return { kind: 'written' };
      } catch {
        return { kind: 'failed' };
      }
    },
  };
}

/** The domain itself if that is a harmless file name; else its SHA-256, which no domain looks like. */
function fileName(domain: string): string {
  const plain = /^[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/.test(domain);
  if (plain && domain.length <= NAME_OCTETS_MAX) return domain;
  return createHash('sha256').update(domain).digest('hex');
}

async function load<A>(path: string, domain: string, as: Stored<A>): Promise<A | null | 'unreadable'> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, READ);
    const { size } = await file.stat();
    if (size > FILE_OCTETS_MAX) return 'unreadable';
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(FILE_OCTETS_MAX + 1),
      0,
      FILE_OCTETS_MAX + 1,
      0,
    );
    if (bytesRead > FILE_OCTETS_MAX) return 'unreadable';
    return as.decode(domain, buffer.toString('utf8', 0, bytesRead)) ?? 'unreadable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : 'unreadable';
  } finally {
    await file?.close().catch(() => {});
  }
}

/** Not `recursive` at once: on Node 20 that never returns where the file system refuses below an existing folder. */
async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || (await isFolder(dirname(directory)))) throw error;
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function replace(directory: string, path: string, text: string): Promise<void> {
  if (Buffer.byteLength(text) > FILE_OCTETS_MAX) throw new RangeError('too large to be read again');
  await makeFolder(directory);
  const temporary = join(directory, `.${randomBytes(12).toString('hex')}.tmp`);
  try {
    await write(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(directory);
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the new name survives a power failure too; not every system can. */
async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r').catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close().catch(() => {});
}
