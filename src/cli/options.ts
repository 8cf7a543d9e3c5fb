/*
 * What `deliver` and `explain` have in common: how the world is reached, and by which rules.
 */
import { domainToASCII } from 'node:url';
import { MisuseError } from '../effects/misuse.js';
import type { Stores } from '../effects/stores.js';
import { parseEnvelope } from '../engine/attempt-inputs.js';
import type { NodeOptions } from '../node.js';
import type { Settings } from '../policy/settings.js';
import { misuse, type OptionTable, type ValuesOf } from './arguments.js';
import { checkPlaces, STATE_OPTIONS, type StateValues } from './kept-state.js';
import { readCount, readDuration } from './numbers.js';
import { RESOLVER_OPTIONS, RESOLVER_OPTIONS_HELP, readDnssec, readResolver } from './resolver.js';
import { readSettings } from './settings.js';
import { readTrustAnchors } from './trust-anchors.js';
import type { Ways } from './ways.js';

/** How the world is reached, and by which rules: of one attempt, and of whoever serves. */
const WORLD_OPTIONS = {
  ...RESOLVER_OPTIONS,
  port: { type: 'string' },
  'https-port': { type: 'string' },
  ca: { type: 'string' },
  helo: { type: 'string' },
  'no-cleartext-retry': { type: 'boolean' },
  policy: { type: 'string' },
  'allow-loopback': { type: 'boolean' },
} as const satisfies OptionTable;

/** For every command that asks the world, also where some of them make no difference: scripts keep them in one variable. */
export const REACH_OPTIONS = {
  ...WORLD_OPTIONS,
  ...STATE_OPTIONS,
  deadline: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies OptionTable;

export const ATTEMPT_OPTIONS = {
  ...REACH_OPTIONS,
  from: { type: 'string' },
  requiretls: { type: 'boolean' },
  attempt: { type: 'string' },
  journal: { type: 'string' },
  verbose: { type: 'boolean' },
} as const satisfies OptionTable;

/** Who serves until told to stop prints lines for programs as it is. */
export const SERVING_JSON_HELP = `\
  --json                 taken, and changes nothing: programs can read "ready" lines
`;

/** For the help of both commands. */
export const ATTEMPT_OPTIONS_HELP = `\
${RESOLVER_OPTIONS_HELP}\
  --port N               port of mail hosts, and in TLSA names (25)
  --https-port N         port of MTA-STS policy hosts (443)
  --ca FILE              trust these certificates (PEM) too, for SMTP and HTTPS
  --helo NAME            the name to give in EHLO; default: this host's, if complete
  --requiretls           the message has the REQUIRETLS tag (RFC 8689)
  --no-cleartext-retry   never go on in clear after TLS that failed
  --attempt N            which attempt this is at the message (1)
  --policy FILE          settings in JSON; options on the command line override them
  --state DIR            keep MTA-STS policies there, and what is counted for TLS reports
                         ("waxseal tlsrpt"); default: both are forgotten
  --database URL         keep them in a PostgreSQL database (postgres://...) instead
  --deadline DURATION    when the attempt as a whole ends, such as 90s or 7m30s: who has
                         no outcome by then waits; default: each answer has a time of
                         its own
  --journal FILE         write what was asked and answered, for "waxseal replay"
  --allow-loopback       hosts may have loopback and private addresses
  --json                 print one JSON object {"results":[...]}
  --verbose              show decisions that changed nothing too
`;

type AttemptValues = ValuesOf<typeof ATTEMPT_OPTIONS>;

/** The options of an attempt, read and checked. */
export interface AttemptSetup {
  readonly node: NodeOptions;
  readonly settings: Settings;
  /** Where what is learned is kept. */
  readonly places: StateValues;
  /** Those that are open already, which whoever opened them closes. */
  readonly stores?: Stores;
  readonly attempt: number;
  /** In milliseconds, for the attempt as a whole; empty: none. */
  readonly deadline: { readonly deadlineMs?: number };
  readonly requireTls: 'yes' | 'no';
  /** Absent: all mail goes to the hosts of its domain. */
  readonly ways?: Ways;
  /** The name of the transport that was asked for. */
  readonly via?: string;
  /** Where to write the journal; undefined: nowhere. */
  readonly journal: string | undefined;
  readonly format: 'json' | 'text';
  readonly detail: 'short' | 'full';
}

/** Throws a CommandError. What is misuse is found before any file is looked at. */
export async function readAttemptSetup(values: AttemptValues): Promise<AttemptSetup> {
  const attempt = readCount('--attempt', values.attempt) ?? 1;
  const deadlineMs = readDeadline(values.deadline);
  const { state, database } = values;
  checkPlaces({ state, database });
  const settings = await readSettings(values);
  const node = await readNode(values);
  return {
    ...{ node, settings, places: { state, database }, attempt },
    deadline: deadlineMs === undefined ? {} : { deadlineMs },
    requireTls: values.requiretls === true ? 'yes' : 'no',
    journal: values.journal,
    format: values.json === true ? 'json' : 'text',
    detail: values.verbose === true ? 'full' : 'short',
  };
}

/** How the world is reached. Throws a CommandError. */
export async function readNode(values: ValuesOf<typeof WORLD_OPTIONS>): Promise<NodeOptions> {
  const resolver = await readResolver(values.resolver, values['trust-ad'] === true);
  const dnssec = await readDnssec(values);
  const ca = values.ca === undefined ? undefined : await readTrustAnchors(values.ca);
  return {
    dnssec,
    ...(resolver === undefined ? {} : { resolver }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** How long an attempt may take as a whole, in milliseconds. Throws a CommandError. */
export function readDeadline(text: string | undefined): number | undefined {
  const deadlineMs = readDuration('--deadline', text);
  if (deadlineMs === 0) throw misuse('--deadline 0s leaves no time for anything; give one like 5m');
  return deadlineMs;
}

/** An address with or without angle brackets; `<>` is the null sender. */
export function bareAddress(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}

/** What the engine would say as well, but only after a message was read. `to`: at least one. Throws a CommandError. */
export function checkAddresses(from: string, to: readonly string[]): void {
  try {
    parseEnvelope({ from, to }, domainToASCII);
  } catch (error) {
    throw error instanceof MisuseError ? misuse(error.message) : error;
  }
}

/** The sender. Throws a CommandError where it is missing. */
export function readSender(from: string | undefined): string {
  if (from === undefined)
    throw misuse("--from is missing; give the sender's address, or '<>' for the null sender");
  return bareAddress(from);
}
