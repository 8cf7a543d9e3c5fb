import { readFile } from 'node:fs/promises';
import type { LmtpOptions } from '../../hosts/lmtp/index.js';
import type { NodeOptions } from '../../node.js';
import type { Settings } from '../../policy/settings.js';
import { misuse, readArguments, type ValuesOf } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { readCount } from '../numbers.js';
import { ATTEMPT_OPTIONS, readDeadline } from '../options.js';
import { reasonOf } from '../read-file.js';
import { readDnssec, readResolver } from '../resolver.js';
import { readServing, SERVING_OPTIONS, SERVING_OPTIONS_HELP, sayReady, untilTold } from '../serving.js';
import { readSettings } from '../settings.js';
import { prepareStateDirectory } from '../state-directory.js';
import { readTrustAnchors } from '../trust-anchors.js';

const HELP = `\
Usage: waxseal lmtp --listen ADDRESS [OPTION]...

An LMTP server (RFC 2033) for a mail system that keeps its queue: each message is
attempted once, with full policy, and what is answered behind the final dot is what became
of each recipient, with status, host, how it was authenticated and the deciding row.

${SERVING_OPTIONS_HELP}\
  --state DIR            keep there what LMTP does not carry (attempts, deliveries), MTA-STS
                         policies, and what is counted for TLS reports; default: in memory
  --concurrency N        messages attempted at once (50); others wait unread
  --deadline DURATION    when an attempt as a whole ends: who has no outcome by then is told to
                         come again (8m; clients give up after ten minutes)
  --requiretls keep|off  offer REQUIRETLS under TLS, and keep it (keep)
  --tls-cert FILE        for STARTTLS, in PEM, with --tls-key; default: made at start
  --tls-key FILE
  --resolver IP[:PORT], --trust-ad, --validate-dnssec, --port N, --https-port N, --ca FILE,
  --helo NAME, --no-cleartext-retry, --policy FILE, --allow-loopback
                         as for "waxseal deliver"

Prints "ready lmtp ADDRESS" for each listener. Ends with 0 when told to by SIGTERM or
SIGINT: what is under way may end, and whoever still waits then is told to come again.
64: wrong use of the command; 66: an input cannot be read; 78: bad settings, or an
address that cannot be listened at.
`;

const {
  from: _from,
  requiretls: _requiretls,
  attempt: _attempt,
  journal: _journal,
  json: _json,
  verbose: _verbose,
  ...LOOK_OPTIONS
} = ATTEMPT_OPTIONS;

const OPTIONS = {
  ...LOOK_OPTIONS,
  ...SERVING_OPTIONS,
  concurrency: { type: 'string' },
  requiretls: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} as const;

type Values = ValuesOf<typeof OPTIONS>;

/** Attempts at messages that no client asked about again, and deliveries, in milliseconds. */
const ATTEMPTED_KEPT_MS = 7 * 86_400_000;
const DELIVERED_KEPT_MS = 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;

export const lmtp: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const { addresses, graceMs, log } = readServing(values);
    const own = await readOwn(values);
    const { node, settings } = await readWorld(values);
    const told = untilTold();
    const onFault = (message: string) => log(`a fault of ours: ${message}`, { fault: message });
    const { createNodeEngine, keepPoliciesFresh } = await import('../../node.js');
    const stores = await storesOf(node.stateDirectory);
    const engine = createNodeEngine({ ...node, settings, tlsReports: { store: stores.reports }, onFault });
    const { lmtpServer } = await import('../../hosts/lmtp/index.js');
    const server = await lmtpServer({
      ...own,
      engine,
      attempts: stores.attempts,
      onFault,
      onReport: (report, attempt) => {
        const { recipient, outcome, status, mx, authentication, because } = report;
        log(`${recipient} ${outcome} ${status} at attempt ${attempt}${mx === null ? '' : ` by ${mx}`}`, {
          ...{ recipient, outcome, status, attempt, mx, authentication },
          row: because?.row ?? null,
        });
      },
    });
    try {
      for (const address of addresses) await sayReady('lmtp', await server.listen(address));
    } catch (error) {
      await server.close(0);
      await Promise.all([engine.close(), stores.close()]);
      throw new CommandError(EXIT.badSettings, `cannot listen: ${reasonOf(error)}`);
    }
    const ending = new AbortController();
    const fresh = keepPoliciesFresh({ store: stores.policies, engine, clock: Date.now }, ending.signal, {
      onFailure: (message) => log(`policies cannot be renewed: ${message}`),
    });
    const pruning = setInterval(() => {
      const now = Date.now();
      stores.attempts
        .prune({ delivered: now - DELIVERED_KEPT_MS, attempted: now - ATTEMPTED_KEPT_MS })
        .catch((error) => log(`attempts cannot be pruned: ${reasonOf(error)}`));
    }, PRUNE_EVERY_MS);
    log(`${await told}: ends when what is under way has ended`);
    clearInterval(pruning);
    ending.abort();
    await server.close(graceMs);
    await fresh;
    await Promise.all([engine.close(), stores.close()]);
    return EXIT.ok;
  },
};

async function storesOf(directory: string | undefined) {
  if (directory !== undefined)
    return (await import('../../adapters/sqlite/index.js')).sqliteStores({ directory });
  return (await import('../../adapters/memory/index.js')).memoryStores();
}

async function readOwn(values: Values): Promise<Partial<LmtpOptions>> {
  const { requiretls = 'keep', 'tls-cert': cert, 'tls-key': key } = values;
  if (requiretls !== 'keep' && requiretls !== 'off')
    throw misuse(`--requiretls ${JSON.stringify(requiretls)} is neither keep nor off`);
  if ((cert === undefined) !== (key === undefined)) throw misuse('--tls-cert and --tls-key go together');
  const concurrency = readCount('--concurrency', values.concurrency);
  const deadlineMs = readDeadline(values.deadline);
  return {
    requireTls: requiretls,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(cert === undefined || key === undefined
      ? {}
      : { certificate: { cert: await readPem(cert), key: await readPem(key) } }),
  };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.noInput, `${path} cannot be read: ${reasonOf(error)}`);
  }
}

async function readWorld(
  values: Values,
): Promise<{ readonly node: NodeOptions; readonly settings: Settings }> {
  const settings = await readSettings(values);
  const resolver = await readResolver(values.resolver, values['trust-ad'] === true);
  const ca = values.ca === undefined ? undefined : await readTrustAnchors(values.ca);
  const stateDirectory = values.state === undefined ? undefined : await prepareStateDirectory(values.state);
  return {
    settings,
    node: {
      dnssec: await readDnssec(values),
      ...(resolver === undefined ? {} : { resolver }),
      ...(ca === undefined ? {} : { ca }),
      ...(stateDirectory === undefined ? {} : { stateDirectory }),
    },
  };
}
