/*
 * The parts of a mail message, by postal-mime. It bounds how deep parts nest and how long headers are; how many parts there
 * are, and how large all is, is bounded here before it sees anything.
 */
import PostalMime from 'postal-mime';

export interface MessagePart {
  /** In lower case. */
  readonly mediaType: string;
  readonly fileName: string;
  readonly octets: Uint8Array;
}

export interface Message {
  /** Header fields by name in lower case; of several with one name the first. */
  readonly fields: ReadonlyMap<string, string>;
  /** Without the texts for people. */
  readonly parts: readonly MessagePart[];
  /** The texts for people, joined. */
  readonly text: string;
}

export type MessageProblem = 'too-large' | 'too-many-parts' | 'bad-message';

export type ReadMessage =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'failed'; readonly problem: MessageProblem };

/** What receivers commonly take (RFC 8460, Section 5.2), and the lines of that in base64. */
const MESSAGE_OCTETS_MAX = 10_485_760;
const LINES_MAX = 150_000;
/** Lines that begin as boundaries do. */
const DASHED_LINES_MAX = 2000;
const LIMITS = { maxNestingDepth: 16, maxHeadersSize: 262_144, forceRfc822Attachments: true } as const;

/** Reads a message (RFC 5322, RFC 2045). Never rejects. */
export async function readMessage(octets: Uint8Array): Promise<ReadMessage> {
  if (octets.length > MESSAGE_OCTETS_MAX) return { kind: 'failed', problem: 'too-large' };
  if (!hasFewLines(octets)) return { kind: 'failed', problem: 'too-many-parts' };
  try {
    const email = await PostalMime.parse(octets, LIMITS);
    const fields = new Map<string, string>();
    for (const { key, value } of email.headers) if (!fields.has(key)) fields.set(key, value);
    const parts = email.attachments.map(({ mimeType, filename, content }) => ({
      mediaType: mimeType.toLowerCase(),
      fileName: filename ?? '',
      octets: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
    }));
    return { kind: 'message', message: { fields, parts, text: email.text ?? '' } };
  } catch {
    return { kind: 'failed', problem: 'bad-message' };
  }
}

function hasFewLines(octets: Uint8Array): boolean {
  let lines = 0;
  let dashed = 0;
  for (let at = octets.indexOf(10); at >= 0; at = octets.indexOf(10, at + 1)) {
    lines++;
    if (octets[at + 1] === 0x2d && octets[at + 2] === 0x2d) dashed++;
    if (lines > LINES_MAX || dashed > DASHED_LINES_MAX) return false;
  }
  return true;
}
