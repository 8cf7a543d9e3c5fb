/*
 * Whether octets are those that were accepted. They lie for days where hands, repairs and backups come, and nobody is to get a part of a
 * message for the whole, or another's message for his own.
 */
import { createHash } from 'node:crypto';
import { errorText } from '../../effects/error-text.js';
import type { MessageSource } from '../../effects/ports.js';
import { RETURNED_OCTETS_MAX } from '../../policy/dsn/index.js';
import type { QueuedMessage } from '../../policy/queue/message.js';

/** What a notice has of a message: its header and all of it together are looked at no further. */
export const HEAD_OCTETS = RETURNED_OCTETS_MAX + 70_000;

type Digests = Pick<QueuedMessage, 'digest' | 'headDigest'>;

/** The same octets, and their digests once they were read to the end. */
export function digested(content: MessageSource): {
  readonly content: MessageSource;
  readonly digests: () => Digests;
} {
  let digests: Digests = {};
  return {
    content: async function* () {
      const running = new Running();
      for await (const chunk of content()) {
        running.add(chunk);
        yield chunk;
      }
      digests = running.digests();
    },
    digests: () => digests,
  };
}

export function digestsOf(octets: Uint8Array): Digests {
  const running = new Running();
  running.add(octets);
  return running.digests();
}

/**
 * The octets that are kept for a message, to be read as a whole: rejects before the end where they are not those that were accepted, or cannot
 * be read. `onWrong`: told why.
 */
export function ownOctets(
  kept: MessageSource,
  message: Pick<QueuedMessage, 'id' | 'facts' | 'digest'>,
  onWrong: (why: string) => void,
): MessageSource {
  return async function* () {
    const running = new Running();
    try {
      for await (const chunk of kept()) {
        running.add(chunk);
        yield chunk;
      }
      // Earlier versions kept no digest.
      const { digest } = running.digests();
      if (running.size !== message.facts.sizeBytes || digest !== (message.digest ?? digest))
        throw notOwn(message);
    } catch (error) {
      onWrong(errorText(error));
      throw error;
    }
  };
}

/** The beginning of them, or all; nothing is read behind it. Rejects as {@link ownOctets} does. */
export async function ownHead(
  kept: MessageSource,
  message: Pick<QueuedMessage, 'id' | 'facts'> & Digests,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of kept()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= HEAD_OCTETS) break;
  }
  const head = Buffer.concat(chunks).subarray(0, HEAD_OCTETS);
  const { sizeBytes } = message.facts;
  const accepted = sizeBytes > HEAD_OCTETS ? message.headDigest : message.digest;
  const { digest } = digestsOf(head);
  if (head.length !== Math.min(sizeBytes, HEAD_OCTETS) || digest !== (accepted ?? digest))
    throw notOwn(message);
  return head;
}

function notOwn({ id }: Pick<QueuedMessage, 'id'>): Error {
  return new Error(`what is kept for message ${id} is not what was accepted`);
}

class Running {
  readonly #hash = createHash('sha256');
  #headDigest: string | null = null;
  size = 0;

  add(chunk: Uint8Array): void {
    const rest = HEAD_OCTETS - this.size;
    this.size += chunk.length;
    if (this.#headDigest !== null || chunk.length <= rest) {
      this.#hash.update(chunk);
      return;
    }
    this.#hash.update(chunk.subarray(0, rest));
    this.#headDigest = this.#hash.copy().digest('base64');
    this.#hash.update(chunk.subarray(rest));
  }

  digests(): Digests {
    const digest = this.#hash.digest('base64');
    return this.#headDigest === null ? { digest } : { digest, headDigest: this.#headDigest };
  }
}
