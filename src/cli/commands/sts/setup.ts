/*
 * What the commands about MTA-STS policies have in common: where policies are kept, and how their hosts are reached.
 */
import { domainToASCII } from 'node:url';
import type { PolicyStore, Stores } from '../../../effects/stores.js';
import type { Engine } from '../../../engine/engine.js';
import { parseDomain } from '../../../policy/names/mailbox.js';
import { misuse, type OptionTable, type ValuesOf } from '../../arguments.js';
import { DEADLINE_HELP, Deadline } from '../../deadline.js';
import { CommandError, EXIT } from '../../exit.js';
import { type Interruption, listenForSignals } from '../../interruption.js';
import {
  isNowhere,
  openStores,
  placeOf,
  policiesIn,
  requirePlace,
  STATE_OPTIONS,
  type StateValues,
} from '../../kept-state.js';
import { type REACH_OPTIONS, readAttemptSetup } from '../../options.js';
import { complain } from '../../output/terminal.js';
import { reasonOf } from '../../read-file.js';
import { RESOLVER_OPTIONS_HELP } from '../../resolver.js';
import type { Presence } from '../../state-directory.js';

export const STORE_OPTIONS = {
  ...STATE_OPTIONS,
  json: { type: 'boolean' },
} as const satisfies OptionTable;

/** Where a command works with what is kept already. */
export const KEPT_HELP = `\
  --state DIR            the folder in which policies are kept
  --database URL         the PostgreSQL database (postgres://...) in which they are
`;

export const FETCH_OPTIONS_HELP = `\
${RESOLVER_OPTIONS_HELP}\
  --https-port N         port of MTA-STS policy hosts (443)
  --port N, --helo NAME, --no-cleartext-retry
                         taken, and change nothing: no mail host is connected to
  --ca FILE              trust these certificates (PEM) too
  --policy FILE          settings in JSON; options on the command line override them
  --allow-loopback       policy hosts may have loopback and private addresses
${DEADLINE_HELP}\
  --json                 print one JSON object
`;

/** A domain given on the command line, in A-labels. Throws a CommandError. */
export function readDomain(text: string): string {
  const name = parseDomain(text, domainToASCII);
  if (name === null) throw misuse(`${JSON.stringify(text)} is not a domain; give one like example.org`);
  return name;
}

/** The one domain that is meant. Throws a CommandError. */
export function readOneDomain([text, second]: readonly string[]): string {
  if (text === undefined) throw misuse('the domain is missing; give one like example.org');
  if (second !== undefined)
    throw misuse(`there can be one domain only, and ${JSON.stringify(second)} is a second`);
  return readDomain(text);
}

/** Works with what is kept already. Throws a CommandError, also where the store fails. */
export function withStore<T>(places: StateValues, work: (store: PolicyStore) => Promise<T>): Promise<T> {
  requirePlace(places, 'policies are kept');
  return withStores(places, 'found', ({ policies }) => work(policies));
}

async function withStores<T>(
  places: StateValues,
  presence: Presence,
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores = await openStores(places, presence);
  try {
    return await work(stores);
  } catch (error) {
    if (error instanceof CommandError || isNowhere(places)) throw error;
    throw new CommandError(
      EXIT.badSettings,
      `what is kept in ${placeOf(places)} cannot be used: ${reasonOf(error)}`,
    );
  } finally {
    await stores.close();
  }
}

/** Works with an engine that keeps its policies there, or where no place is given forgets them. Throws a CommandError. */
export async function withEngine<T>(
  values: ValuesOf<typeof REACH_OPTIONS>,
  work: (engine: Engine, store: PolicyStore, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { deadline: text, ...others } = values;
  const { node, settings, places } = await readAttemptSetup(others);
  return withStores(places, 'made', async (stores) => {
    // Loaded late: it takes longer than finding out that something is missing.
    const { createNodeEngine, nodeAdapters } = await import('../../../node.js');
    const interruption: Interruption = listenForSignals((name) =>
      complain(`waxseal: ${name}: what is under way is given up`),
    );
    const deadline = new Deadline(text);
    const reached = nodeAdapters(node);
    const engine = createNodeEngine({
      ...node,
      settings,
      adapters: {
        ...deadline.watch(reached),
        ...policiesIn(stores),
      },
      onFault: (message) => complain(`waxseal: a fault of ours: ${message}`),
    });
    try {
      deadline.tellAtEnd((words) => complain(`waxseal: ${words}`));
      return await work(engine, stores.policies, AbortSignal.any([interruption.signal, deadline.signal]));
    } finally {
      deadline.clear();
      interruption.release();
      await Promise.all([engine.close(), reached.close()]);
    }
  });
}
