/** What stands between BEGIN and END in a text (RFC 7468), with whatever is written around it left out. */
export interface PemBlock {
  readonly label: string;
  /** From BEGIN to END. */
  readonly pem: string;
  /** Header fields as old keys have them, "Proc-Type: 4,ENCRYPTED" (RFC 1421, Section 4.6). */
  readonly headers: string;
  /** What is encoded. */
  readonly der: Buffer;
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g;
const BLOCKS_MAX = 1000;

/** Every block that has an end, in order. */
export function pemBlocksIn(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const match of text.matchAll(BEGIN)) {
    const label = match[1]!;
    const from = match.index + match[0].length;
    const begun = text.indexOf('-----', from);
    const end = `-----END ${label}-----`;
    // The next dashes must be those of its own end.
    if (begun < 0 || !text.startsWith(end, begun) || blocks.length === BLOCKS_MAX) continue;
    const body = text.slice(from, begun).replaceAll('\r', '');
    const blank = /\n[ \t]*\n/.exec(body);
    const headers = blank !== null && body.includes(':') ? body.slice(0, blank.index) : '';
    const base64 = headers === '' ? body : body.slice(blank!.index);
    blocks.push({
      label,
      pem: text.slice(match.index, begun + end.length),
      headers,
      der: Buffer.from(base64, 'base64'),
    });
  }
  return blocks;
}
