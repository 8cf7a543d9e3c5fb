/** What a transport brings back: the octets of the response, or why there are none. */
export type Delivered = { readonly kind: 'octets'; readonly octets: Uint8Array } | Undelivered;

export interface Undelivered {
  readonly kind: 'failed';
  readonly cause: 'timeout' | 'malformed' | 'unreachable';
  /** The system's or the TLS library's own code, for whoever looks for the reason; null where there is none. */
  readonly code: string | null;
}

/** How long to wait at most, and what ends the waiting early. */
export interface Patience {
  readonly ms: number;
  readonly signal: AbortSignal;
}

const TIMER_MS_MAX = 2 ** 31 - 1;

export function undelivered(cause: Undelivered['cause'], error?: unknown): Undelivered {
  const code = typeof error === 'string' ? error : (error as { readonly code?: unknown } | undefined)?.code;
  return { kind: 'failed', cause, code: typeof code === 'string' ? code : null };
}

/** Whether a connection had ended, as is heard by who reads from it or writes to it; nothing was wrong with the server. */
export function hasEnded(code: string | null): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

export function delivered(octets: Uint8Array): Delivered {
  return { kind: 'octets', octets };
}

/** The first answer, or a timeout; what `start` opened is closed by the function it returns, in either case. */
export function untilSettled<A>(
  { ms, signal }: Patience,
  start: (settle: (answer: A | Undelivered) => void) => () => void,
): Promise<A | Undelivered> {
  return new Promise((resolve) => {
    let close: (() => void) | null = null;
    let settled = false;
    const settle = (answer: A | Undelivered) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', expire);
      close?.();
      resolve(answer);
    };
    const expire = () => settle(undelivered('timeout'));
    const timer = setTimeout(expire, Math.max(1, Math.min(ms, TIMER_MS_MAX)));
    signal.addEventListener('abort', expire, { once: true });
    if (signal.aborted) return expire();
    try {
      close = start(settle);
      if (settled) close();
    } catch (error) {
      settle(undelivered('unreachable', error));
    }
  });
}
