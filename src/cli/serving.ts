/*
 * What commands that serve have in common: where they listen, how they say that they are ready, and how they end. SIGTERM
 * and SIGINT end them in order; a second one at once.
 */
import { type InheritedSocket, type ListenAddress, listenAddressText } from '../hosts/listen-address.js';
import { misuse, type OptionTable } from './arguments.js';
import { readListenAddress } from './listen-at.js';
import { readDuration } from './numbers.js';
import { complain, print } from './output/terminal.js';
import { reasonOf } from './read-file.js';

export const SERVING_OPTIONS = {
  listen: { type: 'string', multiple: true },
  grace: { type: 'string' },
  log: { type: 'string' },
} as const satisfies OptionTable;

export const SERVING_OPTIONS_HELP = `\
  --listen ADDRESS       HOST:PORT, [IPV6]:PORT or unix:PATH; may be given several times;
                         port 0 means any, and the line "ready" tells which
  --grace DURATION       how long what is under way may take once SIGTERM or SIGINT came
                         (30s)
  --log pretty|json      how events are told on standard error (pretty)
`;

export interface ServingValues {
  readonly listen?: readonly string[] | undefined;
  readonly grace?: string | undefined;
  readonly log?: string | undefined;
}

export interface Serving<A = ListenAddress> {
  readonly addresses: readonly A[];
  readonly graceMs: number;
  readonly log: Log;
}

/** An event in a sentence, and its fields. */
export type Log = (says: string, fields?: Readonly<Record<string, unknown>>) => void;

const GRACE_MS = 30_000;

/** Throws a CommandError. */
export function readServing(values: ServingValues): Serving {
  return { addresses: readAddresses(values), ...readManner(values) };
}

/** As {@link readServing}; sockets that systemd opened for this process are served, too, and then none need be given. */
export function readActivated(values: ServingValues): Serving<ListenAddress | InheritedSocket> {
  const sockets = activatedSockets(process.env, process.pid);
  const addresses = sockets.length > 0 && values.listen === undefined ? [] : readAddresses(values);
  return { addresses: [...addresses, ...sockets], ...readManner(values) };
}

function readAddresses({ listen = [] }: ServingValues): readonly ListenAddress[] {
  if (listen.length === 0) throw misuse('--listen is missing; give HOST:PORT, [IPV6]:PORT or unix:PATH');
  return listen.map((text) => readListenAddress('--listen', text));
}

function readManner({ grace, log = 'pretty' }: ServingValues): Pick<Serving, 'graceMs' | 'log'> {
  if (log !== 'pretty' && log !== 'json')
    throw misuse(`--log ${JSON.stringify(log)} is neither pretty nor json`);
  const graceMs = readDuration('--grace', grace) ?? GRACE_MS;
  return { graceMs, log: log === 'json' ? logJson : logText };
}

/** The protocol of sd_listen_fds(3): so many file descriptors from 3 on, meant for this process. */
function activatedSockets(env: NodeJS.ProcessEnv, pid: number): readonly InheritedSocket[] {
  if (env.LISTEN_PID !== String(pid) || !/^\d{1,3}$/.test(env.LISTEN_FDS ?? '')) return [];
  return Array.from({ length: Number(env.LISTEN_FDS) }, (_, at) => ({ kind: 'inherited', fd: 3 + at }));
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

export interface HangUps {
  /** What is done on each, one at a time, and now if there was one before. Its failures are its own. */
  begin(read: () => Promise<unknown>): void;
  /** Nothing is done on any from now on. */
  end(): void;
}

/** Hears each SIGHUP from now on, which would end the process otherwise. */
export function hearHangUps(): HangUps {
  let read: (() => Promise<unknown>) | null = null;
  let isWanted = false;
  let isReading = false;
  const readWanted = async () => {
    if (isReading) return;
    isReading = true;
    while (isWanted && read !== null) {
      isWanted = false;
      await read().catch(() => undefined);
    }
    isReading = false;
  };
  process.on('SIGHUP', () => {
    isWanted = true;
    void readWanted();
  });
  return {
    begin(begun) {
      read = begun;
      void readWanted();
    },
    end() {
      read = null;
    },
  };
}

/** Reads `what` again on each SIGHUP, until it is told to stop; what cannot be read stays as it was. */
export function onHangUp(what: string, log: Log, read: () => Promise<void>): () => void {
  const hear = () =>
    void read().then(
      () => log(`${what} were read again`),
      (error) => log(`${what} stay as they were: ${reasonOf(error)}`),
    );
  process.on('SIGHUP', hear);
  return () => process.off('SIGHUP', hear);
}

/** A line for people on standard error. */
export function logText(says: string): void {
  complain(`${new Date().toISOString()} ${says}`);
}

function logJson(says: string, fields: Readonly<Record<string, unknown>> = {}): void {
  complain(JSON.stringify({ time: new Date().toISOString(), says, ...fields }));
}
