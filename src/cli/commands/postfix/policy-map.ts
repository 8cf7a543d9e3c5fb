import { domainToASCII } from 'node:url';
import type { Stores } from '../../../effects/stores.js';
import { listenAddressText } from '../../../hosts/listen-address.js';
import type { ListenAddress, PolicyAnswer } from '../../../hosts/postfix/index.js';
import type { NodeOptions } from '../../../node.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { CommandError, EXIT } from '../../exit.js';
import { openStores, policiesIn } from '../../kept-state.js';
import { listenAt } from '../../listen-at.js';
import { readCount } from '../../numbers.js';
import { SERVING_JSON_HELP } from '../../options.js';
import { LOOKUP_OPTIONS, LOOKUP_OPTIONS_HELP, readLookupSetup } from '../../policy-lookup.js';
import { keepProcesses, leaveProcesses, roleOf, saysReady } from '../../processes.js';
import { reasonOf } from '../../read-file.js';
import {
  type Log,
  onHangUp,
  readServing,
  SERVING_OPTIONS,
  SERVING_OPTIONS_HELP,
  sayReady,
  untilTold,
} from '../../serving.js';

const HELP = `\
Usage: waxseal postfix policy-map --listen ADDRESS [OPTION]...

A socketmap server for Postfix, which keeps its queue and its sockets and asks for each
next hop how it is to be reached. DANE and MTA-STS are both looked at. In main.cf:

  smtp_tls_security_level = dane
  smtp_dns_support_level = dnssec
  smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:waxseal

${SERVING_OPTIONS_HELP}\
  --processes N          serve with so many processes behind the same listeners; with
                         --state or --database they share what is kept (1)
${LOOKUP_OPTIONS_HELP}\
${SERVING_JSON_HELP}
Answers OK with a policy, NOTFOUND where nothing is demanded, TEMP where that cannot be
known, so that mail waits. Prints "ready socketmap ADDRESS" for each listener. SIGHUP
reads the settings again. Ends with 0 when told to by SIGTERM or SIGINT. 64: wrong use of
the command; 66: an input cannot be read; 78: bad settings, or an address that cannot be
listened at.
`;

export const policyMap: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...{ ...LOOKUP_OPTIONS, ...SERVING_OPTIONS },
      processes: { type: 'string' },
    });
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const { listen, grace, log: logFormat, processes, ...lookup } = values;
    const count = readCount('--processes', processes) ?? 1;
    const { addresses, graceMs, log } = readServing({ listen, grace, log: logFormat });
    const { node, settings, places, ...own } = await readLookupSetup(lookup);
    const role = roleOf(count);
    if (role === 'starter') {
      await clearSockets(addresses);
      return keepProcesses(count, log);
    }
    const told = untilTold();
    const { createEngine, keepPoliciesFresh } = await import('../../../node.js');
    const { adapters, policies, close } = await reach(node, await openStores(places));
    const onFault = (message: string) => log(`a fault of ours: ${message}`, { fault: message });
    const make = (await import('../../../hosts/postfix/index.js')).policyMap;
    const map = make({ ...own, adapters, settings, onFault, onAnswer: (answer) => logAnswer(answer, log) });
    try {
      for (const address of addresses) {
        const listening = await listenAt(address, map.listen);
        if (saysReady(role)) await sayReady('socketmap', listening);
      }
    } catch (error) {
      await map.close(0);
      await close();
      throw error;
    }
    const stopReloading = onHangUp('the settings', log, async () => {
      map.reload((await readLookupSetup(lookup)).settings);
    });
    const ending = new AbortController();
    const engine = createEngine({ adapters, settings, clock: Date.now, toAscii: domainToASCII, onFault });
    // What is kept is kept for all, and one is enough to renew it.
    const fresh =
      role === 'another'
        ? undefined
        : keepPoliciesFresh({ store: policies, engine, clock: Date.now }, ending.signal, {
            onFailure: (message) => log(`policies cannot be renewed: ${message}`),
          });
    log(`${await told}: ends when what is under way has ended`);
    stopReloading();
    ending.abort();
    await map.close(graceMs);
    await fresh;
    await close();
    leaveProcesses();
    return EXIT.ok;
  },
};

/** What was left of a server before; whoever serves afterwards shares the listener. */
async function clearSockets(addresses: readonly ListenAddress[]): Promise<void> {
  const { clearSocket } = await import('../../../hosts/listen-address.js');
  for (const address of addresses)
    if (address.kind === 'unix')
      await clearSocket(address.path).catch((error) => {
        throw new CommandError(
          EXIT.badSettings,
          `cannot listen at ${listenAddressText(address)}: ${reasonOf(error)}`,
        );
      });
}

/** Node's adapters over the policies that are renewed in the background as well. */
async function reach(node: NodeOptions, stores: Stores) {
  const { nodeAdapters } = await import('../../../node.js');
  const own = nodeAdapters(node);
  return {
    adapters: { ...own, ...policiesIn(stores) },
    policies: stores.policies,
    close: async () => {
      await Promise.all([own.close(), stores.close()]);
    },
  };
}

function logAnswer({ key, reply, reason, loses }: PolicyAnswer, log: Log): void {
  // TEMP is said with its reason.
  const why = reply.includes(reason) ? '' : `; ${reason}`;
  const lost = loses.length === 0 ? '' : `; not said: ${loses.join(' ')}`;
  log(`${key}: ${reply.trimEnd()}${why}${lost}`, { key, answer: reply, reason, loses });
}
