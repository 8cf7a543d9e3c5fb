/* What somebody wrote where a key, a value or a name should stand, recognized by how it looks. */

/** Somebody else's words in a sentence, bounded. */
export function cited(text: string): string {
  return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;
}

const QUOTES = /["'\u2018-\u201f\u00ab\u00bb\u2039\u203a\u0060\u00b4]/;

/** Whether a text begins or ends with a quotation mark of any kind. */
export function isQuoted(text: string): boolean {
  return text !== '' && (QUOTES.test(text[0]!) || QUOTES.test(text.at(-1)!));
}

const NAMES: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break blank',
  '\u202f': 'a narrow no-break blank',
  '\u2007': 'a blank as wide as a digit',
  '\u3000': 'an ideographic blank',
  '\u00ad': 'a soft hyphen',
  '\u200b': 'a blank without width',
  '\u2060': 'a word joiner',
  '\ufeff': 'a byte order mark',
};
const UNSEEN = /[\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/;

/** A character beyond ASCII that looks like a blank or like nothing, by name and number; null: there is none. */
export function unseenIn(text: string): string | null {
  const character = UNSEEN.exec(text)?.[0];
  if (character === undefined) return null;
  const number = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `${NAMES[character] ?? 'a blank or an unseen character beyond ASCII'} (U+${number})`;
}

/** Without what {@link unseenIn} names. */
export function withoutUnseen(text: string): string {
  return text.replace(new RegExp(UNSEEN.source, 'g'), '');
}

/** Where a remark begins behind a value; -1: nowhere. */
export function remarkIn(text: string): number {
  return text.search(/(?:^|[ \t])(?:#|;|\/\/|\/\*|<!--|\()/);
}
