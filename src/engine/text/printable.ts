/** Control characters but line feeds and tabs, and what turns, joins or hides other characters (Unicode TR 36, Section 3). */
const UNSEEN =
  /[^\P{Cc}\t\n]|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** With each of those as JSON writes it: \\u and four digits for each of its code units. */
export function escaped(text: string): string {
  return text.replace(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** {@link escaped}, with tabs as blanks: nothing that a server or a file says can steer a terminal or turn a line around. Line ends stay. */
export function printable(text: string): string {
  return escaped(text.replaceAll('\t', ' '));
}
