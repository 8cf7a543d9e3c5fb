/** Undoes a Content-Transfer-Encoding (RFC 2045, Section 6); what is unknown is left as it is. */
export function decodeBody(body: Uint8Array, encoding: string): Uint8Array {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'base64');
    case 'quoted-printable':
      return fromQuotedPrintable(body);
    default:
      return body;
  }
}

const EQUALS = 0x3d;
/** Blanks that a relay may have put at the end of a line. */
const BLANKS_MAX = 16;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

function fromQuotedPrintable(body: Uint8Array): Uint8Array {
  const decoded = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at++) {
    const octet = body[at]!;
    if (octet !== EQUALS) {
      decoded[length++] = octet;
      continue;
    }
    const value = 16 * digitAt(body, at + 1) + digitAt(body, at + 2);
    const breakLength = lengthOfBreak(body, at + 1);
    if (value >= 0) {
      decoded[length++] = value;
      at += 2;
    } else if (breakLength > 0) at += breakLength;
    else decoded[length++] = octet;
  }
  return decoded.subarray(0, length);
}

/** Of a soft line break: the line end, and blanks before it. */
function lengthOfBreak(body: Uint8Array, from: number): number {
  let at = from;
  while (at - from < BLANKS_MAX && (body[at] === 0x20 || body[at] === 0x09)) at++;
  if (body[at] === CARRIAGE_RETURN) at++;
  return body[at] === LINE_FEED ? at + 1 - from : 0;
}

/** Far below zero for what is no hexadecimal digit. */
function digitAt(body: Uint8Array, at: number): number {
  const octet = body[at] ?? 0;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000;
}
