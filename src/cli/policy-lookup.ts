/*
 * What the commands about Postfix have in common: how the world is reached, and what the Postfix that asks understands.
 */
import type { NodeOptions } from '../node.js';
import { parsePostfixVersion } from '../policy/postfix/postfix-version.js';
import type { Settings } from '../policy/settings.js';
import { misuse, type OptionTable, type ValuesOf } from './arguments.js';
import type { StateValues } from './kept-state.js';
import { REACH_OPTIONS, readAttemptSetup, readDeadline } from './options.js';
import { RESOLVER_OPTIONS_HELP } from './resolver.js';

export const LOOKUP_OPTIONS = {
  ...REACH_OPTIONS,
  'postfix-version': { type: 'string' },
} as const satisfies OptionTable;

export const LOOKUP_OPTIONS_HELP = `\
  --postfix-version V    the Postfix that asks ("postconf mail_version"); it is told only
                         what it understands, and from 3.10 on what its TLS reports need
                         (3.7)
  --deadline DURATION    how long an answer may take before it is TEMP; Postfix waits 100s
                         (90s)
  --state DIR            keep MTA-STS policies there; default: they are forgotten
  --database URL         keep them in a PostgreSQL database (postgres://...) instead,
                         which maps on several hosts may share
${RESOLVER_OPTIONS_HELP}\
  --port N               port of mail hosts, and in TLSA names (25)
  --https-port N         port of MTA-STS policy hosts (443)
  --ca FILE              trust these certificates (PEM) too, for HTTPS
  --policy FILE          settings in JSON; options on the command line override them
  --allow-loopback       hosts may have loopback and private addresses
  --helo, --no-cleartext-retry
                         taken as by "waxseal deliver"; they make no difference
`;

export interface LookupSetup {
  readonly node: NodeOptions;
  readonly settings: Settings;
  /** Where MTA-STS policies are kept. */
  readonly places: StateValues;
  readonly postfixVersion: string;
  readonly deadlineMs: number;
}

export type LookupValues = ValuesOf<typeof LOOKUP_OPTIONS>;

const DEADLINE_MS = 90_000;

/** The same for whoever has read the rest already. Throws a CommandError. */
export function lookupOf(
  { node, settings, places }: Pick<LookupSetup, 'node' | 'settings' | 'places'>,
  postfixVersion = '3.7',
): LookupSetup {
  if (parsePostfixVersion(postfixVersion) === null)
    throw misuse(
      `--postfix-version ${JSON.stringify(postfixVersion)} is no version that knows DANE; give one like 3.7, from 2.11 on`,
    );
  return { node, settings, places, postfixVersion, deadlineMs: DEADLINE_MS };
}

/** Throws a CommandError. */
export async function readLookupSetup(values: LookupValues): Promise<LookupSetup> {
  const { deadline, 'postfix-version': postfixVersion, ...others } = values;
  const deadlineMs = readDeadline(deadline) ?? DEADLINE_MS;
  return { ...lookupOf(await readAttemptSetup(others), postfixVersion), deadlineMs };
}
