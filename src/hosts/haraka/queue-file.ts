/* The message in a file of Haraka's queue: as it goes over the wire behind DATA, with every dot at the beginning of a line doubled. */

const LF = 0x0a;
const DOT = 0x2e;

/** The octets of the message itself, in constant memory. */
export async function* withoutStuffing(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isLineStart = true;
  for await (const chunk of stream) {
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
