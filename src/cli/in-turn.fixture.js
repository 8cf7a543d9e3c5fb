/*
 * Runs one command after the other, as bin/waxseal.js runs one: of a short command loading what was compiled is most of the time.
 * What a process is to a command (its input, environment, signals and end) is for a process of its own.
 */
import process from 'node:process';
import { main } from '../../dist/cli/main.js';

const streams = ['stdout', 'stderr'];
// Each run of the command listens anew.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

process.on('message', async (args) => {
  const said = { stdout: '', stderr: '' };
  for (const name of streams) {
    process[name].write = (text, ...rest) => {
      said[name] += text;
      rest.at(-1)?.();
      return true;
    };
  }
  process.exitCode = undefined;
  await main(args);
  process.send({ exit: process.exitCode ?? 0, ...said });
});
