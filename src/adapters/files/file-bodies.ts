/*
 * The octets of messages in files, one each. A file is written under a name of its own, synced, renamed to its place, and its
 * folder synced, so that whatever a crash leaves there is either whole or has no place. Files are named after messages and never
 * after what is in them, so that no file is there for two.
 */
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Folder } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { Finite } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import { notOursAlone } from '../../effects/owner-only.js';
import type { MessageSource } from '../../effects/ports.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import { shelfOf } from '../../effects/shelf.js';

export interface FileBodiesOptions {
  /** A folder, made when first needed, for its owner alone. */
  readonly directory: string;
}

const OptionsCodec = strictObject<FileBodiesOptions>('an object with directory', { directory: Folder });

const NEW = 'new';
const SHELVES = 256;
/** Written and read at once. */
const PIECE_OCTETS = 65_536;
const ID = /^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$/;

/** Octets in files below a folder. Throws a {@link MisuseError} for options that are none. */
export function fileBodies(options: FileBodiesOptions): BodyStore {
  const { directory } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  const folders = new Folders(directory);
  const pathOf = (id: string) => join(directory, folderOf(id), id);
  return {
    keep: async (id, octets) => {
      try {
        await folders.make(NEW);
        await folders.make(folderOf(id));
        const draft = join(directory, NEW, id);
        const size = await write(draft, octets);
        await rename(draft, pathOf(id));
        await folders.sync(folderOf(id));
        return size;
      } catch (error) {
        folders.forget();
        throw error;
      }
    },
    read: (id) => () => {
      const shelf = folderOf(id);
      return readFrom(() => folders.trust(shelf), join(directory, shelf, id));
    },
    remove: async (ids) => {
      for (const id of ids) await unlink(pathOf(id)).catch(unlessMissing);
    },
    list: async (page) => {
      const shelf = page === null ? 0 : Number.parseInt(page, 16);
      const ids = await readdir(join(directory, nameOf(shelf))).catch(noneIfMissing);
      return { ids, next: shelf + 1 < SHELVES ? nameOf(shelf + 1) : null };
    },
  };
}

/**
 * Removes what a crash left half written: drafts older than that. `olderThan`: milliseconds since 1970. What is being written is
 * younger, so it may be asked for while others write.
 */
export async function removeDrafts(options: FileBodiesOptions, olderThan: number): Promise<number> {
  const { directory } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  checked(Finite, olderThan, 'WAXSEAL_BAD_OPTIONS', 'olderThan');
  const names = await readdir(join(directory, NEW)).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const path = join(directory, NEW, name);
    const found = await stat(path).catch(() => null);
    if (found === null || found.mtimeMs >= olderThan) continue;
    await unlink(path).catch(unlessMissing);
    removed += 1;
  }
  return removed;
}

/** One of 256 folders, so that no folder grows large. */
function folderOf(id: string): string {
  if (!ID.test(id)) throw new Error(`"${id.slice(0, 50)}" is no id of a message`);
  return nameOf(shelfOf(id, SHELVES));
}

function nameOf(shelf: number): string {
  return shelf.toString(16).padStart(2, '0');
}

async function write(path: string, octets: MessageSource): Promise<number> {
  const file = await open(path, 'w', 0o600);
  try {
    const piece = Buffer.allocUnsafe(PIECE_OCTETS);
    let size = 0;
    let held = 0;
    for await (const chunk of octets()) {
      size += chunk.length;
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + PIECE_OCTETS - held);
        piece.set(part, held);
        held += part.length;
        at += part.length;
        if (held < PIECE_OCTETS) continue;
        await writeAll(file, piece);
        held = 0;
      }
    }
    await writeAll(file, piece.subarray(0, held));
    await file.datasync();
    await file.close();
    return size;
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

/** Without a stream, which costs more than the file. What has its place does not grow, so that what is read short is the end. */
async function* readFrom(trust: () => Promise<void>, path: string): AsyncGenerator<Uint8Array> {
  await trust();
  const file = await open(path, 'r');
  try {
    for (let isWhole = false; !isWhole; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_OCTETS), 0, PIECE_OCTETS);
      isWhole = bytesRead < PIECE_OCTETS;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, octets: Uint8Array): Promise<void> {
  for (let from = 0; from < octets.length; ) {
    const { bytesWritten } = await file.write(octets, from);
    from += bytesWritten;
  }
}

/** Folders that were made once are not made again, and one sync of a folder serves all who wait for it. */
class Folders {
  readonly #directory: string;
  readonly #made = new Map<string, Promise<void>>();
  readonly #trusted = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  make(name: string): Promise<void> {
    const made = this.#made.get(name) ?? this.#create(name);
    this.#made.set(name, made);
    made.catch(() => this.#made.delete(name));
    return made;
  }

  async #create(name: string): Promise<void> {
    await mkdir(join(this.#directory, name), { recursive: true, mode: 0o700 });
    await this.trust(name);
    await syncFolder(this.#directory);
    // Whoever may make a folder there may not be let read there, and then nobody can have it synced.
    await syncFolder(dirname(this.#directory)).catch(unlessForbidden);
  }

  /** Whoever comes next looks at them anew: they may have been put in their place by hand. */
  forget(): void {
    this.#made.clear();
    this.#trusted.clear();
  }

  /** Rejects where others may write to the folder, or to the one that it is in; one that is missing is nobody's. */
  trust(name: string): Promise<void> {
    const trusted = this.#trusted.get(name) ?? this.#ask(name);
    this.#trusted.set(name, trusted);
    trusted.catch(() => this.#trusted.delete(name));
    return trusted;
  }

  async #ask(name: string): Promise<void> {
    for (const path of [this.#directory, join(this.#directory, name)]) {
      const problem = notOursAlone(path, await stat(path), process.getuid?.());
      if (problem !== null) throw new Error(problem);
    }
  }

  /** Whoever comes while a sync runs is served by the next one, which has not begun. */
  sync(name: string): Promise<void> {
    const waiting = this.#next.get(name);
    if (waiting !== undefined) return waiting;
    const next = Promise.resolve().then(async () => {
      this.#next.delete(name);
      await syncFolder(join(this.#directory, name));
    });
    this.#next.set(name, next);
    return next;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function noneIfMissing(error: unknown): readonly string[] {
  unlessMissing(error);
  return [];
}

const unlessMissing = (error: unknown) => unless('ENOENT', error);
const unlessForbidden = (error: unknown) => unless('EACCES', error);

function unless(code: string, error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
}
