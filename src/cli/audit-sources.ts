/*
 * The journals of files, folders and standard input, gzip or not, one after the other as they are read: no file is held as
 * a whole. What cannot be read is a problem among others, and no reason to stop.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { JournalStream, type StreamPiece } from '../audit/report/index.js';
import { JOURNAL_LENGTH_MAX, parseJournal } from '../effects/codecs/journal.codec.js';
import type { AttemptJournal } from '../effects/journal.js';
import { reasonOf } from './read-file.js';

export interface SourceProblem {
  readonly file: string;
  readonly problem: string;
}

export interface AuditSources {
  files: number;
  journals: number;
  readonly problems: SourceProblem[];
  /** What could be read, and is no journal. */
  strangers: number;
}

const FILES_MAX = 100_000;
const PROBLEMS_MAX = 1_000;
/** Of one file, unpacked: a few octets can stand for far more than anybody recorded. */
const OCTETS_MAX = 1_099_511_627_776;

/** Hands each attempt to `take`, in order. Never rejects. */
export async function readAttempts(
  paths: readonly string[],
  take: (attempt: AttemptJournal) => void,
): Promise<AuditSources> {
  const sources: AuditSources = { files: 0, journals: 0, problems: [], strangers: 0 };
  for (const path of paths)
    for (const file of await filesAt(path, sources)) {
      if (sources.files >= FILES_MAX) {
        note(sources, file, `not read: ${FILES_MAX} files are enough for one run`);
        return sources;
      }
      sources.files++;
      await readFile(file, sources, take);
    }
  return sources;
}

async function readFile(
  file: string,
  sources: AuditSources,
  take: (attempt: AttemptJournal) => void,
): Promise<void> {
  const stream = new JournalStream(JOURNAL_LENGTH_MAX);
  const onPiece = (piece: StreamPiece): boolean => {
    if (piece.kind === 'problem') {
      sources.strangers++;
      note(sources, file, piece.problem);
      return false;
    }
    const decoded = parseJournal(piece.text);
    if (!decoded.ok) {
      sources.strangers++;
      const [problem] = decoded.problems;
      note(
        sources,
        file,
        `no valid journal: ${problem?.path ?? ''} is ${problem?.actual ?? 'not'}, expected ${problem?.expected ?? 'a journal'}`,
      );
      return true;
    }
    sources.journals++;
    for (const attempt of decoded.value.attempts) take(attempt);
    return true;
  };
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let octets = 0;
    for await (const chunk of unpacked(file)) {
      octets += chunk.length;
      if (octets > OCTETS_MAX) return note(sources, file, 'there is no end to it');
      for (const piece of stream.read(decoder.decode(chunk, { stream: true }))) {
        if (!onPiece(piece)) return;
        // One journal at a time, so that signals and streams are heard between them.
        await breathe();
      }
    }
    decoder.decode();
    for (const piece of stream.end()) onPiece(piece);
    if (octets === 0) note(sources, file, 'the file is empty');
  } catch (error) {
    note(sources, file, error instanceof TypeError ? 'the text is not UTF-8' : reasonOf(error));
  }
}

async function* unpacked(file: string): AsyncGenerator<Uint8Array> {
  const source: Readable = file === '-' ? process.stdin : createReadStream(file);
  const iterator = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const isPacked = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const whole = Readable.from(behind(first.value, iterator), { objectMode: false });
  const out = isPacked ? whole.pipe(createGunzip()) : whole;
  // What breaks on the way in has to end what is read on the way out.
  whole.on('error', (error) => out.destroy(error));
  yield* out as AsyncIterable<Buffer>;
}

async function* behind(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** The path itself unless it is a folder: then its files, one level, by name. */
async function filesAt(path: string, sources: AuditSources): Promise<readonly string[]> {
  if (path === '-') return ['-'];
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      if (found.isFile() || found.isFIFO()) return [path];
      note(sources, path, 'it is neither a file nor a folder');
      return [];
    }
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
    if (names.length === 0) note(sources, path, 'there is no file in the folder');
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    note(sources, path, reasonOf(error));
    return [];
  }
}

function note({ problems }: AuditSources, file: string, problem: string): void {
  if (problems.length < PROBLEMS_MAX) problems.push({ file, problem });
}
