/*
 * `--deadline` of commands that only look: when it is up, what was not learned is said to be so, by name, and the command ends with
 * "try again". What had been learned until then is no answer to what was asked.
 */
import type { Adapters, SessionSeeker, SmtpSession } from '../effects/ports.js';
import { CommandError, EXIT } from './exit.js';
import { readDeadline } from './options.js';

const WORLD = {
  'dns.mx': ({ name }: { readonly name: string }) => `MX of ${name}`,
  'dns.txt': ({ name }: { readonly name: string }) => `TXT of ${name}`,
  'dns.addresses': ({ name }: { readonly name: string }) => `addresses of ${name}`,
  'dns.cname': ({ name }: { readonly name: string }) => `aliases of ${name}`,
  'dns.tlsa': ({ name }: { readonly name: string }) => `TLSA of ${name}`,
  'policy.fetch': ({ host }: { readonly host: string }) => `the policy at ${host}`,
} as const;

const SESSION = {
  connect: 'a greeting of',
  hello: 'a reply to EHLO of',
  startTls: 'a reply to STARTTLS of',
  handshake: 'TLS with',
  inspect: 'the certificate of',
  quit: 'a reply to QUIT of',
} as const satisfies Partial<Record<keyof SmtpSession, string>>;

const NAMED_MAX = 5;

export class Deadline {
  readonly #text: string | undefined;
  readonly #over = new AbortController();
  readonly #waiting = new Set<{ readonly what: string }>();
  readonly #timer: NodeJS.Timeout | undefined;
  #told: (() => void) | undefined;

  /** It runs from now on. Throws a CommandError for what is no duration. */
  constructor(text: string | undefined) {
    const ms = readDeadline(text);
    this.#text = text;
    this.#timer = ms === undefined ? undefined : setTimeout(() => this.#end(), Math.min(ms, 2 ** 31 - 1));
  }

  /** Aborts when the time is up. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The same adapters; what they have been asked and not answered is known here. */
  watch<A extends Partial<Adapters>>(adapters: A): A {
    const watched: Record<string, unknown> = { ...adapters };
    for (const [type, describe] of Object.entries(WORLD)) {
      const port = adapters[type as keyof typeof WORLD] as
        | ((ask: never, signal: AbortSignal) => Promise<unknown>)
        | undefined;
      if (port === undefined) continue;
      watched[type] = (ask: never, signal: AbortSignal) =>
        this.during((describe as (ask: never) => string)(ask), port(ask, signal));
    }
    const open = adapters['smtp.session'];
    if (open !== undefined)
      watched['smtp.session'] = (seeker?: SessionSeeker) => this.#watchSession(open(seeker));
    return watched as A;
  }

  /** The same answer; until it is there, this is what is waited for. */
  async during<T>(what: string, answer: Promise<T>): Promise<T> {
    const entry = { what };
    this.#waiting.add(entry);
    try {
      return await answer;
    } finally {
      this.#waiting.delete(entry);
    }
  }

  /** The same, or a rejection with a CommandError that names what was waited for when the time was up. */
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.tellAtEnd((words) => reject(new CommandError(EXIT.deferred, words)));
      work.then(resolve, reject);
    });
  }

  /** Tells, once and before anything is given up, what is waited for when the time is up. */
  tellAtEnd(tell: (words: string) => void): void {
    this.#told = () => tell(this.#words());
  }

  /** Nothing is waited for any more. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #end(): void {
    this.#told?.();
    this.#over.abort();
  }

  #words(): string {
    const names = [...new Set([...this.#waiting].map(({ what }) => what))];
    const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
    const rest =
      names.length === 0 ? '' : `; still waited for: ${names.slice(0, NAMED_MAX).join(', ')}${more}`;
    return `not everything could be learned before --deadline ${this.#text} was up${rest}`;
  }

  #watchSession(session: SmtpSession): SmtpSession {
    let address = '';
    const watched: Record<string, unknown> = {
      send: session.send.bind(session),
      destroy: session.destroy.bind(session),
    };
    for (const [method, words] of Object.entries(SESSION)) {
      const port = session[method as keyof typeof SESSION].bind(session) as (
        ask: never,
        signal: AbortSignal,
      ) => Promise<unknown>;
      watched[method] = (ask: never, signal: AbortSignal) => {
        if (method === 'connect') ({ address } = ask as { readonly address: string });
        return this.during(`${words} ${address}`, port(ask, signal));
      };
    }
    return watched as unknown as SmtpSession;
  }
}

export const DEADLINE_HELP = `\
  --deadline DURATION    give up after so long, such as 90s or 7m30s, say what was still
                         waited for, and end with 75; default: each answer has a time of
                         its own
`;
