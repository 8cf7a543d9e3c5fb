/** The messages of a mailbox file (RFC 4155), with the quoting of "From " undone; at most so many. */
export function messagesOf(mbox: Uint8Array, messagesMax: number): readonly Uint8Array[] {
  const text = Buffer.from(mbox.buffer, mbox.byteOffset, mbox.length).toString('latin1');
  return text
    .split(/(?:^|(?<=\n\r?\n))From [^\n]*\n/, messagesMax + 1)
    .slice(1)
    .map((message) => Buffer.from(message.replace(/^>(>*From )/gm, '$1'), 'latin1'));
}
