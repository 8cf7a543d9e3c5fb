/*
 * A node that looks for nothing by itself for an hour, so that whatever it takes up it was rung for. It takes up so many messages at a time, says
 * what happens on standard output, a line of JSON each, and queues mail for the addresses that it reads from standard input.
 */
import { createInterface } from 'node:readline';
import { postgresStores } from '../src/adapters/postgres/index.js';
import type { Doorbell } from '../src/effects/queue-stores.js';
import { readMessage } from '../src/engine/read-message.js';
import { createNodeEngine } from '../src/node.js';
import { settingsOf } from '../src/policy/settings.js';
import { createQueue, DEFAULT_RETRY } from '../src/services/queue/index.js';

export interface RingingOptions {
  readonly url: string;
  readonly schema?: string;
  readonly resolver: { readonly address: string; readonly port: number };
  readonly port: number;
  readonly httpsPort: number;
  readonly caPem: string;
  readonly lookEveryMs: number;
  readonly atOnce: number;
  /** `die`: without a goodbye, with the ring in hand. */
  readonly whenRung: 'look' | 'die';
}

export type RingingLine =
  | { readonly says: 'heard' }
  | { readonly says: 'unheard'; readonly why: string }
  | { readonly says: 'kept'; readonly recipient: string }
  | { readonly says: 'outcome'; readonly recipient: string; readonly outcome: string };

const { url, schema, resolver, port, httpsPort, caPem, lookEveryMs, atOnce, whenRung } = JSON.parse(
  process.argv[2]!,
) as RingingOptions;
const say = (line: RingingLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const stores = postgresStores({ url, ...(schema !== undefined && { schema }) });
const doorbell: Doorbell =
  whenRung === 'look'
    ? stores.doorbell
    : {
        ...stores.doorbell,
        listen: (listener, signal) =>
          stores.doorbell.listen(
            { ...listener, onRung: () => void process.kill(process.pid, 'SIGKILL') },
            signal,
          ),
      };
const queue = createQueue({
  engine: createNodeEngine({
    ...{ resolver, ca: [caPem], dnsCache: 'off' },
    settings: settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow', helo: 'mail.s.test' }),
  }),
  ...{ store: stores.queue, bodies: stores.bodies, doorbell, lookEveryMs },
  ...{ reportingMta: 'mail.s.test', postmaster: 'postmaster@s.test' },
  limits: { concurrency: atOnce },
  retry: { ...DEFAULT_RETRY, scheduleMs: [3_000], jitter: 0 },
  onDoorbell: (state) =>
    say({ says: state.kind, ...(state.kind === 'unheard' && { why: state.why }) } as RingingLine),
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const outcomes = queue.outcomes();
const running = queue.run(stop.signal, { graceMs: 0 });
const put = async (recipient: string): Promise<void> => {
  const { content, facts } = readMessage(Buffer.from(`Subject: ${recipient}\r\n\r\nbody\r\n`));
  const mail = { from: '', to: [recipient], content };
  try {
    await queue.enqueue({ ...mail, facts: { ...facts, requireTls: 'no', report: 'none' } });
  } catch {
    // As a client does that is told 451; its connection was one of those that were ended.
    return put(recipient);
  }
  say({ says: 'kept', recipient });
};
const input = createInterface(process.stdin).on('line', put);
for await (const { recipient, outcome } of outcomes) say({ says: 'outcome', recipient, outcome });
await running;
input.close();
await stores.close();
