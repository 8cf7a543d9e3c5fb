import { constants, type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, type Exit } from './exit.js';

/** What is read, how much of it at most, and how the command ends if it cannot be. */
export interface Reading {
  /** For the sentence: "the settings". */
  readonly what: string;
  readonly octetsMax: number;
  readonly unreadable: Exit;
  readonly tooLarge: Exit;
}

const CHUNK_OCTETS = 1_048_576;
/** How long somebody may take to open a FIFO for writing. */
const WRITER_MS = 5_000;
const POLL_MS = 20;

/** Reads a file. Throws a CommandError; of a file that is too large one octet beyond the bound is read. */
export async function readOctets(path: string, reading: Reading): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    // To open a FIFO would otherwise wait for somebody who writes to it, for ever and deaf to signals.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    return await collect(chunksOf(file, reading.octetsMax + 1), path, reading);
  } catch (error) {
    throw error instanceof CommandError ? error : unreadable(path, error, reading);
  } finally {
    await file?.close().catch(() => {});
  }
}

/** Reads standard input to its end, within the same bound. */
export async function readStandardInput(reading: Reading): Promise<Uint8Array> {
  try {
    return await collect(process.stdin, 'standard input', reading);
  } catch (error) {
    throw error instanceof CommandError ? error : unreadable('standard input', error, reading);
  }
}

/** As {@link readOctets}, as text. `malformed`: how the command ends if it is not UTF-8. */
export async function readText(
  path: string,
  reading: Reading & { readonly malformed: Exit },
): Promise<string> {
  const octets = await readOctets(path, reading);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw new CommandError(reading.malformed, `${reading.what} in ${path}: the text is not UTF-8`);
  }
}

async function* chunksOf(file: FileHandle, octetsMax: number): AsyncGenerator<Uint8Array> {
  const isFifo = (await file.stat()).isFIFO();
  const writerUntil = performance.now() + WRITER_MS;
  let isWritten = false;
  for (let left = octetsMax; left > 0; ) {
    const chunk = await readSome(file, Math.min(left, CHUNK_OCTETS));
    if (chunk === null || (chunk.length === 0 && isFifo && !isWritten)) {
      // Nothing yet: either somebody holds it open for writing, or nobody has opened it.
      isWritten ||= chunk === null;
      if (!isWritten && performance.now() >= writerUntil)
        throw new Error('it is a FIFO, and nobody writes to it');
      await pause(POLL_MS);
      continue;
    }
    if (chunk.length === 0) return;
    isWritten = true;
    left -= chunk.length;
    yield chunk;
  }
}

/** Empty at the end; null: there is nothing to read yet. */
async function readSome(file: FileHandle, length: number): Promise<Uint8Array | null> {
  try {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  from: string,
  { what, octetsMax, tooLarge }: Reading,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of chunks) {
    octets += chunk.length;
    if (octets > octetsMax)
      throw new CommandError(tooLarge, `${what} in ${from}: larger than ${sizeOf(octetsMax)}`);
    parts.push(chunk);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, octets);
}

function sizeOf(octets: number): string {
  return `${octets / 1_048_576} MiB`;
}

function unreadable(from: string, error: unknown, { what, unreadable }: Reading): CommandError {
  return new CommandError(unreadable, `${what} in ${from} cannot be read: ${reasonOf(error)}`);
}

/** What the system says, without its jargon. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of the path is not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system can only be read';
    case 'ENOSPC':
      return 'the disk is full';
    case 'ELOOP':
      return 'symbolic links on the way to it lead in a circle, or one stands where a file belongs';
    case 'ENAMETOOLONG':
      return 'the path is too long';
    default:
      return error.message;
  }
}
