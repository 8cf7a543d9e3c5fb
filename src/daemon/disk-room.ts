import { statfs } from 'node:fs/promises';

/** What is left for those who keep the books, in octets. */
const RESERVE_OCTETS = 67_108_864;
const KNOWN_MS = 1_000;

/** Whether a message of that size still fits on the disk of a folder; asked once a second at most. Never rejects. */
export function diskRoom(directory: string | undefined, messageOctets: () => number) {
  let known: { readonly word: 'enough' | 'too-little'; readonly at: number } | null = null;
  return async (): Promise<'enough' | 'too-little'> => {
    if (directory === undefined) return 'enough';
    const now = performance.now();
    if (known !== null && now - known.at < KNOWN_MS) return known.word;
    const free = await statfs(directory).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => 0,
    );
    known = { word: free > RESERVE_OCTETS + messageOctets() ? 'enough' : 'too-little', at: now };
    return known.word;
  };
}
