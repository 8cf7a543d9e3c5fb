import { fork } from 'node:child_process';
import { once } from 'node:events';
import { sibling } from './sibling.js';

/** What a script says, run in a process of its own with room for a million of whatever it makes. */
export async function inChild<T>(script: string): Promise<T> {
  const child = fork(sibling(script, import.meta.url), {
    execArgv: [...process.execArgv, '--expose-gc', '--max-old-space-size=8192'],
  });
  const [told] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended without a word`))),
  ])) as [T];
  return told;
}
