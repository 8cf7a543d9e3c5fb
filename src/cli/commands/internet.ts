import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostsOf } from '../../adapters/scripted/scenario-contradictions.js';
import { startKnownWorld } from '../../testing/internet.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { readPort } from '../numbers.js';
import { print } from '../output/terminal.js';
import { reasonOf } from '../read-file.js';
import { readWorldFile } from '../scenario-file.js';
import { logText, onHangUp, untilTold } from '../serving.js';
import { worldArguments } from '../world-arguments.js';

const HELP = `\
Usage: waxseal internet SCENARIO.json [OPTION]...

Runs the world of a scenario as real servers on loopback until it is told to stop: a
resolver, mail hosts, policy hosts, and a CA of their own. Nothing outside is asked.
Its messages are not sent, and may be left out; send your own.

  --resolver-port N      port of the resolver; programs that read resolv.conf ask at 53,
                         for which a process needs the right; default: one that is free
  --port N               port of mail hosts; default: one that is free
  --https-port N         port of policy hosts; default: one that is free
  --json                 print one JSON object {"resolver":{"address","port"},"ca","port",
                         "httpsPort"} instead

Prints one line when it is ready: "ready internet", and the options that lead other
commands into it. The file behind --ca stands in a folder of its own, which goes with it.
SIGHUP reads the scenario again: a host is down ("connect": "refuse") or well from then
on, at the address that it had. What cannot be used is told, and the world stays.
Ends with 0 when told to by SIGTERM or SIGINT. 64: wrong use of the command; 65: no valid
scenario; 66: it cannot be read; 78: it cannot listen at such a port.
`;

const OPTIONS = {
  'resolver-port': { type: 'string' },
  port: { type: 'string' },
  'https-port': { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const internet: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [path, second] = positionals;
    if (path === undefined) throw misuse('the scenario is missing; give its file');
    if (second !== undefined)
      throw misuse(`there can be one scenario only, and ${JSON.stringify(second)} is a second`);
    const ports = {
      resolverPort: readPort('--resolver-port', values['resolver-port']) ?? 0,
      port: readPort('--port', values.port) ?? 0,
      httpsPort: readPort('--https-port', values['https-port']) ?? 0,
    };
    if (ports.port !== 0 && ports.port === ports.httpsPort)
      throw misuse('--port and --https-port must differ');
    const { world, steps = [] } = await readWorldFile(path);
    const told = untilTold();
    const hosts = hostsOf(world, ...steps.map(({ change }) => change ?? {}));
    const running = await startKnownWorld(world, hosts, ports).catch((error) => {
      throw new CommandError(EXIT.badSettings, `the small internet cannot start: ${reasonOf(error)}`);
    });
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-internet-'));
    const stopReloading = onHangUp('the records and hosts', logText, async () =>
      running.become((await readWorldFile(path)).world),
    );
    try {
      const ca = await running.writeCa(join(folder, 'ca.pem'));
      const { resolver, port, httpsPort } = running;
      await print(
        values.json === true
          ? `${JSON.stringify({ resolver, ca, port, httpsPort })}\n`
          : `ready internet ${worldArguments(running, ca).join(' ')}\n`,
      );
      await told;
    } finally {
      stopReloading();
      await Promise.all([running.close(), rm(folder, { recursive: true, force: true })]);
    }
    return EXIT.ok;
  },
};
