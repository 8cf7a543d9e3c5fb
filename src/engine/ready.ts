/*
 * Whether mail can be attempted at all. Whoever starts a mail system wants to know before the first message waits.
 */
import type { Adapters } from '../effects/ports.js';

/** Thrown where mail could only wait. The message names everything that is wrong. */
export class NotReadyError extends Error {
  readonly code = 'WAXSEAL_NOT_READY';
  override readonly name = 'NotReadyError';
}

/** A name that never exists (RFC 6761, Section 6.4): what the answer says does not matter. */
const NOBODY = 'ready.invalid';
/** A resolver that answers so cannot be asked about anything. */
const UNUSABLE: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'refused']);

/** Reads the store of policies and asks the resolver. Rejects with a {@link NotReadyError}. */
export async function assertReady(
  adapters: Pick<Adapters, 'dns.txt' | 'policy-cache.read'>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  const [kept, answer] = await Promise.all([
    adapters['policy-cache.read']({ domain: NOBODY }, signal),
    adapters['dns.txt']({ name: NOBODY, deadlineMs }, signal),
  ]);
  const problems = [
    ...(kept.kind === 'unreadable'
      ? [`kept MTA-STS policies cannot be read: ${kept.why ?? 'the store does not say why'}`]
      : []),
    ...(answer.kind === 'failed' && UNUSABLE.has(answer.cause)
      ? [`the resolver does not answer (${answer.cause}); name one that does`]
      : []),
    ...(signal.aborted ? ['the signal aborted before it was known'] : []),
  ];
  if (problems.length > 0) throw new NotReadyError(problems.join('; '));
}
