/*
 * The body of a message while it is attempted: in memory as long as it is small, else in a file without a name, which the
 * system takes away with the process. It is read once for each server that takes it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { MessageSource } from '../effects/ports.js';
import { inPieces } from '../engine/in-pieces.js';
import { MessageReader } from '../engine/message-reader.js';

export interface SpoolOptions {
  readonly directory: string;
  /** Octets up to which a message stays in memory. */
  readonly memoryOctetsMax: number;
  /** Octets of a message at most. */
  readonly messageOctetsMax: number;
}

export interface Spooled {
  readonly content: MessageSource;
  /** The first octets: at least the header of an honest message. */
  readonly head: Buffer;
  readonly facts: ReturnType<MessageReader['facts']>;
  /** SHA-256, lower-case hexadecimal. */
  readonly digest: string;
  /** Frees what it takes. Never rejects. */
  discard(): Promise<void>;
}

const HEAD_OCTETS_MAX = 65_536;
const READ_OCTETS = 65_536;

/** Takes a whole stream; `too-large`: it was read to its end, and nothing of it is kept. Rejects if it cannot be kept, or breaks off. */
export async function spool(stream: Readable, options: SpoolOptions): Promise<Spooled | 'too-large'> {
  const kept = new Kept(options);
  const hash = createHash('sha256');
  let octets = 0;
  const reader = new MessageReader();
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      octets += chunk.length;
      if (octets > options.messageOctetsMax) continue;
      // A chunk may be a whole message. Behind each piece that goes to a file others have their turn.
      for (const piece of inPieces(chunk)) {
        hash.update(piece);
        reader.push(piece);
        await kept.add(piece);
      }
    }
  } catch (error) {
    await kept.discard();
    throw error;
  }
  if (octets > options.messageOctetsMax) {
    await kept.discard();
    return 'too-large';
  }
  return {
    content: () => kept.read(),
    head: kept.head(),
    facts: reader.facts(),
    digest: hash.digest('hex'),
    discard: () => kept.discard(),
  };
}

class Kept {
  readonly #options: SpoolOptions;
  #chunks: Uint8Array[] = [];
  #octets = 0;
  #head: Uint8Array[] = [];
  #headOctets = 0;
  #file: FileHandle | null = null;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  async add(chunk: Uint8Array): Promise<void> {
    if (this.#headOctets < HEAD_OCTETS_MAX) {
      const part = chunk.subarray(0, HEAD_OCTETS_MAX - this.#headOctets);
      this.#head.push(part);
      this.#headOctets += part.length;
    }
    this.#octets += chunk.length;
    if (this.#file === null && this.#octets <= this.#options.memoryOctetsMax) {
      this.#chunks.push(chunk);
      return;
    }
    this.#file ??= await this.#moveToFile();
    await writeAll(this.#file, chunk);
  }

  head(): Buffer {
    return Buffer.concat(this.#head);
  }

  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file === null) {
      yield* this.#chunks;
      return;
    }
    for (let position = 0; position < this.#octets; ) {
      const { bytesRead, buffer } = await this.#file.read(
        Buffer.allocUnsafe(READ_OCTETS),
        0,
        READ_OCTETS,
        position,
      );
      if (bytesRead === 0) throw new Error('the spooled message is shorter than what was written');
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async discard(): Promise<void> {
    this.#chunks = [];
    this.#head = [];
    await this.#file?.close().catch(() => undefined);
  }

  async #moveToFile(): Promise<FileHandle> {
    const path = join(this.#options.directory, `waxseal-${randomUUID()}.spool`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    for (const chunk of this.#chunks) await writeAll(file, chunk);
    this.#chunks = [];
    return file;
  }
}

async function writeAll(file: FileHandle, octets: Uint8Array): Promise<void> {
  for (let from = 0; from < octets.length; ) {
    const { bytesWritten } = await file.write(octets, from);
    from += bytesWritten;
  }
}
