import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The names of the events that a process has told of when it has ended, however it did. */
async function toldBy(end: string): Promise<readonly string[]> {
  const code = `
    import { jsonLogger } from './src/daemon/log.ts';
    const log = jsonLogger(() => 0);
    for (const name of ['one', 'two', 'three']) log('info', name, 'x'.repeat(3_000));
    ${end}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
  const { stderr } = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = (await text(stderr)).split('\n').filter((line) => line.startsWith('{"level"'));
  return lines.map((line) => JSON.parse(line).event);
}

describe.concurrent('a process has told of everything, each in a line of its own,', () => {
  it.each([
    ['that is ended at once', 'process.exit(3);'],
    ['that is killed in the next moment', "setTimeout(() => process.kill(process.pid, 'SIGKILL'));"],
  ])('%s', async (_, end) => {
    expect(await toldBy(end)).toEqual(['one', 'two', 'three']);
  });
});
