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
  return lines.map((line) => `250 ${line}`).join('\n');
}

/**
 * A reply as octets: lines joined by "\n", with the hyphen of a continued line (RFC 5321, Section 4.2.1) where it
 * belongs. What does not look like a reply goes out as it is.
 */
export function toWire(reply: string): string {
  const lines = reply.split(/\r?\n/);
  return lines
    .map((line, index) => line.replace(/^([2-5]\d\d)(?:[ -]|$)/, index === lines.length - 1 ? '$1 ' : '$1-'))
    .map((line) => `${line}\r\n`)
    .join('');
}
