/*
 * The octets of a message that is handed in, on their way into the queue: the header is completed, a trace field is put in
 * front, and what may not be kept is found out while it passes. The stream is read to its end in any case, because whoever
 * sends it hears nothing before.
 */
import type { MessageSource } from '../../effects/ports.js';
import { latin1 } from '../../policy/smtp/latin1.js';
import { completed, fieldsOf, hopsIn } from '../../policy/smtp/submitted-header.js';

/** Why octets are not kept; the table `admission` says what that means. */
export type ContentFault = 'too-large' | 'bare-line-ends' | 'too-many-hops' | 'header-too-large';

/** Thrown at the end of octets that may not be kept. */
export class ContentRefused extends Error {
  override readonly name = 'ContentRefused';
  constructor(readonly fault: ContentFault) {
    super(`the message cannot be kept: ${fault}`);
  }
}

export interface SubmittedContent {
  readonly octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** The Received field of ours, with its line end, or "". */
  readonly trace: string;
  /** The envelope's sender; "" is the null sender. */
  readonly from: string;
  /** For a message that has none. */
  readonly messageId: string;
  /** `no`: the header is to say so (RFC 8689, Section 4.3). Default: it says what it says. */
  readonly tlsRequired?: 'no';
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly octetsMax: number;
  /** `as-given`: line ends that are not CRLF are a fault; `made`: they are made CRLF. */
  readonly lineEnds: 'as-given' | 'made';
}

const HEADER_OCTETS_MAX = 262_144;
/** Received fields of a message that goes in circles (RFC 5321, Section 6.3, has a hundred as the least). */
const HOPS_MAX = 100;
const CR = 0x0d;
const LF = 0x0a;
const BLANK_LINE = Buffer.from('\r\n\r\n');

/** Octets for a queue, to be read once. The source rejects with a {@link ContentRefused}, and with what the octets reject with. */
export function submittedContent(given: SubmittedContent): MessageSource {
  return () => checked(given);
}

async function* checked(given: SubmittedContent): AsyncGenerator<Uint8Array> {
  const lines = new LineEnds();
  const header = new HeaderOctets();
  let octets = 0;
  let fault: ContentFault | null = null;
  let isBegun = false;
  /** What goes on of octets whose line ends were looked at. */
  const pass = (read: Uint8Array): readonly Uint8Array[] => {
    if (isBegun) return [read];
    const end = header.add(read);
    if (end === null) {
      if (header.length > HEADER_OCTETS_MAX) fault = 'header-too-large';
      return [];
    }
    return begin(end);
  };
  const begin = (end: number): readonly Uint8Array[] => {
    isBegun = true;
    const begun = beginningOf(header.all(), end, given);
    if (begun.kind === 'begun') return begun.octets;
    fault = begun.fault;
    return [];
  };
  for await (const chunk of given.octets) {
    octets += chunk.length;
    if (octets > given.octetsMax) fault ??= 'too-large';
    if (fault === null) yield* pass(given.lineEnds === 'made' ? lines.made(chunk) : lines.seen(chunk));
  }
  if (given.lineEnds === 'made' && fault === null) yield* pass(lines.end());
  if (given.lineEnds === 'as-given' && lines.isBare()) fault ??= 'bare-line-ends';
  if (fault === null && !isBegun) yield* begin(header.length);
  if (fault !== null) throw new ContentRefused(fault);
}

/** Octets until the fields have ended, in whatever pieces they come. */
class HeaderOctets {
  readonly #chunks: Uint8Array[] = [];
  length = 0;
  #tail = Buffer.alloc(0);

  /** Answers where the fields end: before the blank line, which may be the first; null: it has not come yet. */
  add(chunk: Uint8Array): number | null {
    const before = this.length - this.#tail.length;
    const seen = Buffer.concat([this.#tail, chunk]);
    this.#chunks.push(chunk);
    this.length += chunk.length;
    if (before === 0 && seen[0] === CR && seen[1] === LF) return 0;
    const at = seen.indexOf(BLANK_LINE);
    this.#tail = seen.subarray(-(BLANK_LINE.length - 1));
    return at < 0 ? null : before + at + 2;
  }

  all(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

type Begun =
  | { readonly kind: 'begun'; readonly octets: readonly Uint8Array[] }
  | { readonly kind: 'refused'; readonly fault: ContentFault };

function beginningOf(octets: Buffer, end: number, given: SubmittedContent): Begun {
  const { trace, from, messageId, now, tlsRequired } = given;
  const parts = fieldsOf(latin1(octets.subarray(0, end)));
  if (hopsIn(parts) > HOPS_MAX) return { kind: 'refused', fault: 'too-many-hops' };
  const header = completed(parts, {
    ...{ from, messageId, date: now },
    ...(tlsRequired === undefined ? {} : { tlsRequired }),
  });
  return {
    kind: 'begun',
    octets: [Buffer.from(trace, 'latin1'), Buffer.from(header, 'latin1'), octets.subarray(end)],
  };
}

/** Looks for CR and LF that do not stand together (RFC 5321, Section 2.3.8), or makes them do so. */
class LineEnds {
  /** The last octet; -1: there was none. */
  #last = -1;
  #isBare = false;

  isBare(): boolean {
    return this.#isBare || this.#last === CR;
  }

  seen(chunk: Uint8Array): Uint8Array {
    if (this.#last === CR && chunk[0] !== LF) this.#isBare = true;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1))
      if ((at === 0 ? this.#last : chunk[at - 1]) !== CR) this.#isBare = true;
    for (let at = chunk.indexOf(CR); at >= 0; at = chunk.indexOf(CR, at + 1))
      if (at + 1 < chunk.length && chunk[at + 1] !== LF) this.#isBare = true;
    this.#last = chunk.at(-1) ?? this.#last;
    return chunk;
  }

  made(chunk: Uint8Array): Uint8Array {
    const made = Buffer.allocUnsafe(chunk.length * 2 + 1);
    let length = 0;
    for (const octet of chunk) {
      if (octet === LF) {
        if (this.#last !== CR) made[length++] = CR;
      } else if (this.#last === CR) made[length++] = LF;
      made[length++] = octet;
      this.#last = octet;
    }
    return made.subarray(0, length);
  }

  /** What the last line lacks. */
  end(): Uint8Array {
    if (this.#last === CR) return Buffer.from('\n');
    return this.#last === LF || this.#last < 0 ? Buffer.alloc(0) : Buffer.from('\r\n');
  }
}
