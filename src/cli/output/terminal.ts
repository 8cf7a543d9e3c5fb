/*
 * The two streams. Whoever reads them may go away at any time; what the command ends with does not depend on that.
 */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Colours a text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

let isLost = false;

/** Whether something that was printed is not where it should be; a reader who went away has not missed it. */
export function hasLostOutput(): boolean {
  return isLost;
}

/** Must be called before anything is written. */
export function tolerateClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    isLost = true;
    complain(`waxseal: the output cannot be written: ${error.message}`);
  });
  process.stderr.on('error', () => {});
}

/**
 * Writes to standard output; resolves when it is written, or never can be. Whatever is printed is escaped here once more, so that no
 * command can forget it; of JSON that is the same JSON (RFC 8259, Section 7).
 */
export function print(text: string): Promise<void> {
  // What paints stays, and is put in here only.
  const shown = isColoured()
    ? text
        .split(PAINT)
        .map((part, at) => (at % 2 === 1 ? part : escaped(part)))
        .join('')
    : escaped(text);
  return new Promise((resolve) => {
    process.stdout.write(shown, () => resolve());
  });
}

/** A line on standard error. */
export function complain(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Colour on a terminal, unless NO_COLOR says otherwise. */
export function painter(): Paint {
  return isColoured() ? (style, text) => styleText(style, text) : (_, text) => text;
}

function isColoured(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}

/** Control characters but line feeds and tabs, and what turns, joins or hides other characters (Unicode TR 36, Section 3). */
const UNSEEN =
  /[^\P{Cc}\t\n]|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what paints
const PAINT = /(\u001b\[[0-9]{1,3}m)/;

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
