interface Path {
  readonly address: string;
  readonly parameters: readonly string[];
}

/** The argument of MAIL or RCPT (RFC 5321, Section 4.1.2); null if it is not well formed. */
export function pathOf(text: string, keyword: 'FROM' | 'TO'): Path | null {
  const match = /^(FROM|TO): ?<((?:"(?:[^"\\]|\\.)*"|[^"<>\s])*)>((?: +[^\s]+)*)$/i.exec(text);
  if (match === null || match[1]!.toUpperCase() !== keyword) return null;
  return { address: match[2]!, parameters: match[3]!.split(' ').filter((parameter) => parameter !== '') };
}

/** The 250 reply of these lines, joined by "\n". */
export function replyOf(lines: readonly string[]): string {
  return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\n');
}

/** A reply as octets: one or more lines joined by LF or CRLF, each ended by CRLF. */
export function toWire(reply: string): string {
  return `${reply.split(/\r?\n/).join('\r\n')}\r\n`;
}
