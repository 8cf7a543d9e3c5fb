import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ListenAddress, parseListenAddress } from '../hosts/listen-address.js';
import { LmtpClient } from '../hosts/lmtp/lmtp-client.fixture.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));

export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** A daemon in a process of its own. */
export class Served {
  readonly #child: ChildProcess;
  readonly #lines: LogLine[] = [];
  readonly ready = new Map<string, string>();
  /** All of them, from the moment in which their processes are there. */
  static readonly begun: Served[] = [];
  #wake: () => void = () => undefined;
  #isOver = false;
  said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    Served.begun.push(this);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.once('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Resolves when it has said that it is ready so often. */
  static async start(
    args: readonly string[],
    listeners = 1,
    { nodeOptions = '' }: { readonly nodeOptions?: string } = {},
  ): Promise<Served> {
    const env = nodeOptions === '' ? process.env : { ...process.env, NODE_OPTIONS: nodeOptions };
    const served = new Served(
      spawn(process.execPath, [LAUNCHER, 'serve', '--log', 'json', ...args], { env }),
    );
    for await (const line of createInterface(served.#child.stdout!)) {
      const [, kind, address] = /^ready (\S+) (.*)$/.exec(line)!;
      served.ready.set(kind!, address!);
      if (served.ready.size === listeners) return served;
    }
    throw new Error(served.said);
  }

  #read(text: string): void {
    this.said += text;
    const lines = this.said.split('\n');
    for (const line of lines.slice(this.#lines.length, -1)) this.#lines.push(readLine(line));
    this.#wake();
  }

  address(kind: string): ListenAddress {
    return parseListenAddress(this.ready.get(kind)!)!;
  }

  /** The first line that is such, as soon as it is there. */
  async told(isSuch: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.#lines.find(isSuch);
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`it has ended: ${this.said}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What became of a recipient for good. */
  outcome(recipient: string, outcome: string): Promise<LogLine> {
    return this.told((line) => line.recipient === recipient && line.outcome === outcome);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#isOver) return this.#child.exitCode;
    this.#child.kill(signal);
    return this.ended();
  }

  /** Waits until it has ended by itself, or of what it was told before. */
  async ended(): Promise<number | null> {
    if (this.#isOver) return this.#child.exitCode;
    const [exit] = (await once(this.#child, 'close')) as [number | null];
    return exit;
  }
}

function readLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { event: 'text', msg: line };
  }
}

export const MESSAGE = 'From: s@s.test\r\nSubject: hello\r\n\r\nHello.\r\n';

/** A client that has said hello, under TLS if that is wanted (`underTls`: from the first octet on), and has logged in. */
export async function helloTo(
  address: ListenAddress,
  { tls = false, underTls = false, user = '', password = '', hello = 'EHLO' } = {},
): Promise<{ readonly client: LmtpClient; readonly keywords: string }> {
  const client = await LmtpClient.open(address, { underTls });
  let [keywords = ''] = await client.say(`${hello} client.test`);
  if (tls) {
    await client.startTls();
    [keywords = ''] = await client.say(`${hello} client.test`);
  }
  if (user !== '') {
    const [answer] = await client.say(`AUTH PLAIN ${plain(user, password)}`);
    if (!answer!.startsWith('235')) throw new Error(answer);
  }
  return { client, keywords };
}

export function plain(user: string, password: string): string {
  return Buffer.from(`\0${user}\0${password}`).toString('base64');
}

/** Hands a message in by SMTP; the answers to MAIL, each RCPT, and the final dot. */
export async function handIn(
  client: LmtpClient,
  to: readonly string[],
  { from = 's@s.test', message = MESSAGE, mail = '', rcpt = '' } = {},
): Promise<readonly string[]> {
  const answers = [...(await client.say(`MAIL FROM:<${from}>${mail}`))];
  for (const recipient of to) answers.push(...(await client.say(`RCPT TO:<${recipient}>${rcpt}`)));
  const [data] = await client.say('DATA');
  if (!data!.startsWith('354')) return [...answers, data!];
  client.write(`${message}.\r\n`);
  return [...answers, ...(await client.hear())];
}
