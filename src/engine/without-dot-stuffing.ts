/* A message as it goes over the wire behind DATA, which is how some queues keep it: every dot at the beginning of a line doubled. */
import { such } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';

const LF = 0x0a;
const DOT = 0x2e;

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

const Source = such(
  'a stream of octets',
  (value): value is Pieces =>
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value),
);

/**
 * The octets of the message itself (RFC 5321, Section 4.5.2), in constant memory; `stuffed` ends in front of the final dot. As the content of
 * a message: `() => withoutDotStuffing(createReadStream(path))`. Throws a {@link MisuseError} for what is no stream.
 */
export function withoutDotStuffing(stuffed: Pieces): AsyncIterable<Uint8Array> {
  return unstuffed(checked(Source, stuffed, 'WAXSEAL_BAD_MESSAGE', 'stuffed'));
}

async function* unstuffed(stuffed: Pieces): AsyncGenerator<Uint8Array> {
  let isLineStart = true;
  for await (const chunk of stuffed) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (isLineStart && chunk[at] === DOT) {
        if (at > from) yield chunk.subarray(from, at);
        from = at + 1;
      }
      isLineStart = chunk[at] === LF;
    }
    if (from < chunk.length) yield chunk.subarray(from);
  }
}
