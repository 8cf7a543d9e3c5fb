/* The encodings of what travels in ENVID and ORCPT: xtext (RFC 3461, Section 4) and that of addresses beyond ASCII (RFC 6533, Section 3). */

const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;

/** Text as xtext: "+", "=" and whatever is not printable ASCII become "+" and two digits; characters beyond U+00FF cannot be there. */
export function encodeXtext(text: string): string {
  return text.replace(/[^!-*,-<>-~]/g, (each) => `+${hex(each.charCodeAt(0) & 0xff)}`);
}

/** The text that xtext stands for, or null if it is none. */
export function decodeXtext(xtext: string): string | null {
  if (!XTEXT.test(xtext)) return null;
  return xtext.replace(/\+([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** An address in the form that is safe in 7 bits: `\x{E9}` for what is beyond ASCII, and for "\", "+", "=" and blanks. */
export function encodeUnitext(address: string): string {
  return [...address]
    .map((each) => (/^[!-*,-<>-[\]-~]$/.test(each) ? each : `\\x{${hex(each.codePointAt(0)!)}}`))
    .join('');
}

/** An address that may be in that form already: only what is no printable ASCII is encoded, and "=", which would end a word. */
export function encodeBeyondAscii(address: string): string {
  return [...address]
    .map((each) => (/^[!-<>-~]$/.test(each) ? each : `\\x{${hex(each.codePointAt(0)!)}}`))
    .join('');
}

/** The address that such a form stands for; what stands for no character is left as it is. */
export function decodeUnitext(text: string): string {
  return text.replace(/\\x\{([0-9A-F]{2,6})\}/gi, (whole, digits: string) => {
    const point = Number.parseInt(digits, 16);
    const isCharacter =
      point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) && point > 0x1f && point !== 0x7f;
    return isCharacter ? String.fromCodePoint(point) : whole;
  });
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
