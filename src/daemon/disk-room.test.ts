import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskRoom } from './disk-room.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-room-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function open(messageOctets = 0) {
  let now = 0;
  const faults: string[] = [];
  const room = diskRoom({
    ...{ directory, messageOctets: () => messageOctets, elapsed: () => now },
    onFault: (fault) => faults.push(fault),
  });
  const later = () => {
    now += 1_000;
    return room();
  };
  return { faults, room, later };
}

describe('room on the disk', () => {
  it.each(['removed', 'exchanged'])('is none in a file that was %s while it is in use', async (how) => {
    const [file, other] = [join(directory, 'waxseal.sqlite'), join(directory, 'other')];
    await writeFile(file, 'x');
    const { faults, room, later } = open();
    expect(await room()).toBe('enough');
    await copyFile(file, other);
    if (how === 'removed') await rm(file);
    else await rename(other, file);
    // It was asked a moment ago.
    expect(await room()).toBe('enough');
    expect([await later(), await later()]).toEqual(['too-little', 'too-little']);
    expect(faults).toEqual([expect.stringContaining(`${file} was removed or exchanged`)]);
  });

  it('is none where the file went before anybody asked', async () => {
    const file = join(directory, 'waxseal.sqlite');
    await writeFile(file, 'x');
    const { room } = open();
    await rm(file);
    expect(await room()).toBe('too-little');
  });

  it('is none for a message that is larger than the disk, and none where the folder is gone', async () => {
    await writeFile(join(directory, 'waxseal.sqlite'), 'x');
    expect(await open(Number.MAX_SAFE_INTEGER).room()).toBe('too-little');
    const { room, later } = open();
    expect(await room()).toBe('enough');
    await rm(directory, { recursive: true });
    expect(await later()).toBe('too-little');
  });
});
