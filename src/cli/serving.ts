/*
 * What commands that serve have in common: where they listen, how they say that they are ready, and how they end. SIGTERM
 * and SIGINT end them in order; a second one at once.
 */
import { type ListenAddress, listenAddressText, parseListenAddress } from '../hosts/listen-address.js';
import { misuse, type OptionTable } from './arguments.js';
import { readDuration } from './numbers.js';
import { complain, print } from './output/terminal.js';

export const SERVING_OPTIONS = {
  listen: { type: 'string', multiple: true },
  grace: { type: 'string' },
  log: { type: 'string' },
} as const satisfies OptionTable;

export const SERVING_OPTIONS_HELP = `\
  --listen ADDRESS       HOST:PORT, [IPV6]:PORT or unix:PATH; may be given several times; port
                         0 means any, and the line "ready" tells which
  --grace DURATION       how long what is under way may take once SIGTERM or SIGINT came (30s)
  --log pretty|json      how events are told on standard error (pretty)
`;

export interface ServingValues {
  readonly listen?: readonly string[] | undefined;
  readonly grace?: string | undefined;
  readonly log?: string | undefined;
}

export interface Serving {
  readonly addresses: readonly ListenAddress[];
  readonly graceMs: number;
  readonly log: Log;
}

/** An event in a sentence, and its fields. */
export type Log = (says: string, fields?: Readonly<Record<string, unknown>>) => void;

const GRACE_MS = 30_000;

/** Throws a CommandError. */
export function readServing({ listen = [], grace, log = 'pretty' }: ServingValues): Serving {
  if (listen.length === 0) throw misuse('--listen is missing; give HOST:PORT, [IPV6]:PORT or unix:PATH');
  const addresses = listen.map((text) => {
    const address = parseListenAddress(text);
    if (address === null)
      throw misuse(`--listen ${JSON.stringify(text)} is none of HOST:PORT, [IPV6]:PORT and unix:PATH`);
    return address;
  });
  if (log !== 'pretty' && log !== 'json')
    throw misuse(`--log ${JSON.stringify(log)} is neither pretty nor json`);
  const graceMs = readDuration('--grace', grace) ?? GRACE_MS;
  return { addresses, graceMs, log: log === 'json' ? logJson : logText };
}

/** Tells whoever started us where we listen. */
export function sayReady(kind: string, address: ListenAddress): Promise<void> {
  return print(`ready ${kind} ${listenAddressText(address)}\n`);
}

/** Resolves with the first SIGTERM or SIGINT; the next one ends the process as usual. */
export function untilTold(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const told = (signal: NodeJS.Signals) => {
      process.removeListener('SIGTERM', told);
      process.removeListener('SIGINT', told);
      resolve(signal);
    };
    process.on('SIGTERM', told);
    process.on('SIGINT', told);
  });
}

function logText(says: string): void {
  complain(`${new Date().toISOString()} ${says}`);
}

function logJson(says: string, fields: Readonly<Record<string, unknown>> = {}): void {
  complain(JSON.stringify({ time: new Date().toISOString(), says, ...fields }));
}
