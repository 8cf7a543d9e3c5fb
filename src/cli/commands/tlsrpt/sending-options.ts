/*
 * What `tlsrpt send` and `tlsrpt run` have in common: in whose name reports are sent, and how the world is reached.
 */
import type { Stores } from '../../../effects/stores.js';
import type { Settings } from '../../../policy/settings.js';
import type { KeyCheck, ReportPorts, ReportSettings } from '../../../services/tls-report/send/index.js';
import type { OptionTable, ValuesOf } from '../../arguments.js';
import type { Deadline } from '../../deadline.js';
import { DKIM_OPTIONS, dkimKeyFiles, readDkimKeys } from '../../dkim-keys.js';
import { openStores, policiesIn, requirePlace } from '../../kept-state.js';
import { ATTEMPT_OPTIONS, type AttemptSetup, readAttemptSetup } from '../../options.js';
import { complain } from '../../output/terminal.js';
import { readContact, readOrganization } from '../../report-name.js';
import { RESOLVER_OPTIONS_HELP } from '../../resolver.js';

const { requiretls: _, attempt: __, journal: ___, verbose: ____, ...REACH } = ATTEMPT_OPTIONS;

export const SENDING_OPTIONS = {
  ...REACH,
  organization: { type: 'string' },
  ...DKIM_OPTIONS,
  'verify-endpoints': { type: 'boolean' },
} as const satisfies OptionTable;

export const SENDING_OPTIONS_HELP = `\
  --state DIR            where the tallies are ("waxseal deliver --state DIR" keeps them)
  --database URL         the PostgreSQL database (postgres://...) in which they are
  --from ADDRESS         the sender and contact; its domain is the submitter
  --organization NAME    who is responsible for the reports
  --dkim-key FILE        sign with this private key (PEM; RSA or Ed25519); may be given
                         several times. Without one nothing is mailed
  --dkim-selector NAME   the selector of the key, one for each --dkim-key, in order
  --verify-endpoints     no report to an HTTPS endpoint whose certificate is not valid
${RESOLVER_OPTIONS_HELP}\
  --port N, --https-port N, --ca FILE, --helo NAME, --no-cleartext-retry,
  --policy FILE, --allow-loopback
                         as for "waxseal deliver"
`;

/** Everything that a sender of reports needs, from the command line. */
export interface SendingSetup {
  readonly ports: ReportPorts;
  readonly settings: ReportSettings;
  /** Frees what is held open. */
  close(): Promise<void>;
}

type SendingValues = ValuesOf<typeof SENDING_OPTIONS>;

/** Throws a CommandError. */
export async function readSending(
  values: SendingValues,
  spread: 'night' | 'none',
  deadline: Deadline,
): Promise<SendingSetup> {
  const contactInfo = readContact(values.from);
  const organizationName = readOrganization(values.organization);
  requirePlace(values, 'the tallies are');
  const setup = await readAttemptSetup(values);
  const keys = await readDkimKeys(dkimKeyFiles(values), (warning) => complain(`waxseal tlsrpt: ${warning}`));
  // Whoever waits for the nights may be there before the first tally.
  const stores = await openStores(setup.places, spread === 'none' ? 'found' : 'made');
  return connect(setup, stores, deadline, {
    organizationName,
    contactInfo,
    keys,
    source: setup.settings.helo,
    spread,
    untrustedEndpoints: values['verify-endpoints'] === true ? 'refuse' : 'accept',
    privateAddresses: setup.settings.privateAddresses,
    deadlines: {
      dnsMs: setup.settings.deadlines.dnsMs,
      postMs: setup.settings.deadlines.policyFetchMs,
    },
  });
}

async function connect(
  { node, settings }: AttemptSetup & { readonly settings: Settings },
  stores: Stores,
  deadline: Deadline,
  report: ReportSettings,
): Promise<SendingSetup> {
  // Loaded late: it takes longer than finding out that something is missing.
  const [{ createNodeEngine, nodeAdapters, signalMemory }, { nodePostReport }] = await Promise.all([
    import('../../../node.js'),
    import('../../../services/tls-report/send/index.js'),
  ]);
  const engine = createNodeEngine({
    ...{ ...node, settings, adapters: policiesIn(stores) },
    signals: signalMemory(stores.signals, { onFault: (message) => complain(`waxseal tlsrpt: ${message}`) }),
  });
  const post = nodePostReport(node.ca === undefined ? {} : { ca: node.ca });
  return {
    ports: {
      store: stores.reports,
      dns: deadline.watch(nodeAdapters(node)),
      engine,
      https: (ask, signal) => deadline.during(`an answer of ${ask.target.host}`, post(ask, signal)),
      clock: Date.now,
    },
    settings: report,
    async close() {
      await engine.close();
      await stores.close();
    },
  };
}

/** Says what is wrong with the published halves of the keys. */
export function complainOfKeys(checks: readonly KeyCheck[]): void {
  for (const { name, decision } of checks) {
    if (decision.verdict === 'fit') continue;
    complain(`waxseal tlsrpt: the key record at ${name}: ${decision.verdict}: ${decision.why}`);
  }
}
