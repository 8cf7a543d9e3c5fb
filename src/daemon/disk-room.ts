import { type Stats, statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { STATE_FILE } from '../adapters/sqlite/index.js';

/** What is left for those who keep the books, in octets. */
const RESERVE_OCTETS = 67_108_864;
const KNOWN_MS = 1_000;

export interface DiskRoomOptions {
  /** Undefined: everything is in a database elsewhere. */
  readonly directory: string | undefined;
  readonly messageOctets: () => number;
  /** Milliseconds since some moment; nobody sets this clock. */
  readonly elapsed: () => number;
  /** Told once that the file is gone. */
  readonly onFault: (message: string) => void;
}

/**
 * Whether a message of that size still fits on the disk of a folder; asked once a second at most. There is no room in a file that was taken away
 * or exchanged while it is open: what is written there goes with the process. Never rejects.
 */
export function diskRoom({ directory, messageOctets, elapsed, onFault }: DiskRoomOptions) {
  if (directory === undefined) return async () => 'enough' as const;
  const path = join(directory, STATE_FILE);
  let known: { readonly word: 'enough' | 'too-little'; readonly at: number } | null = null;
  // Now, and not when somebody asks for the first time; null: it is not there yet.
  let opened = identityOf(statSync(path, { throwIfNoEntry: false }));
  let isTold = false;
  const isThere = async (): Promise<boolean> => {
    const found = await stat(path).then(identityOf, () => null);
    opened ??= found;
    if (opened === found || isTold) return opened === found;
    isTold = true;
    onFault(
      `${path} was removed or exchanged while it is in use, and nothing is taken until it is back: what was taken before is kept in the file that was opened, and goes with this process if that is gone; deliver what waits, end, put a copy back, and start again`,
    );
    return false;
  };
  return async (): Promise<'enough' | 'too-little'> => {
    const now = elapsed();
    if (known !== null && now - known.at < KNOWN_MS) return known.word;
    const free = await statfs(directory).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => 0,
    );
    const isRoom = (await isThere()) && free > RESERVE_OCTETS + messageOctets();
    known = { word: isRoom ? 'enough' : 'too-little', at: now };
    return known.word;
  };
}

function identityOf(found: Stats | undefined): string | null {
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
