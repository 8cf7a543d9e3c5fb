const FROM = Buffer.from('\nFrom ');
const QUOTED = Buffer.from('>From ');
const QUOTED_LINES_MAX = 10_000;
const QUOTE = 0x3e;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** After so many lines that look like separators and are none, there may be a pause. */
const PAUSE_LINES = 10_000;

/**
 * The messages of a mailbox file (RFC 4155), one by one; null where there may be a pause. The quoting of "From " is undone in those
 * of no more than so many octets.
 */
export function* messagesOf(
  mbox: Uint8Array,
  octetsMax: number,
): Generator<Uint8Array | null, void, undefined> {
  const octets = Buffer.from(mbox.buffer, mbox.byteOffset, mbox.length);
  for (let begin: number | null = 0; begin !== null; ) {
    const end: number | null = yield* separatorAfter(octets, begin);
    const lineEnd = octets.indexOf(LINE_FEED, begin);
    const message = octets.subarray(lineEnd < 0 ? octets.length : lineEnd + 1, end ?? octets.length);
    yield message.length <= octetsMax && message.includes(QUOTED) ? unquoted(message) : message;
    begin = end;
  }
}

/** Where the next line "From " stands behind an empty one. */
function* separatorAfter(octets: Buffer, begin: number): Generator<null, number | null, undefined> {
  let passed = 0;
  for (let at = octets.indexOf(FROM, begin); at >= 0; at = octets.indexOf(FROM, at + 1)) {
    const before = octets[at - 1] === CARRIAGE_RETURN ? octets[at - 2] : octets[at - 1];
    if (before === LINE_FEED) return at + 1;
    if (++passed % PAUSE_LINES === 0) yield null;
  }
  return null;
}

/** Each line of ">" and "From " loses one ">", in no more lines than a bound. */
function unquoted(message: Buffer): Uint8Array {
  const pieces: Buffer[] = [];
  let kept = 0;
  for (let at = message.indexOf(QUOTED); at >= 0; at = message.indexOf(QUOTED, at + 1)) {
    if (!isFirstInLine(message, at)) continue;
    pieces.push(message.subarray(kept, at));
    kept = at + 1;
    if (pieces.length >= QUOTED_LINES_MAX) break;
  }
  return Buffer.concat([...pieces, message.subarray(kept)]);
}

/** Whether nothing but ">" stands before it in its line. */
function isFirstInLine(message: Buffer, at: number): boolean {
  let before = at - 1;
  while (message[before] === QUOTE) before--;
  return before < 0 || message[before] === LINE_FEED;
}
