export interface MboxMessages {
  readonly messages: readonly Uint8Array[];
  /** Whether there are messages beyond the bound. */
  readonly rest: 'none' | 'left-out';
}

/** The messages of a mailbox file (RFC 4155), with the quoting of "From " undone; at most so many. */
export function messagesOf(mbox: Uint8Array, messagesMax: number): MboxMessages {
  const text = Buffer.from(mbox.buffer, mbox.byteOffset, mbox.length).toString('latin1');
  // What stands before the first "From " is empty; one more than may be read tells whether there are more.
  const pieces = text.split(/(?:^|(?<=\n\r?\n))From [^\n]*\n/, messagesMax + 2).slice(1);
  const messages = pieces
    .slice(0, messagesMax)
    .map((message) => Buffer.from(message.replace(/^>(>*From )/gm, '$1'), 'latin1'));
  return { messages, rest: pieces.length > messagesMax ? 'left-out' : 'none' };
}
