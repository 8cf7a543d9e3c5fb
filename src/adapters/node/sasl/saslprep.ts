/*
 * SASLprep (RFC 4013): the one form of a name or a password that both sides compute with. Properties of characters are those of
 * the platform's Unicode, whose bidirectional classes are told by script.
 */

const MAPPED_TO_SPACE = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
const MAPPED_TO_NOTHING = /\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|\u200c|\u200d|[\u00ad\u1806\u2060\ufeff]/gu;
const PROHIBITED =
  /\u0340|\u0341|[\u{1d173}-\u{1d17a}]|[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u06dd\u070f\u180e\u200e\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufff9-\ufffd\u{e0001}\u{e0020}-\u{e007f}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LEFT_TO_RIGHT =
  /(?![\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])\p{L}/u;

/** The prepared text, or null where it may not be used as it is. */
export function saslPrep(text: string): string | null {
  const prepared = text.replace(MAPPED_TO_SPACE, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
  return prepared === '' || PROHIBITED.test(prepared) || isMixed(prepared) ? null : prepared;
}

/** RFC 3454, Section 6. */
function isMixed(text: string): boolean {
  if (!RIGHT_TO_LEFT.test(text)) return false;
  const characters = [...text];
  const isFramed = RIGHT_TO_LEFT.test(characters[0]!) && RIGHT_TO_LEFT.test(characters.at(-1)!);
  return LEFT_TO_RIGHT.test(text) || !isFramed;
}
